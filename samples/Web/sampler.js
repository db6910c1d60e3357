import { readTexts } from './metadata.js';
import { normalNoise } from './noise.js';

/** A whole sampler: noise and a class in, an image out. */
export class Sampler {
  /**
   * @param ort onnxruntime-web.
   * @param {Uint8Array} bytes What SaveAsOnnx has written with WholeSampler = true.
   */
  static async open(ort, bytes) {
    const texts = readTexts(bytes), about = name => texts[`simple_diffusion.${name}`];
    if (about('role') !== 'sampler') throw new Error('The file is no whole sampler: export it with WholeSampler = true.');
    const session = await ort.InferenceSession.create(bytes);
    if (session.inputNames.includes('text_mask')) throw new Error('This page draws from models with classes or without a condition, not from texts.');
    return new Sampler(ort, session, about);
  }

  constructor(ort, session, about) {
    [this.ort, this.session] = [ort, session];
    /** Labels of the classes; none for a model without. */
    this.labels = JSON.parse(about('labels') ?? '[]');
    this.description = `${about('sampler')}, ${about('steps')} steps, guidance ${about('guidance_scale')}`;
    this.steps = Number(about('steps'));
    this.noClass = Number(about('no_class'));
    this.shape = session.inputMetadata.find(input => input.name === 'noise').shape.slice(1);
  }

  /**
   * @param {?string} label What to draw; null for nothing in particular.
   * @param {number} seed The same whole number gives the same image.
   * @returns {Promise<{width: number, height: number, data: Uint8ClampedArray}>} As canvases take it: red, green, blue and opacity of each pixel.
   */
  async draw(label, seed) {
    const [channels, height, width] = this.shape, length = channels * height * width;
    const tensor = (type, data, shape) => new this.ort.Tensor(type, data, shape);
    const inputs = {
      noise: () => tensor('float32', normalNoise(length, seed), [1, ...this.shape]),
      step_noise: () => {
        const noise = new Float32Array((this.steps - 1) * length);
        for (let i = 0; i < this.steps - 1; i++) noise.set(normalNoise(length, seed, i + 1), i * length);
        return tensor('float32', noise, [this.steps - 1, 1, ...this.shape]);
      },
      class_id: () => tensor('int64', [BigInt(label === null ? this.noClass : this.labels.indexOf(label))], [1]),
      portrait: () => tensor('int64', [0n], [1]),
    };
    const { image } = await this.session.run(Object.fromEntries(this.session.inputNames.map(name => [name, inputs[name]()])));
    const data = new Uint8ClampedArray(4 * height * width).fill(255), plane = height * width;
    for (let i = 0; i < plane; i++) {
      for (let c = 0; c < 3; c++) data[4 * i + c] = image.data[channels === 1 ? i : c * plane + i];
    }
    return { width, height, data };
  }
}

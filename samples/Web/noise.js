// Standard normal noise from a seed, drawn as Microsoft.ML.SimpleDiffusion draws it, so that a seed gives the same image here as in .NET.
//
// The generator is Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011): it has no state, but turns a key (64 bits) and a
// counter (128 bits) into four random words. The key is the seed and what the numbers are for, the counter is the number of the block, the row, the step and
// again what the numbers are for.

const rowSeed = 7, samplingNoise = 6;   // what numbers are for
const chunk = 1024;                     // numbers that share their radii: cosines first, then as many sines

/** The two 32-bit halves of a product of two 32-bit numbers. */
function multiply(a, b) {
  const high = Math.floor((a * (b >>> 16) + Math.floor(a * (b & 0xffff) / 0x10000)) / 0x10000);
  return [high, Math.imul(a, b) >>> 0];
}

function philox([key0, key1], [c0, c1, c2, c3]) {
  for (let round = 0; round < 10; round++) {
    const [high0, low0] = multiply(0xd2511f53, c0), [high1, low1] = multiply(0xcd9e8d57, c2);
    [c0, c1, c2, c3] = [(high1 ^ c1 ^ key0) >>> 0, low1, (high0 ^ c3 ^ key1) >>> 0, low0];
    [key0, key1] = [(key0 + 0x9e3779b9) >>> 0, (key1 + 0xbb67ae85) >>> 0];
  }
  return [c0, c1, c2, c3];
}

const words = ([low, high], purpose, step, row, block) => philox([low, (high ^ (purpose << 24)) >>> 0], [block, row, step, purpose]);

/**
 * Noise for an image.
 * @param {number} length How many numbers.
 * @param {number} seed A whole number: that of GeneratePng in .NET.
 * @param {number} step 0 for the noise that an image begins with, i + 1 for that of step i.
 * @returns {Float32Array}
 */
export function normalNoise(length, seed, step = 0) {
  const key = words([seed >>> 0, 0], rowSeed, 0, 0, 0).slice(0, 2);
  const noise = new Float32Array(length);
  for (let start = 0, block = 0; start < length; start += 2 * chunk) {
    for (let i = 0; i < chunk; i += 2) {
      const random = words(key, samplingNoise, step, 0, block++);
      for (let pair = 0; pair < 2; pair++) {
        // Box and Muller 1958: a radius from a number in (0, 1], an angle from one in [-1, 1).
        const radius = Math.sqrt(-2 * Math.log(((random[2 * pair] >>> 8) + 1) / 2 ** 24)), angle = Math.PI * (random[2 * pair + 1] >> 8) / 2 ** 23;
        const place = start + i + pair;
        if (place < length) noise[place] = radius * Math.cos(angle);
        if (place + chunk < length) noise[place + chunk] = radius * Math.sin(angle);
      }
    }
  }
  return noise;
}

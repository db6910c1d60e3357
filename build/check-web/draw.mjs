// Draws an image with samples/Web, in a browser or in Node, and writes its pixels (red, green, blue, opacity) as a file.
//
//   node draw.mjs MODEL LABEL SEED OUTPUT [BROWSER]
//
// LABEL may be empty. BROWSER is the program of a Chromium; without it sampler.js runs in Node.
import { createServer } from 'node:http';
import { readFile, writeFile } from 'node:fs/promises';
import { extname, join, normalize, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const [model, label, seed, output, browserPath] = process.argv.slice(2);
const folder = resolve(import.meta.dirname, '../../samples/Web');
await writeFile(output, browserPath ? await inBrowser() : await inNode());

async function inNode() {
  const load = path => import(pathToFileURL(join(folder, path)));
  const ort = await load('node_modules/onnxruntime-web/dist/ort.node.min.mjs'), { Sampler } = await load('sampler.js');
  const sampler = await Sampler.open(ort, new Uint8Array(await readFile(model)));
  return (await sampler.draw(label || null, Number(seed))).data;
}

async function inBrowser() {
  const { chromium } = await import('playwright-core');
  const server = createServer(serve);
  await new Promise(listening => server.listen(0, '127.0.0.1', listening));
  const browser = await chromium.launch({ executablePath: browserPath, args: ['--no-sandbox'] });
  try {
    const page = await browser.newPage(), problems = [];
    page.on('console', message => ['error', 'warning'].includes(message.type()) && problems.push(message.text()));
    page.on('pageerror', error => problems.push(error.message));
    await page.goto(`http://127.0.0.1:${server.address().port}/index.html`);
    await page.waitForSelector('output[data-state=ended]');
    if (label) await page.selectOption('#label', label);
    else if (await page.isVisible('#label')) await page.selectOption('#label', '');
    await page.fill('#seed', seed);
    await page.click('button');
    await page.waitForFunction(() => document.querySelector('canvas').width > 1 && document.querySelector('output').dataset.state === 'ended');
    console.log(await page.textContent('output'));
    if (problems.length > 0) throw new Error(problems.join('\n'));
    return Uint8Array.from(await page.evaluate(() => {
      const canvas = document.querySelector('canvas');
      return [...canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data];
    }));
  } finally {
    await browser.close();
    server.close();
  }
}

async function serve(request, response) {
  const types = { '.html': 'text/html', '.js': 'text/javascript', '.mjs': 'text/javascript', '.wasm': 'application/wasm' };
  const path = normalize(new URL(request.url, 'http://localhost').pathname);
  try {
    const content = await readFile(path === '/model.onnx' ? model : join(folder, path));
    response.writeHead(200, { 'content-type': types[extname(path)] ?? 'application/octet-stream' }).end(content);
  } catch {
    response.writeHead(path === '/favicon.ico' ? 204 : 404).end();
  }
}

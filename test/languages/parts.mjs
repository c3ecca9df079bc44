// parts.mjs: prints what parts_model.py expects, in JavaScript:
// node parts.mjs FOLDER, which has onnxc.mjs and parts.wasm.
//
// Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import {Worker, isMainThread, parentPort, workerData} from 'node:worker_threads';
import {pathToFileURL} from 'node:url';

const folder = isMainThread ? process.argv[2] : workerData.folder;
const {compile, open, OnnxcError, Tensor} =
    await import(pathToFileURL(folder + '/onnxc.mjs'));

const x = [1, 2, 3, 4, 5, 0];
const first = () => ({
  x: new Tensor(Float32Array.from(x), [2, 3]),
  at: new Tensor(BigInt64Array.of(1n, 0n), [2]),
  words: new Tensor(['one', 'Zwei drei', 'sch\u00f6n'], [3]),
  flags: new Tensor([true, false], [2]),
  halves: new Tensor(Uint16Array.of(0x3c00, 0xc000), [2], 'float16'),
  ints: new Tensor(Int32Array.of(7, -8), [2, 1]),
});
const empty = () => ({
  x: new Tensor(new Float32Array(3), [1, 3]),
  at: new Tensor(new BigInt64Array(0), [0]),
  words: new Tensor([], [0]),
  flags: new Tensor([], [0], 'bool'),
  halves: new Tensor(new Uint16Array(2), [2], 'float16'),
  ints: new Tensor(new Int32Array(1), [1, 1]),
});

function print(name, {dtype, shape, data}) {
  const texts = Array.from(data, String).join(dtype === 'string' ? '|' : ' ');
  console.log(`${name} [${shape.join(', ')}]: ${texts}`.trim());
}

async function refuse(what, call, sayWords = true) {
  try {
    await call();
    console.log(`${what}: taken`);
  } catch (error) {
    if (!(error instanceof OnnxcError))
      throw error;
    console.log(`${what}: ${sayWords ? error.message : 'refused'}`);
  }
}

async function refuseAll(session) {
  const run = (changes) => () => session.run({...first(), ...changes});
  const {at, ...fewer} = first();
  const floats = (count, shape) => new Tensor(new Float32Array(count), shape);
  await refuse('name', run({y: first().x}));
  await refuse('type', run({x: new Tensor(Float64Array.from(x), [2, 3])}));
  await refuse('shape', run({x: floats(8, [2, 4])}));
  await refuse('rank', run({x: floats(6, [6])}));
  await refuse('missing', () => session.run(fewer));
  await refuse('sizes', run({flags: new Tensor([true, true, true], [3])}));
  await refuse('run', run({ints: new Tensor(new Int32Array(3), [3, 1])}));
  await refuse('count', () => floats(6, [3, 3]), false);
  await refuse('read', run({x: [1, 2, 3]}), false);
  await refuse('file', () => open(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0)),
               false);
}

// A session of its own, on its own numbers.
async function runOften({module, factor}) {
  const session = await open(module);
  const scaled = Float32Array.from(x, (element) => factor * element);
  let isRight = true;
  for (let i = 0; i < 200; ++i) {
    const {rows} = session.run({...first(), x: new Tensor(scaled, [2, 3])});
    isRight &&= rows.data[0] === 4 * factor;
  }
  return isRight;
}

if (isMainThread) {
  const module = await compile(folder + '/parts.wasm');
  const session = await open(module);
  for (const {name, description} of session.inputs)
    console.log(`input ${name}: ${description}`);
  for (const {name, description} of session.outputs)
    console.log(`output ${name}: ${description}`);
  for (const inputs of [first(), empty()])
    for (const [name, tensor] of Object.entries(session.run(inputs)))
      print(name, tensor);
  await refuseAll(session);
  print('rows', session.run(first()).rows);
  // Memory is given back: later sessions take that of earlier ones.
  for (let i = 0; i < 100; ++i) {
    session.run(first());
    session.run(empty());
  }
  session.close();
  const answers = await Promise.all([2, 3].map((factor) => new Promise(
      (resolve, reject) => {
        const worker = new Worker(new URL(import.meta.url),
                                  {workerData: {folder, module, factor}});
        worker.once('message', resolve);
        worker.once('error', reject);
      })));
  console.log(`threads: ${answers.every(Boolean) ? 'right' : 'wrong'}`);
} else {
  parentPort.postMessage(await runOften(workerData));
}

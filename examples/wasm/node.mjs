// node.mjs: classifies the made-up picture; with a file of floats, that.
//
//   node node.mjs classifier.wasm [PICTURE.f32]
//
// Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import {readFileSync} from 'node:fs';
import {best, load, makePicture, toPlanes} from './classify.mjs';

const classify = await load(readFileSync(process.argv[2]));
let pixels = toPlanes(makePicture(32), 32);
if (process.argv[3]) {
  const bytes = readFileSync(process.argv[3]);
  pixels = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
}
const scores = classify(pixels);
const [index, score] = best(scores);
console.log(`class ${index} with ${(100 * score).toFixed(1)} %`);
console.log(`scores ${scores.map((s) => s.toPrecision(8)).join(' ')}`);

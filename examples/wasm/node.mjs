// node.mjs: reads pictures that were kept from training, and says how many it
// has read rightly.
//
//   node node.mjs digits.wasm held-out.json [OUT.json]    pictures and labels
//   node node.mjs digits.wasm strokes.json                one digit: its strokes
//
// OUT.json gets all probabilities.
//
// Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import {readFileSync, writeFileSync} from 'node:fs';
import {best, load, toPicture} from './digits.mjs';

const classify = await load(readFileSync(process.argv[2]));
const given = JSON.parse(readFileSync(process.argv[3]));

function show(picture, digit, probability) {
  for (let y = 0; y < 8; ++y)
    console.log('  ' + Array.from(picture.slice(8 * y, 8 * y + 8), (value) =>
      ' .:oO#@@@'[value >> 1].repeat(2)).join(''));
  console.log(`read as ${digit} with ${(100 * probability).toFixed(1)} %`);
}

if (Array.isArray(given)) {
  const picture = toPicture(given);
  show(picture, ...best(classify(picture)));
} else {
  let right = 0;
  const all = [];
  given.pictures.forEach((picture, i) => {
    const probabilities = classify(picture);
    const [digit, probability] = best(probabilities);
    all.push(probabilities);
    right += digit === given.labels[i] ? 1 : 0;
    if (i < 2)
      show(picture, digit, probability);
  });
  if (process.argv[4])
    writeFileSync(process.argv[4], JSON.stringify(all));
  console.log(`${right} of ${given.labels.length} are right`);
}

// node.mjs: reads handwritten digits in Node: node node.mjs digits.txt
//
// Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import {readFileSync} from 'node:fs';
import {readDigits} from './digits.mjs';

const text = readFileSync(process.argv[2], 'utf8');
const model = new URL('digits.wasm', import.meta.url);
console.log((await readDigits(model, text)).join('\n'));

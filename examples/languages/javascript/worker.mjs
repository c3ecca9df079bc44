// worker.mjs: reads the digits of a text that the page posts.
//
// Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import {readDigits} from './digits.mjs';

onmessage = async ({data: {model, text}}) => {
  try {
    postMessage(await readDigits(model, text));
  } catch (error) {
    postMessage([String(error)]);
  }
};

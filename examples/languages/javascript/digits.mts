// digits.mts: reads handwritten digits, in TypeScript; tsc makes digits.mjs.
//
// Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import {open, OnnxcError, Source, Tensor} from './onnxc.mjs';

/** What the model reads in the pictures of a text, a line each. */
export async function readDigits(model: Source, text: string) {
  const rows = text.trim().split('\n').map((line) => line.split(' ').map(Number));
  const points = Float32Array.from(rows.flatMap((row) => row.slice(1)));
  const session = await open(model);

  const image = new Tensor(points, [rows.length, 8, 8]);
  const found = session.run({image});
  const digits = (found.digit as Tensor<'int64'>).data;
  const scores = (found.scores as Tensor<'float32'>).data;

  const lines: string[] = [];
  rows.forEach(([label], i) => {
    const digit = Number(digits[i]);
    const percent = Math.round(100 * scores[10 * i + digit]);
    if (digit !== label)
      lines.push(`line ${i + 1} is a ${label}, read as ${digit} with ${percent} %`);
  });
  const right = rows.length - lines.length;
  lines.unshift(`${right} of ${rows.length} digits are right`);

  // What does not fit is refused before anything runs.
  try {
    session.run({image: new Tensor(points, [rows.length, 64])});
  } catch (error) {
    if (!(error instanceof OnnxcError))
      throw error;
    lines.push(error.message);
  }
  session.close();
  return lines;
}

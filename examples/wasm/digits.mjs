// digits.mjs: what page and node share: the module, and strokes as a picture.
//
// Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// A function from a picture, 64 numbers from 0 to 16, to ten probabilities.
export async function load(bytes) {
  const {instance} = await WebAssembly.instantiate(bytes, {});
  const {memory, picture, probabilities, classify} = instance.exports;
  return (numbers) => {
    new Float32Array(memory.buffer, picture(), 64).set(numbers);
    const status = classify();
    if (status !== 0)
      throw new Error(`classify() returned ${status}`);
    return Array.from(new Float32Array(memory.buffer, probabilities(), 10));
  };
}

const SIZE = 32, WIDTH = 24, PEN = 5;

function distance([x, y], [ax, ay], [bx, by]) {
  const dx = bx - ax, dy = by - ay;
  const along = dx || dy ? ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy)
                         : 0;
  const at = Math.min(1, Math.max(0, along));
  return Math.hypot(x - ax - at * dx, y - ay - at * dy);
}

// Strokes are lists of points [x, y], of any scale and place. The pictures that
// the network knows were made so: a digit fills a bitmap of 32 x 32, of which
// each 4 x 4 are counted.
export function toPicture(strokes) {
  const points = strokes.flat();
  if (points.length === 0)
    return new Float32Array(64);
  const [left, right, top, bottom] = [
    Math.min(...points.map((p) => p[0])), Math.max(...points.map((p) => p[0])),
    Math.min(...points.map((p) => p[1])), Math.max(...points.map((p) => p[1])),
  ];
  const scale = Math.min((SIZE - PEN) / Math.max(bottom - top, 1e-6),
                         (WIDTH - PEN) / Math.max(right - left, 1e-6), 1e3);
  const place = ([x, y]) => [(x - (left + right) / 2) * scale + SIZE / 2,
                             (y - (top + bottom) / 2) * scale + SIZE / 2];
  const placed = strokes.map((stroke) => stroke.map(place));
  const picture = new Float32Array(64);
  for (let y = 0; y < SIZE; ++y)
    for (let x = 0; x < SIZE; ++x) {
      const at = [x + 0.5, y + 0.5];
      const on = placed.some((stroke) => stroke.some((point, i) =>
        distance(at, stroke[Math.max(i - 1, 0)], point) <= PEN / 2));
      picture[8 * (y >> 2) + (x >> 2)] += on ? 1 : 0;
    }
  return picture;
}

// [digit, probability] of the likeliest.
export function best(probabilities) {
  const digit = probabilities.indexOf(Math.max(...probabilities));
  return [digit, probabilities[digit]];
}

// classify.mjs: what page and node share: a module around the classifier.
//
// Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

export async function load(bytes) {
  const {instance} = await WebAssembly.instantiate(bytes, {});
  const {memory, picture, scores, classify} = instance.exports;
  return (pixels) => {
    new Float32Array(memory.buffer, picture(), pixels.length).set(pixels);
    const status = classify();
    if (status !== 0)
      throw new Error(`classify() returned ${status}`);
    return Array.from(new Float32Array(memory.buffer, scores(), 10));
  };
}

// RGBA bytes, row by row, as three planes of floats around 0.
export function toPlanes(rgba, size) {
  const planes = new Float32Array(3 * size * size);
  for (let i = 0; i < size * size; ++i)
    for (let c = 0; c < 3; ++c)
      planes[c * size * size + i] = rgba[4 * i + c] / 127.5 - 1;
  return planes;
}

// A picture without a camera: two gradients.
export function makePicture(size) {
  const rgba = new Uint8ClampedArray(4 * size * size);
  for (let y = 0; y < size; ++y)
    for (let x = 0; x < size; ++x)
      rgba.set([8 * x, 8 * y, (x * y) % 256, 255], 4 * (y * size + x));
  return rgba;
}

// [class, score] of the likeliest.
export function best(scores) {
  const index = scores.indexOf(Math.max(...scores));
  return [index, scores[index]];
}

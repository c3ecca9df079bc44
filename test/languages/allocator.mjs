// allocator.mjs: the allocator of a module (runtime-lite/javascript/module.c)
// gives memory that nobody else has, and takes it back.
//
// Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import assert from 'node:assert';
import {readFileSync} from 'node:fs';

const {instance} =
    await WebAssembly.instantiate(readFileSync(process.argv[2]), {});
const {memory, onnxc_aligned_alloc, onnxc_aligned_free} = instance.exports;

let seed = 1;
const draw = (end) => {
  seed = (seed * 48271) % 2147483647;
  return seed % end;
};

// Each block is filled with a number of its own, and still has it at its end.
const blocks = [];
const fill = ({at, bytes, mark}) =>
    new Uint8Array(memory.buffer, at, bytes).fill(mark);
const check = ({at, bytes, mark}) =>
    assert(new Uint8Array(memory.buffer, at, bytes).every((x) => x === mark));

function freeAll() {
  for (const block of blocks.splice(0)) {
    check(block);
    onnxc_aligned_free(0, block.at);
  }
}

function play(steps) {
  for (let i = 0; i < steps; ++i) {
    if (blocks.length < 40 && draw(5) < 3) {
      const bytes = draw(draw(10) ? 500 : 300000);
      const at = onnxc_aligned_alloc(0, bytes, 64);
      assert(at > 0 && at % 64 === 0);
      assert(at + bytes <= memory.buffer.byteLength);
      blocks.push({at, bytes, mark: 1 + draw(250)});
      fill(blocks.at(-1));
    } else if (blocks.length) {
      const [block] = blocks.splice(draw(blocks.length), 1);
      check(block);
      onnxc_aligned_free(0, block.at);
    }
  }
  freeAll();
}

play(5000);
// All of it is one block again: so much more takes no more memory.
const pages = memory.buffer.byteLength;
const large = onnxc_aligned_alloc(0, 2000000, 64);
const grown = memory.buffer.byteLength;
assert(grown - pages <= 2000000 + 2 * 65536);
onnxc_aligned_free(0, large);
for (let i = 0; i < 50; ++i)
  onnxc_aligned_free(0, onnxc_aligned_alloc(0, 2000000, 64));
assert.strictEqual(memory.buffer.byteLength, grown);
onnxc_aligned_free(0, 0);
// What is not there is refused.
assert.strictEqual(onnxc_aligned_alloc(0, 16, 128), 0);
assert.strictEqual(onnxc_aligned_alloc(0, -1, 64), 0);

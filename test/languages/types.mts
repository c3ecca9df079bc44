// types.mts: what the types of onnxc.mjs allow, and what they do not.
//
// Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import {open, Tensor, Session} from './onnxc.mjs';

const session: Session = await open('model.wasm', {prefix: 'model'});
const x = new Tensor(new Float32Array(6), [2, 3]);
new Tensor([true], [1], 'bool');
new Tensor(new Uint16Array(1), [1], 'float16');
const y: Tensor = session.run({x}).y;
if (y.dtype === 'string')
  console.log(y.shape.length, session.inputs[0].description);
const floats: Float32Array = (y as Tensor<'float32'>).data;

// @ts-expect-error: there is no such element type
new Tensor(new Float32Array(6), [6], 'float');
// @ts-expect-error: a string is no number
new Tensor(new Float32Array(6), ['6']);
// @ts-expect-error: elements of int64 are a BigInt64Array
new Tensor(new Int32Array(6), [6], 'int64');
// @ts-expect-error: an input is a Tensor
session.run({x: floats});
// @ts-expect-error: open() makes a session
new Session();
// @ts-expect-error: this option is misspelled
open('model.wasm', {prefixes: 'model'});

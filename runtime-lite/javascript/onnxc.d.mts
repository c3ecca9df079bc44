// onnxc.d.mts: the types of onnxc.mjs.
//
// Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

/** What holds the elements of each type; some are held as their bits. */
export interface Holders {
  float32: Float32Array;
  float64: Float64Array;
  int8: Int8Array;
  int16: Int16Array;
  int32: Int32Array;
  int64: BigInt64Array;
  uint8: Uint8Array;
  uint16: Uint16Array;
  uint32: Uint32Array;
  uint64: BigUint64Array;
  string: string[];
  bool: Uint8Array;
  float16: Uint16Array;
  bfloat16: Uint16Array;
  complex64: Float32Array;
  complex128: Float64Array;
  float8e4m3fn: Uint8Array;
  float8e4m3fnuz: Uint8Array;
  float8e5m2: Uint8Array;
  float8e5m2fnuz: Uint8Array;
  float8e8m0: Uint8Array;
  float4e2m1: Uint8Array;
  uint4: Uint8Array;
  int4: Int8Array;
  uint2: Uint8Array;
  int2: Int8Array;
}
export type Dtype = keyof Holders;

/** Why a call did not give outputs. */
export class OnnxcError extends Error {
  constructor(message: string, status?: number, blamed?: string | null);
  /** An onnxc_status of onnxc/runtime.h; 0 where nothing was run. */
  readonly status: number;
  /** The input, output or node that it is about. */
  readonly blamed: string | null;
}

/** Elements row by row, their type and their shape. */
export class Tensor<D extends Dtype = Dtype> {
  constructor(data: Holders[D] | (D extends 'bool' ? boolean[] : never),
              shape: readonly number[], dtype: D);
  constructor(data: Holders[D] | boolean[], shape: readonly number[]);
  readonly data: Holders[D];
  readonly shape: readonly number[];
  readonly dtype: D;
}

export interface TensorInfo {
  readonly name: string;
  readonly dtype: Dtype;
  readonly rank: number;
  /** "float32 [batch, 8, 8]" */
  readonly description: string;
}

export type Source =
    string | URL | ArrayBuffer | ArrayBufferView | WebAssembly.Module;

/** A compiled module, which may be posted to workers. */
export function compile(source: Source): Promise<WebAssembly.Module>;

export interface OpenOptions {
  /** One of several models. */
  prefix?: string | null;
  /** The bytes of a model's weights that are not in the module. */
  weights?: ArrayBuffer | ArrayBufferView | null;
}

/** A session of the module's model, or of the one that `prefix` names. */
export function open(source: Source, options?: OpenOptions): Promise<Session>;

/** A model with the memory that it runs in; open() makes one. */
export class Session {
  private constructor();
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  /** Runs the model on a tensor for each of its inputs. */
  run(inputs: Readonly<Record<string, Tensor>>): Record<string, Tensor>;
  /** Gives the memory back. */
  close(): void;
}

// onnxc.mjs: models that onnxc has compiled to WebAssembly, by the names of
// their inputs and outputs; in browsers, in workers and in Node.
//
// Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

const INPUT = 0, OUTPUT = 1;

// By onnx.TensorProto.DataType: the name, and what holds the elements.
const DTYPES = [
  null,
  ['float32', Float32Array],
  ['uint8', Uint8Array],
  ['int8', Int8Array],
  ['uint16', Uint16Array],
  ['int16', Int16Array],
  ['int32', Int32Array],
  ['int64', BigInt64Array],
  ['string', Array],
  ['bool', Uint8Array],
  ['float16', Uint16Array],
  ['float64', Float64Array],
  ['uint32', Uint32Array],
  ['uint64', BigUint64Array],
  ['complex64', Float32Array],
  ['complex128', Float64Array],
  ['bfloat16', Uint16Array],
  ['float8e4m3fn', Uint8Array],
  ['float8e4m3fnuz', Uint8Array],
  ['float8e5m2', Uint8Array],
  ['float8e5m2fnuz', Uint8Array],
  ['uint4', Uint8Array],
  ['int4', Int8Array],
  ['float4e2m1', Uint8Array],
  ['float8e8m0', Uint8Array],
  ['uint2', Uint8Array],
  ['int2', Int8Array],
];
const NUMBERS = new Map(DTYPES.flatMap((d, i) => (d ? [[d[0], i]] : [])));
const isComplex = (dtype) => dtype.startsWith('complex');

/** Why a call did not give outputs. */
export class OnnxcError extends Error {
  constructor(message, status = 0, blamed = null) {
    super(message);
    this.name = 'OnnxcError';
    this.status = status; // an onnxc_status of onnxc/runtime.h
    this.blamed = blamed; // the input, output or node that it is about
  }
}

function guessDtype(data) {
  if (Array.isArray(data)) {
    if (data.length && data.every((x) => typeof x === 'boolean'))
      return 'bool';
    if (data.every((x) => typeof x === 'string'))
      return 'string';
  }
  // Of those that hold several types, the first.
  const found = DTYPES.find((d) => d && d[1] !== Array && data instanceof d[1]);
  if (!found)
    throw new OnnxcError('data is a typed array, or an array of strings or ' +
                         'of booleans');
  return found[0];
}

/** Elements row by row, their type and their shape. */
export class Tensor {
  constructor(data, shape, dtype = guessDtype(data)) {
    if (!NUMBERS.has(dtype))
      throw new OnnxcError(`there is no element type '${dtype}'`);
    const holder = DTYPES[NUMBERS.get(dtype)][1];
    if (dtype === 'bool' && Array.isArray(data))
      data = Uint8Array.from(data, Number);
    if (!(data instanceof holder))
      throw new OnnxcError(`elements of ${dtype} are a ${holder.name}`);
    if (dtype === 'string' && !data.every((x) => typeof x === 'string'))
      throw new OnnxcError('elements of string are strings');
    if (!shape.every((size) => Number.isSafeInteger(size) && size >= 0))
      throw new OnnxcError(`[${shape.join(', ')}] is no shape`);
    const count = shape.reduce((a, b) => a * b, 1) * (isComplex(dtype) ? 2 : 1);
    if (count !== data.length)
      throw new OnnxcError(`there are ${data.length} elements, ` +
                           `[${shape.join(', ')}] takes ${count}`);
    this.data = data;
    this.shape = Object.freeze([...shape]);
    this.dtype = dtype;
    // What is checked here stays so.
    if (dtype === 'string')
      this.data = Object.freeze([...data]);
    Object.freeze(this);
  }
}

/** A compiled module, which may be posted to workers. */
export async function compile(source) {
  if (source instanceof WebAssembly.Module)
    return source;
  if (typeof source === 'string' || source instanceof URL) {
    const isWeb = /^(https?|blob|data):/.test(String(source));
    if (!isWeb && typeof process === 'object' && process.versions?.node) {
      const {readFile} = await import('node:fs/promises');
      source = await readFile(source);
    } else {
      const response = await fetch(source);
      if (!response.ok)
        throw new OnnxcError(`${source}: HTTP status ${response.status}`);
      source = await response.arrayBuffer();
    }
  }
  return WebAssembly.compile(source);
}

/** A session of the module's model, or of the one that `prefix` names. */
export async function open(source, {prefix = null, weights = null} = {}) {
  const module = await compile(source);
  const {exports} = await WebAssembly.instantiate(module, {});
  const names = Object.keys(exports)
      .filter((name) => name.endsWith('_model') && 'value' in exports[name])
      .map((name) => name.slice(0, -'_model'.length));
  if (!exports.onnxc_session_create || names.length === 0)
    throw new OnnxcError('it is no module of compiled models (link.sh makes ' +
                         'one)');
  if (prefix === null && names.length > 1)
    throw new OnnxcError('it has several models, name one by its prefix: ' +
                         names.join(', '));
  if (prefix !== null && !names.includes(prefix))
    throw new OnnxcError(`there is no model '${prefix}' in it`);
  return new Session(exports, exports[`${prefix ?? names[0]}_model`].value,
                     weights);
}

/** A model with the memory that it runs in. */
export class Session {
  #exports;
  #handle;
  #weights = 0;
  #numbers; // of the inputs

  /** For open(). */
  constructor(exports, model, weights) {
    this.#exports = exports;
    if (weights)
      this.#weights = this.#copy(new Uint8Array(
          weights.buffer ?? weights, weights.byteOffset ?? 0,
          weights.byteLength));
    const room = 512;
    const message = this.#allocate(room);
    this.#handle =
        exports.onnxc_session_create(model, this.#weights, message, room);
    const text = this.#text(message);
    this.#free(message);
    if (!this.#handle)
      throw new OnnxcError(text);
    this.inputs = this.#describe(INPUT);
    this.outputs = this.#describe(OUTPUT);
    this.#numbers = new Map(this.inputs.map(({name}, i) => [name, i]));
  }

  /** Runs the model on a tensor for each of its inputs. */
  run(inputs) {
    const wasm = this.#exports;
    this.#check();
    wasm.onnxc_session_forget(this.#handle);
    for (const [name, tensor] of Object.entries(inputs))
      this.#set(this.#find(name), name, tensor);
    this.#require(wasm.onnxc_session_run(this.#handle));
    return Object.fromEntries(
        this.outputs.map(({name}, number) => [name, this.#get(number)]));
  }

  /** Gives the memory back. */
  close() {
    if (this.#handle)
      this.#exports.onnxc_session_destroy(this.#handle);
    if (this.#weights)
      this.#free(this.#weights);
    this.#handle = this.#weights = 0;
  }

  #check() {
    if (!this.#handle)
      throw new OnnxcError('the session is closed');
  }

  #find(name) {
    const number = this.#numbers.get(name);
    if (number !== undefined)
      return number;
    // It writes the message.
    const bytes = this.#copy(new TextEncoder().encode(`${name}\0`));
    this.#exports.onnxc_session_find(this.#handle, INPUT, bytes);
    this.#free(bytes);
    throw this.#error(3);
  }

  #set(number, name, tensor) {
    if (!(tensor instanceof Tensor))
      throw new OnnxcError(`input '${name}': it is no Tensor`, 0, name);
    const wasm = this.#exports;
    const {data, shape, dtype} = tensor;
    const sizes = this.#copy(BigInt64Array.from(shape, BigInt));
    const status = wasm.onnxc_session_set(
        this.#handle, number, NUMBERS.get(dtype), shape.length, sizes, 0);
    this.#free(sizes);
    this.#require(status);
    if (dtype === 'string')
      return this.#setStrings(number, data);
    const at = wasm.onnxc_session_data(this.#handle, INPUT, number) >>> 0;
    new data.constructor(wasm.memory.buffer, at, data.length).set(data);
  }

  #setStrings(number, texts) {
    const encoder = new TextEncoder();
    const parts = texts.map((text) => encoder.encode(text));
    const lengths =
        this.#copy(BigInt64Array.from(parts, (part) => BigInt(part.length)));
    const bytes =
        this.#allocate(parts.reduce((sum, part) => sum + part.length, 0));
    const all = new Uint8Array(this.#exports.memory.buffer);
    let at = bytes;
    for (const part of parts) {
      all.set(part, at);
      at += part.length;
    }
    const status = this.#exports.onnxc_session_set_strings(
        this.#handle, number, BigInt(parts.length), lengths, bytes);
    this.#free(lengths);
    this.#free(bytes);
    this.#require(status);
  }

  // Copies: the module's memory moves when it grows.
  #get(number) {
    const wasm = this.#exports;
    const {dtype, rank} = this.outputs[number];
    const shape = Array.from({length: rank}, (_, dim) => Number(
        wasm.onnxc_session_dim(this.#handle, OUTPUT, number, dim)));
    if (dtype === 'string')
      return new Tensor(this.#getStrings(number), shape, dtype);
    const count = shape.reduce((a, b) => a * b, 1) * (isComplex(dtype) ? 2 : 1);
    const at = wasm.onnxc_session_data(this.#handle, OUTPUT, number) >>> 0;
    const holder = DTYPES[NUMBERS.get(dtype)][1];
    return new Tensor(new holder(wasm.memory.buffer, at, count).slice(), shape,
                      dtype);
  }

  #getStrings(number) {
    const wasm = this.#exports;
    const count =
        Number(wasm.onnxc_session_elements(this.#handle, OUTPUT, number));
    const room = wasm.onnxc_session_get_strings(this.#handle, number, 0, 0);
    const lengths = this.#allocate(8 * count);
    const bytes = this.#allocate(Number(room));
    wasm.onnxc_session_get_strings(this.#handle, number, lengths, bytes);
    const decoder = new TextDecoder();
    let at = bytes;
    const texts = Array.from(
        new BigInt64Array(wasm.memory.buffer, lengths, count), (length) => {
          const part =
              new Uint8Array(wasm.memory.buffer, at, Number(length));
          at += Number(length);
          return decoder.decode(part);
        });
    this.#free(lengths);
    this.#free(bytes);
    return texts;
  }

  #describe(isOutput) {
    const wasm = this.#exports, handle = this.#handle;
    return Array.from(
        {length: wasm.onnxc_session_count(handle, isOutput)}, (_, number) => ({
          name: this.#text(wasm.onnxc_session_name(handle, isOutput, number)),
          dtype: DTYPES[wasm.onnxc_session_dtype(handle, isOutput, number)][0],
          rank: wasm.onnxc_session_rank(handle, isOutput, number),
          description: this.#text(
              wasm.onnxc_session_describe(handle, isOutput, number)),
        }));
  }

  #require(status) {
    if (status !== 0)
      throw this.#error(status);
  }

  #error(status) {
    const wasm = this.#exports;
    return new OnnxcError(
        this.#text(wasm.onnxc_session_message(this.#handle)), status,
        this.#text(wasm.onnxc_session_blamed(this.#handle)) || null);
  }

  #allocate(bytes) {
    // Addresses beyond two gigabytes are negative numbers.
    const memory = this.#exports.onnxc_aligned_alloc(0, bytes, 16) >>> 0;
    if (!memory)
      throw new OnnxcError('out of memory', 11);
    return memory;
  }

  #free(memory) {
    this.#exports.onnxc_aligned_free(0, memory);
  }

  #copy(data) {
    const memory = this.#allocate(data.byteLength);
    new data.constructor(this.#exports.memory.buffer, memory, data.length)
        .set(data);
    return memory;
  }

  #text(address) {
    if (!address)
      return '';
    const bytes = new Uint8Array(this.#exports.memory.buffer, address >>> 0);
    return new TextDecoder().decode(bytes.slice(0, bytes.indexOf(0)));
  }
}

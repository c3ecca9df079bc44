// Runs a WebAssembly program of WASI in node: wasi.mjs PROGRAM ARGUMENTS...
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import {readFile} from 'node:fs/promises';
import {WASI} from 'node:wasi';

const [program, ...rest] = process.argv.slice(2);
const wasi = new WASI({
  version : 'preview1',
  args : [ program, ...rest ],
  preopens : {'/' : '/'},
  returnOnExit : true
});
const module = await WebAssembly.compile(await readFile(program));
const instance =
    await WebAssembly.instantiate(module, wasi.getImportObject());
process.exitCode = wasi.start(instance);

// Run.h: small programs for the interpreter.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef ONNXC_TEST_GPU_PTX_RUN_H
#define ONNXC_TEST_GPU_PTX_RUN_H

#include "Machine.h"

#include <cstring>

namespace ptx::test {

/// A kernel k(in, out) with registers %r, %f, %rd, %fd, %h and %p, whose
/// addresses are in %rd1 and %rd2.
inline std::string program(const std::string &body,
                           const std::string &declarations = "") {
  return ".version 8.0\n.target sm_80\n.address_size 64\n"
         ".visible .entry k(.param .u64 k_in, .param .u64 k_out) {\n"
         ".reg .b32 %r<32>; .reg .f32 %f<32>; .reg .b64 %rd<16>;\n"
         ".reg .f64 %fd<4>; .reg .b16 %h<8>; .reg .pred %p<8>;\n" +
         declarations +
         "ld.param.u64 %rd1, [k_in]; ld.param.u64 %rd2, [k_out];\n" + body +
         "\nret;\n}\n";
}

/// Runs one group of threads; what lies at `out` afterwards, 32-bit words.
inline std::vector<uint32_t> run(const std::string &text,
                                 const std::vector<uint32_t> &in,
                                 size_t numResults, Dim3 block = {},
                                 Dim3 grid = {}) {
  Module module = parse(text);
  GlobalMemory memory;
  uint64_t from = memory.allocate(4 * in.size() + 4);
  uint64_t to = memory.allocate(4 * numResults + 4);
  memory.write(from, in.data(), 4 * in.size());
  std::vector<uint8_t> parameters(16);
  std::memcpy(parameters.data(), &from, 8);
  std::memcpy(parameters.data() + 8, &to, 8);
  Machine(memory).launch(module.functions.at("k"), grid, block, parameters);
  std::vector<uint32_t> result(numResults);
  memory.read(to, result.data(), 4 * numResults);
  return result;
}

/// One thread with %r1 and %r2 set; what is in %r0 in the end.
inline uint32_t run1(const std::string &body, uint32_t a, uint32_t b) {
  return run(program("ld.global.b32 %r1, [%rd1]; ld.global.b32 %r2, [%rd1+4];" +
                     body + "st.global.b32 [%rd2], %r0;"),
             {a, b}, 1)[0];
}

inline uint32_t bits(float x) {
  uint32_t result;
  std::memcpy(&result, &x, 4);
  return result;
}

/// The same with floats in %f0, %f1, %f2.
inline float runFloat(const std::string &body, float a, float b) {
  uint32_t result =
      run1("mov.b32 %f1, %r1; mov.b32 %f2, %r2; " + body + " mov.b32 %r0, %f0;",
           bits(a), bits(b));
  float value;
  std::memcpy(&value, &result, 4);
  return value;
}

} // namespace ptx::test

#endif // ONNXC_TEST_GPU_PTX_RUN_H

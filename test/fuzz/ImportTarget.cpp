//===- ImportTarget.cpp - Fuzzes the importer -----------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "test/fuzz/ModelFolder.h"

using namespace mlir;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  // A context keeps all types and attributes that it has seen.
  static std::unique_ptr<MLIRContext> context;
  static unsigned runs = 0;
  if (runs++ % 200 == 0)
    context = std::make_unique<MLIRContext>(MLIRContext::Threading::DISABLED);
  onnxc::fuzz::importBytes({data, size}, *context);
  return 0;
}

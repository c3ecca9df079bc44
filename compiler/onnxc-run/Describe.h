//===- Describe.h - Print a model's descriptor ----------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_COMPILER_ONNXCRUN_DESCRIBE_H
#define ONNXC_COMPILER_ONNXCRUN_DESCRIBE_H

#include "onnxc/runtime.h"
#include "llvm/Support/raw_ostream.h"

namespace onnxc::run {

void describeModel(const onnxc_model &model, bool asJson,
                   llvm::raw_ostream &os);

} // namespace onnxc::run

#endif

//===- Passes.h - Every pass of onnxc -------------------------------------===//
//
// For the programs. A pass includes the header of its folder.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_PASSES_H
#define ONNXC_PASSES_PASSES_H

#include "passes/Check/CheckPasses.h"
#include "passes/Device/DevicePasses.h"
#include "passes/Entry/EntryPasses.h"
#include "passes/Graph/GraphPasses.h"
#include "passes/Loops/LoopsPasses.h"
#include "passes/Math/MathPasses.h"
#include "passes/Tensor/TensorPasses.h"

namespace onnxc {

/// With who computes constants for `fold-constants`.
inline void registerPasses(const ConstantEvaluator &evaluate) {
  // Of two with one name the first counts.
  mlir::registerPass([=] { return createFoldConstants(evaluate); });
  registerOnnxcGraphPasses();
  registerOnnxcTensorPasses();
  registerOnnxcLoopsPasses();
  registerOnnxcMathPasses();
  registerOnnxcDevicePasses();
  registerOnnxcEntryPasses();
  registerOnnxcCheckPasses();
}

} // namespace onnxc

#endif // ONNXC_PASSES_PASSES_H

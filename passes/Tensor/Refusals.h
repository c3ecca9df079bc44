//===- Refusals.h - Why a pattern did not take an op ----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_TENSOR_REFUSALS_H
#define ONNXC_PASSES_TENSOR_REFUSALS_H

#include "mlir/IR/PatternMatch.h"

namespace onnxc {

/// From now on the patterns keep at an op why they did not take it, for
/// refuse-forms. Patterns that look at any op stay silent: what they would say
/// of most, nobody asked.
void explainPatterns(mlir::RewritePatternSet &patterns);

} // namespace onnxc

#endif // ONNXC_PASSES_TENSOR_REFUSALS_H

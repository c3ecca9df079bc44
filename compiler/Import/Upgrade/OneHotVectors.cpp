//===- OneHotVectors.cpp - OneHot of indices that are there ---------------===//
//
// Before opset 11 a negative index marked nothing.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/Upgrade/Rules.h"

namespace onnxc::upgrade {

/// A negative index becomes the depth, which marks nothing either.
static void dropNegativeIndices(Rewriter &r) {
  if (r.node.input_size() < 2)
    return;
  std::string indices = r.node.input(0);
  std::string depth = r.add("Reshape", {r.node.input(1), r.addInts({})});
  std::string beyond = r.add("CastLike", {depth, indices});
  std::string zero = r.add("CastLike", {r.addInt(0), indices});
  std::string isNegative = r.add("Less", {indices, zero});
  r.node.set_input(0, r.add("Where", {isNegative, beyond, indices}));
}

llvm::ArrayRef<Rule> getOneHotVectorsRules() {
  static constexpr Rule rules[] = {
      {"OneHot", 11, dropNegativeIndices},
  };
  return rules;
}

} // namespace onnxc::upgrade

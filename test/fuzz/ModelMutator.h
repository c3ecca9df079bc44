//===- ModelMutator.h - Random changes of a parsed model ------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_TEST_FUZZ_MODELMUTATOR_H
#define ONNXC_TEST_FUZZ_MODELMUTATOR_H

#include "test/fuzz/Random.h"
#include <onnx/onnx_pb.h>

namespace onnxc::fuzz {

/// Changes one thing: an attribute, a size, a type, an edge, a node, the
/// elements of a tensor, or a version.
void mutateModel(onnx::ModelProto &model, Random &random);

/// Brings nodes of another model in, with what they read.
void crossModels(onnx::ModelProto &model, const onnx::ModelProto &other,
                 Random &random);

/// TensorMutator.cpp: the type, the sizes or the elements.
void mutateTensor(onnx::TensorProto &tensor, Random &random);

/// A number at which arithmetic or memory may end.
int64_t drawNumber(Random &random, int64_t old);

} // namespace onnxc::fuzz

#endif // ONNXC_TEST_FUZZ_MODELMUTATOR_H

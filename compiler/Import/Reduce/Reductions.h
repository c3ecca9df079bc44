//===- Reductions.h - Ways to make a model smaller ------------------------===//
//
// Each tries what it can, again and again, and says whether anything could go.
// All make a model strictly smaller, so that the whole ends.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_COMPILER_IMPORT_REDUCE_REDUCTIONS_H
#define ONNXC_COMPILER_IMPORT_REDUCE_REDUCTIONS_H

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringMap.h"
#include <onnx/onnx_pb.h>

namespace onnxc::reduce {

/// A model, and who tells whether a smaller one still fails.
class Candidate {
public:
  using Check = llvm::function_ref<bool(const ::onnx::ModelProto &)>;

  Candidate(::onnx::ModelProto &model, Check fails)
      : model(model), fails(fails) {}

  /// Changes a copy, takes away what nothing uses any more, and keeps it if it
  /// fails. `change` says whether there is something to try.
  bool attempt(llvm::function_ref<bool(::onnx::ModelProto &)> change);

  const ::onnx::ModelProto &get() const { return model; }
  const ::onnx::GraphProto &graph() const { return model.graph(); }

private:
  ::onnx::ModelProto &model;
  Check fails;
};

/// The types of all values as onnx infers them; those that it cannot tell are
/// missing.
llvm::StringMap<::onnx::TypeProto> inferTypes(const ::onnx::ModelProto &model);

/// Drops nodes, weights and inputs that no output depends on.
void removeUnused(::onnx::GraphProto &graph);

// CutGraph.cpp
bool keepFewOutputs(Candidate &candidate);
/// The nodes after the fault go; what they read becomes outputs.
bool cutBehind(Candidate &candidate);
/// The nodes before the fault go; what they computed becomes inputs.
bool cutInFront(Candidate &candidate);

// RemoveNodes.cpp
/// Nodes go, one after the other or many at once: who reads them reads one of
/// their inputs, or an input of the graph.
bool removeNodes(Candidate &candidate);
/// An If becomes one of its branches.
bool takeBranches(Candidate &candidate);

// ClearDetails.cpp
bool clearText(Candidate &candidate);
bool removeAttributes(Candidate &candidate);
bool removeOptionalInputs(Candidate &candidate);

// ShrinkSizes.cpp
/// A size becomes a smaller one wherever it stands.
bool shrinkSizes(Candidate &candidate);

} // namespace onnxc::reduce

#endif // ONNXC_COMPILER_IMPORT_REDUCE_REDUCTIONS_H

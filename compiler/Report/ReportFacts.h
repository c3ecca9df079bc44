//===- ReportFacts.h - What a report knows of a compilation ---------------===//
//
// Sizes are expressions over the symbols of @main: the report has them for the
// values that it is drawn for.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_COMPILER_REPORT_REPORTFACTS_H
#define ONNXC_COMPILER_REPORT_REPORTFACTS_H

#include "passes/Memory/MemoryPlan.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringMap.h"

namespace onnxc {

/// A node of the model as it was read.
struct NodeFacts {
  std::string op;
  /// Multiplications with an addition; null for none.
  mlir::AffineExpr macs;
};

/// A kernel as the graph was cut, by its name.
struct KernelFacts {
  std::vector<std::string> operators;
  /// Where operands lie otherwise than ONNX says; may be empty.
  std::string layout;
  /// The nodes of its first call. Those of others are in the same order.
  llvm::SmallVector<llvm::StringRef> nodes;
  /// Ops that multiply: MACs as they are computed, over the kernel's symbols,
  /// and which of the nodes they are of.
  struct Work {
    mlir::AffineExpr macs;
    llvm::SmallVector<size_t> nodes;
  };
  std::vector<Work> work;
};

struct TensorFacts {
  /// An input's number is in the place; else a weight's name or a node's.
  std::string name;
  Place place;
  mlir::Type elementType;
  onnx::Dims dims;
  mlir::AffineExpr bytes;
};

/// A tensor as a kernel sees it: a view may have another shape.
struct OperandFacts {
  unsigned tensor;
  onnx::Dims dims;
  mlir::AffineExpr bytes;
};

/// What @main does at a step.
struct RowFacts {
  enum Kind { Kernel, Part, Custom, Sizes, Branch, Loop } kind = Kernel;
  int64_t step = 0;
  /// How many branches and loops are around it.
  unsigned depth = 0;
  std::string callee;
  std::vector<std::string> nodes;
  llvm::SmallVector<OperandFacts> reads, writes;
  /// The kernel's symbols over those of @main.
  llvm::SmallVector<mlir::AffineExpr> symbols;
};

/// A piece of the arena.
struct BufferFacts {
  mlir::AffineExpr bytes, offset;
  int64_t firstStep, lastStep;
  std::string node, what;
  llvm::SmallVector<unsigned> tensors;
};

/// @main of the host, or of a part that a device runs.
struct PlanFacts {
  /// The part's number; none for the host.
  std::optional<int64_t> part;
  std::vector<RowFacts> rows;
  std::vector<TensorFacts> tensors;
  std::vector<BufferFacts> buffers;
  mlir::AffineExpr arenaBytes;
  /// Nodes that only give elements another shape, and that are sizes.
  std::vector<std::string> views, sizes;
  /// Nodes whose results the allocator is asked for.
  std::vector<std::string> allocating;
  /// Names of the constants at each offset of the weights.
  llvm::MapVector<int64_t, llvm::SmallVector<std::string>> weights;
};

/// What became slower than it could be (dialects/plan/Remarks.h).
struct RemarkFacts {
  std::string topic, text;
  /// The kernel, or main.
  std::string function;
  mlir::Location loc;
  /// How often, as unrolled code says the same of several ops.
  unsigned count = 1;
};

struct ReportFacts {
  /// By name, in the model's order.
  llvm::MapVector<llvm::StringRef, NodeFacts> nodes;
  llvm::StringMap<KernelFacts> kernels;
  /// The host's is the last.
  std::vector<PlanFacts> plans;
  std::vector<RemarkFacts> remarks;

  /// The kernel of a call: those that work in place, or on a device, are copies
  /// with longer names. Null where it is not known.
  const KernelFacts *lookUp(llvm::StringRef callee) const;
};

} // namespace onnxc

#endif // ONNXC_COMPILER_REPORT_REPORTFACTS_H

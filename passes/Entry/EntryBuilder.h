//===- EntryBuilder.h - Writes the generated entry point ------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_ENTRY_ENTRYBUILDER_H
#define ONNXC_PASSES_ENTRY_ENTRYBUILDER_H

#include "dialects/onnx/SymbolicShape.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringMap.h"

namespace onnxc {

/// A tensor that the application's observer is told of.
struct ObservedValue {
  /// Names of nodes: what makes it, and all that is computed with it.
  std::string makers, nodes;
  /// Empty where no kernel makes it.
  std::string kernel;
  mlir::Type element;
  onnx::Dims dims;
};

/// Builds @onnxc_entry: pointers, symbol values, calls and branches. Values are
/// built once and kept while they dominate what follows.
class EntryBuilder {
public:
  /// Starts the function at the builder's place. `numHeapBuffers` is how many
  /// buffers allocate() will be called for.
  EntryBuilder(mlir::OpBuilder &b, mlir::func::FuncOp main,
               int64_t numHeapBuffers);

  void setLoc(mlir::Location newLoc) { loc = newLoc; }
  mlir::Value getContext() { return entry.getArgument(0); }
  mlir::Value getInput(int64_t number);
  mlir::Value getOutput(int64_t number);
  mlir::Value getWeights(int64_t offset);
  mlir::Value getArena(mlir::AffineExpr offset);
  /// The value of an expression over symbols, as an index.
  mlir::Value getSymbol(mlir::AffineExpr expr);
  /// Leaves with the status where the two are not equal; `blamed` becomes the
  /// context's error_name.
  void requireEqual(mlir::AffineExpr l, mlir::AffineExpr r, int32_t status,
                    llvm::StringRef blamed);
  void callKernel(llvm::StringRef name, mlir::ValueRange arguments);
  /// Calls a function of the application, and leaves where its result is not 0.
  void callFunction(llvm::StringRef symbol, mlir::ValueRange arguments);
  /// Where sizes are, as C's int64_t. A null expression is -1, in memory of the
  /// call that a function may write.
  mlir::Value listSizes(llvm::ArrayRef<mlir::AffineExpr> sizes);
  /// Stores a size of such a list as a tensor of one integer.
  void storeSize(mlir::Value list, int64_t number, mlir::Value address);
  mlir::Value getNull();
  /// The value of an attribute of a node: a number, or an address, in a list's
  /// case followed by its length.
  llvm::SmallVector<mlir::Value> getAttribute(mlir::Attribute value);
  /// Tells the context's observer, if there is one, what is at the address now.
  void observe(const ObservedValue &value, mlir::Value address);
  /// Has the context's device run a part; leaves where it fails.
  void offload(int64_t part, mlir::ValueRange inputs, mlir::ValueRange outputs);
  /// Reads symbol `number` from an integer in memory, and stores it for the
  /// caller.
  void defineSymbol(int64_t number, mlir::Value address, mlir::Type integer,
                    int64_t element);
  void storeInts(mlir::Value address, mlir::Type integer,
                 llvm::ArrayRef<mlir::AffineExpr> exprs);
  void copy(mlir::Value to, mlir::Value from, mlir::AffineExpr bytes);

  /// Takes memory from the context's allocator; when there is none, the entry
  /// releases what it holds and returns a status. The memory is released at
  /// the entry's end, or when the same buffer is allocated again.
  mlir::Value allocate(int64_t buffer, mlir::AffineExpr bytes);
  /// Where a buffer is now: branches and loops may have allocated it anew.
  mlir::Value loadBuffer(int64_t buffer);
  /// Releases a buffer.
  void releaseBuffer(int64_t buffer);
  /// Releases `to` and hands it the memory of `from`.
  void moveBuffer(int64_t to, int64_t from);
  /// Makes a buffer that holds `count` times `bytes` hold one more: its size
  /// doubles, so that a byte is copied about once. Returns where it is.
  mlir::Value growBuffer(int64_t buffer, mlir::Value count,
                         mlir::AffineExpr bytes);
  /// Takes memory that the context keeps beyond the run, in the list that
  /// runtime.h calls `strings`; and releases what the run before has left
  /// there.
  mlir::Value allocateKept(mlir::AffineExpr bytes);
  void releaseKept();
  /// Leaves with a status where one of the sizes is negative: data may ask for
  /// what no tensor can have.
  void requireSizes(llvm::ArrayRef<mlir::AffineExpr> sizes);
  /// The same for output `number`, whose memory the caller releases.
  mlir::Value allocateOutput(int64_t number, mlir::AffineExpr bytes);

  using Body = llvm::function_ref<void()>;
  /// Runs one of the bodies by the byte (bool) at `condition`.
  void branch(mlir::Value condition, Body thenBody, Body elseBody);
  /// Runs the body `tripCount` times, or without it endlessly, as long as the
  /// byte at `condition` is not 0 (a null one is always true). The body is
  /// given the number of the iteration.
  void loop(mlir::Value tripCount, mlir::Value condition,
            llvm::function_ref<void(mlir::Value)> body);

  /// The address `index` times `bytes` behind `base`.
  mlir::Value getElement(mlir::Value base, mlir::Value index,
                         mlir::AffineExpr bytes);
  /// length - 1 - iteration.
  mlir::Value countDown(mlir::Value length, mlir::Value iteration);
  /// Stores an index as an integer of the type.
  void storeIndex(mlir::Value address, mlir::Type integer, mlir::Value index);
  /// Stores the bool true.
  void storeTrue(mlir::Value address);
  /// Reads an integer as an index.
  mlir::Value loadIndex(mlir::Value address, mlir::Type integer,
                        int64_t element);
  void finish();

private:
  mlir::OpBuilder &b;
  mlir::Location loc;
  mlir::func::FuncOp entry;
  mlir::Value arena;
  /// What is built already and dominates the builder's place.
  struct Built {
    llvm::DenseMap<mlir::AffineExpr, mlir::Value> symbols;
    llvm::DenseMap<std::pair<int, int64_t>, mlir::Value> pointers;
    /// Lists of sizes, by their #onnx.dims.
    llvm::DenseMap<mlir::Attribute, mlir::Value> sizes;
    mlir::Value weights;
  } built;
  /// Holds the heap buffers' addresses, null at first, and the sizes of those
  /// that grow.
  mlir::Value heap, capacities;
  int64_t numHeapBuffers;
  int64_t numObserved = 0;
  /// Releases everything and returns the status that it is given, with the
  /// context's error_name if there is one.
  mlir::Block *leave = nullptr;
  /// What error_name may be, and the globals that hold it.
  llvm::StringMap<mlir::LLVM::GlobalOp> texts;
  /// Lists of constants, by their elements.
  llvm::DenseMap<mlir::Attribute, mlir::LLVM::GlobalOp> lists;

  mlir::Value load(mlir::Type type, mlir::Value base, int64_t index);
  mlir::Value allocateBytes(mlir::Value bytes);
  /// A size that depends on data, as an index. The entry is left where it is
  /// negative or too large.
  mlir::Value getByteCount(mlir::AffineExpr bytes);
  mlir::Value getField(int32_t number);
  mlir::Value getHeapSlot(int64_t buffer);
  void forEachHeapSlot(llvm::function_ref<void(mlir::Value)> body);
  mlir::Value getCapacity(int64_t buffer);
  void release(mlir::Value address);
  /// Leaves with the status; the node that is being built is to blame.
  void leaveIf(mlir::Value condition, int32_t status);
  void leaveIf(mlir::Value condition, mlir::Value status, mlir::Value blamed);
  /// The address of a constant string, null for an empty one.
  mlir::Value getText(llvm::StringRef text);
  void storeErrorName(mlir::Value name);
  /// The address of an onnxc_value_info.
  mlir::Value describe(const ObservedValue &value);
  /// Stores pointers one after the other, and returns where.
  mlir::Value listPointers(mlir::ValueRange values);
  /// The address of constants.
  mlir::Value getList(mlir::DenseElementsAttr elements);
  mlir::Value allocateOnStack(mlir::Type type, int64_t count);
  mlir::Value offsetBy(mlir::Value base, mlir::Value bytes);
};

} // namespace onnxc

#endif // ONNXC_PASSES_ENTRY_ENTRYBUILDER_H

//===- TileOperand.h - A factor's tile in the memory of a group -----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_DEVICE_TILEOPERAND_H
#define ONNXC_PASSES_DEVICE_TILEOPERAND_H

#include "mlir/IR/IRMapping.h"
#include "passes/Device/ProductLoops.h"

namespace onnxc {

/// The part of a factor that a group of threads reads in a step: `size` rows
/// (or columns) of `depth` elements. It lies in memory that the group shares,
/// in the order in which it is read from the factor:
///
///   along the depth   [size][depth + 16 bytes]
///   else              [depth][size + 16 bytes]
///
/// as neighbours in the factor are neighbours there, and what is copied at once
/// are up to 16 bytes. The 16 bytes between rows keep the 8 rows that threads
/// read together in different banks.
class TileOperand {
public:
  TileOperand(mlir::linalg::GenericOp op, const ProductFactor &factor,
              const MergedLoops &along, const MergedLoops &depth);

  /// Chooses which part of the tile each of `threads` threads copies.
  void chooseCopies(int64_t tileSize, int64_t tileDepth, int64_t threads);

  mlir::Type getType() const { return factor.getType(); }
  bool isAlongDepth() const { return alongDepth; }
  int64_t getPitch() const {
    return (alongDepth ? tileDepth : tileSize) + getPad();
  }
  int64_t getElements() const {
    return (alongDepth ? tileSize : tileDepth) * getPitch();
  }
  /// Where the element is in the tile.
  mlir::Value getOffset(VectorBuilder &v, mlir::Value place,
                        mlir::Value depth) const;

  /// The memory of the group, several tiles in a row.
  void setMemory(mlir::Value memory) { shared = memory; }
  mlir::Value getMemory() const { return shared; }
  /// Before anything is emitted in the launch.
  void prepare(VectorBuilder &v, const MergedLoops &along,
               const MergedLoops &depth);
  /// Starts copies of step `step` to the tile that begins at `to`; what cannot
  /// be copied so is returned, for `store`.
  mlir::SmallVector<mlir::Value> load(VectorBuilder &v, mlir::Value thread,
                                      mlir::Value origin, mlir::Value step,
                                      mlir::ArrayRef<mlir::Value> indices,
                                      mlir::Value to);
  void store(VectorBuilder &v, mlir::Value thread, mlir::ValueRange values,
             mlir::Value to);
  /// How many values `load` returns.
  int64_t getNumLoaded() const { return isDirect ? 0 : getNumCopies(); }

private:
  void findBuffer();
  void setMap(mlir::AffineMap map);
  int64_t getPad() const { return 16 / getBytes(); }
  int64_t getBytes() const { return getType().getIntOrFloatBitWidth() / 8; }
  int64_t getChunks() const { return tileSize * tileDepth / vector; }
  int64_t getNumCopies() const {
    return std::max<int64_t>(getChunks() / threads, 1);
  }
  /// What a thread brings to the tile at once.
  struct Chunk {
    /// In the tile.
    mlir::Value place, k;
    /// Null where it is always inside.
    mlir::Value isThere;
    /// The op's loops, and the place in the run that is copied.
    llvm::SmallVector<mlir::Value> loops;
    mlir::Value inRun;
    /// What of the body is computed.
    mlir::IRMapping done;
  };
  Chunk findChunk(VectorBuilder &v, mlir::Value thread, int64_t i,
                  mlir::Value origin, mlir::Value firstDepth,
                  mlir::ArrayRef<mlir::Value> indices);
  mlir::SmallVector<mlir::Value> getSource(VectorBuilder &v,
                                           mlir::ArrayRef<mlir::Value> loops,
                                           mlir::Value inRun,
                                           mlir::IRMapping &done);
  mlir::Value loadChunk(VectorBuilder &v, Chunk &chunk);
  void copyChunk(VectorBuilder &v, Chunk &chunk, mlir::Value to);
  /// Chunk number `i` of the thread.
  std::pair<mlir::Value, mlir::Value> getChunk(VectorBuilder &v,
                                               mlir::Value thread, int64_t i);
  void ifHasChunk(VectorBuilder &v, mlir::Value thread,
                  mlir::function_ref<void()> body);

  mlir::linalg::GenericOp op;
  ProductFactor factor;
  MergedLoops along, depth;
  bool alongDepth = false;
  /// The factor is copied as it is, without a conversion.
  bool isDirect = false;
  /// Where it is copied from: element `map` of the buffer; without a map what
  /// the body loads.
  mlir::Value buffer;
  mlir::AffineMap map;
  Run run;
  /// The buffer with the run as its last dimension.
  mlir::Value merged;
  int64_t vector = 1, tileSize = 0, tileDepth = 0, threads = 0;
  mlir::Value shared;
};

} // namespace onnxc

#endif // ONNXC_PASSES_DEVICE_TILEOPERAND_H

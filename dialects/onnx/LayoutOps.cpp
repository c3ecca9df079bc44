//===- LayoutOps.cpp - Elements in another order --------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/LayoutOps.h"
#include "dialects/onnx/CheckNumber.h"
#include "dialects/onnx/ElementOrder.h"
#include "dialects/onnx/ElementTypes.h"
#include "dialects/onnx/GraphBuilder.h"
#include "dialects/onnx/SizeRequirements.h"
#include "llvm/ADT/SmallSet.h"

using namespace mlir;
using namespace onnxc::onnx;

//===----------------------------------------------------------------------===//
// Transpose
//===----------------------------------------------------------------------===//

SmallVector<int64_t> TransposeOp::getPermutation(int64_t rank) {
  if (std::optional<ArrayRef<int64_t>> perm = getPerm())
    return SmallVector<int64_t>(*perm);
  return llvm::to_vector(llvm::reverse(llvm::seq<int64_t>(0, rank)));
}

LogicalResult TransposeOp::inferReturnTypes(MLIRContext *,
                                            std::optional<Location> loc,
                                            Adaptor adaptor,
                                            SmallVectorImpl<Type> &types) {
  Type element = onnxc::onnx::getElementType(adaptor.getData());
  std::optional<Dims> dims = getDims(adaptor.getData());
  if (!dims) {
    types.push_back(getUnrankedType(element));
    return success();
  }
  if (!adaptor.getPerm()) {
    types.push_back(
        getTensorType(llvm::to_vector(llvm::reverse(*dims)), element));
    return success();
  }
  ArrayRef<int64_t> perm = *adaptor.getPerm();
  // Any number may be there, those of which a DenseSet makes signs, too.
  llvm::SmallSet<int64_t, 8> seen(perm.begin(), perm.end());
  if (perm.size() != dims->size() || seen.size() != perm.size() ||
      llvm::any_of(
          perm, [&](int64_t i) { return i < 0 || i >= int64_t(dims->size()); }))
    return emitOptionalError(loc, "perm [", perm, "] is not a permutation of ",
                             dims->size(), " dimensions");
  Dims result;
  for (int64_t i : perm)
    result.push_back((*dims)[i]);
  types.push_back(getTensorType(result, element));
  return success();
}

std::optional<Dims>
TransposeOp::evaluate(ArrayRef<std::optional<Dims>> operands) {
  if (!operands[0])
    return std::nullopt;
  auto from = cast<RankedTensorType>(getData().getType());
  SmallVector<int64_t> perm = getPermutation(from.getRank());
  return collectElements(getType(), [&](ArrayRef<int64_t> index) {
    SmallVector<int64_t> source(index.size());
    for (auto [axis, i] : llvm::zip(perm, index))
      source[axis] = i;
    return (*operands[0])[getPlace(from.getShape(), source)];
  });
}

// A transposition of a transposition is one; one that moves nothing is none.
OpFoldResult TransposeOp::fold(FoldAdaptor) {
  std::optional<int64_t> rank = getRank(getData());
  if (!rank)
    return {};
  SmallVector<int64_t> perm = getPermutation(*rank);
  if (llvm::equal(perm, llvm::seq<int64_t>(0, *rank)) &&
      getData().getType() == getType())
    return getData();
  auto producer = getData().getDefiningOp<TransposeOp>();
  if (!producer)
    return {};
  SmallVector<int64_t> first = producer.getPermutation(*rank);
  for (int64_t &i : perm)
    i = first[i];
  setPermAttr(DenseI64ArrayAttr::get(getContext(), perm));
  getDataMutable().assign(producer.getData());
  return getResult();
}

//===----------------------------------------------------------------------===//
// DepthToSpace, SpaceToDepth
//===----------------------------------------------------------------------===//

/// The result of an op that moves blocks of pixels to channels or back.
static LogicalResult
inferBlocks(std::optional<Location> loc, Value input, int64_t blocksize,
            StringRef mode, SmallVectorImpl<Type> &types,
            llvm::function_ref<FailureOr<Dims>(const Dims &)> move) {
  if (blocksize <= 0)
    return emitOptionalError(loc, "blocksize ", blocksize, " is not positive");
  if (blocksize > INT16_MAX)
    return emitOptionalError(loc, "blocksize ", blocksize, " is too large");
  if (mode != "DCR" && mode != "CRD")
    return emitOptionalError(loc, "unknown mode '", mode, "'");
  Type element = onnxc::onnx::getElementType(input);
  std::optional<Dims> dims = getDims(input);
  if (!dims) {
    types.push_back(getUnrankedType(element));
    return success();
  }
  if (dims->size() != 4)
    return emitOptionalError(loc, "needs an input of rank 4, not ",
                             dims->size());
  FailureOr<Dims> moved = move(*dims);
  if (failed(moved))
    return failure();
  types.push_back(getTensorType(*moved, element));
  return success();
}

LogicalResult DepthToSpaceOp::inferReturnTypes(MLIRContext *,
                                               std::optional<Location> loc,
                                               Adaptor adaptor,
                                               SmallVectorImpl<Type> &types) {
  int64_t block = adaptor.getBlocksize();
  return inferBlocks(
      loc, adaptor.getInput(), block, adaptor.getMode(), types,
      [&](const Dims &d) -> FailureOr<Dims> {
        if (std::optional<int64_t> channels = onnxc::onnx::getConstant(d[1]))
          if (*channels % (block * block) != 0)
            return emitOptionalError(loc, *channels,
                                     " channels are not a multiple "
                                     "of blocksize squared");
        return Dims{d[0], d[1].floorDiv(block * block), d[2] * block,
                    d[3] * block};
      });
}

LogicalResult SpaceToDepthOp::inferReturnTypes(MLIRContext *,
                                               std::optional<Location> loc,
                                               Adaptor adaptor,
                                               SmallVectorImpl<Type> &types) {
  int64_t block = adaptor.getBlocksize();
  return inferBlocks(loc, adaptor.getInput(), block, adaptor.getMode(), types,
                     [&](const Dims &d) -> FailureOr<Dims> {
                       for (AffineExpr size : {d[2], d[3]})
                         if (std::optional<int64_t> n =
                                 onnxc::onnx::getConstant(size))
                           if (*n % block != 0)
                             return emitOptionalError(loc, "size ", *n,
                                                      " is not a multiple of "
                                                      "blocksize ",
                                                      block);
                       return Dims{d[0], d[1] * (block * block),
                                   d[2].floorDiv(block), d[3].floorDiv(block)};
                     });
}

//===----------------------------------------------------------------------===//
// ReverseSequence, Tile, Trilu, EyeLike
//===----------------------------------------------------------------------===//

LogicalResult
ReverseSequenceOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                    Adaptor adaptor,
                                    SmallVectorImpl<Type> &types) {
  int64_t batch = adaptor.getBatchAxis(), time = adaptor.getTimeAxis();
  if (batch == time || std::min(batch, time) != 0 || std::max(batch, time) != 1)
    return emitOptionalError(loc, "batch_axis and time_axis must be 0 and 1");
  if (std::optional<int64_t> rank = getRank(adaptor.getInput()))
    if (*rank < 2)
      return emitOptionalError(loc, "needs an input of rank 2 or more");
  types.push_back(adaptor.getInput().getType());
  return success();
}

SmallVector<unsigned> TileOp::getShapeOperands() { return {1}; }

SmallVector<unsigned> TileOp::getListOperands() { return {1}; }

std::optional<int64_t> TileOp::getListLength() { return getRank(getInput()); }

LogicalResult TileOp::inferReturnTypes(MLIRContext *,
                                       std::optional<Location> loc,
                                       Adaptor adaptor,
                                       SmallVectorImpl<Type> &types) {
  Type element = onnxc::onnx::getElementType(adaptor.getInput());
  std::optional<Dims> dims = getDims(adaptor.getInput());
  std::optional<Dims> repeats = getKnownInts(adaptor.getRepeats());
  if (!dims || !repeats) {
    types.push_back(getUnrankedType(element));
    return success();
  }
  if (dims->size() != repeats->size())
    return emitOptionalError(loc,
                             "needs one repeat a dimension: ", repeats->size(),
                             " for rank ", dims->size());
  for (auto [dim, repeat] : llvm::zip(*dims, *repeats)) {
    int64_t product;
    std::optional<int64_t> size = getConstant(dim), times = getConstant(repeat);
    if (size && times && llvm::MulOverflow(*size, *times, product))
      return emitOptionalError(loc, *times, " repeats of a dimension of ",
                               *size, " do not fit in 64 bits");
    dim = dim * repeat;
  }
  types.push_back(getTensorType(*dims, element));
  return success();
}

/// Rows of a vector and more, each repeated as it is, are a broadcast along a
/// dimension of their own: [a, b] -> [1, a, 1, b] -> [r, a, s, b] -> [ra, sb].
/// In shorter ones each element is looked up.
SmallVector<Value> TileOp::expand(OpBuilder &b) {
  constexpr int64_t shortRow = 16;
  std::optional<Dims> dims = getDims(getInput()), tiled = getDims(getOutput());
  std::optional<SmallVector<int64_t>> repeats = getConstantInts(getRepeats());
  if (!dims || !tiled || !repeats || dims->empty() || repeats->back() == 1 ||
      llvm::any_of(*repeats, [](int64_t times) { return times < 0; }) ||
      onnxc::onnx::getConstant(dims->back()).value_or(shortRow) < shortRow)
    return {};
  AffineExpr one = onnxc::onnx::getConstant(getContext(), 1);
  Dims apart, broadcast;
  for (auto [dim, times] : llvm::zip(*dims, *repeats)) {
    if (times != 1) {
      apart.push_back(one);
      broadcast.push_back(onnxc::onnx::getConstant(getContext(), times));
    }
    apart.push_back(dim);
    broadcast.push_back(dim);
  }
  GraphBuilder g{b, getLoc()};
  Value rows = g.reshape(getInput(), g.dims(apart));
  return {g.reshape(g.expand(rows, g.dims(broadcast)), g.dims(*tiled))};
}

std::optional<Dims> TileOp::evaluate(ArrayRef<std::optional<Dims>> operands) {
  if (!operands[0])
    return std::nullopt;
  auto from = cast<RankedTensorType>(getInput().getType());
  return collectElements(getType(), [&](ArrayRef<int64_t> index) {
    SmallVector<int64_t> source;
    for (auto [size, i] : llvm::zip(from.getShape(), index))
      source.push_back(i % size);
    return (*operands[0])[getPlace(from.getShape(), source)];
  });
}

LogicalResult TriluOp::inferReturnTypes(MLIRContext *,
                                        std::optional<Location> loc,
                                        Adaptor adaptor,
                                        SmallVectorImpl<Type> &types) {
  if (failed(checkNumber(loc, adaptor.getK(), "k")))
    return failure();
  if (std::optional<int64_t> rank = getRank(adaptor.getInput()))
    if (*rank < 2)
      return emitOptionalError(loc, "needs an input of rank 2 or more");
  types.push_back(adaptor.getInput().getType());
  return success();
}

LogicalResult EyeLikeOp::inferReturnTypes(MLIRContext *context,
                                          std::optional<Location> loc,
                                          Adaptor adaptor,
                                          SmallVectorImpl<Type> &types) {
  std::optional<int64_t> rank = getRank(adaptor.getInput());
  if (rank && *rank != 2)
    return emitOptionalError(loc, "needs an input of rank 2, not ", *rank);
  Type element = onnxc::onnx::getElementType(adaptor.getInput());
  if (std::optional<int64_t> dtype = adaptor.getDtype()) {
    element = getElementTypeOf(context, *dtype);
    if (!element)
      return emitOptionalError(loc, "unknown dtype ", *dtype);
  }
  types.push_back(withElementType(adaptor.getInput().getType(), element));
  return success();
}

//===----------------------------------------------------------------------===//
// What sizes have to be
//===----------------------------------------------------------------------===//

void DepthToSpaceOp::requireSizes(SizeRequirements &r) {
  if (std::optional<Dims> dims = getDims(getInput()))
    r.multiple((*dims)[1], getBlocksize() * getBlocksize(),
               "the number of channels");
}

void SpaceToDepthOp::requireSizes(SizeRequirements &r) {
  if (std::optional<Dims> dims = getDims(getInput()))
    for (AffineExpr size : ArrayRef(*dims).drop_front(2))
      r.multiple(size, getBlocksize(), "a size of the image");
}

void ReverseSequenceOp::requireSizes(SizeRequirements &r) {
  std::optional<Dims> dims = getDims(getInput());
  if (dims && dims->size() >= 2)
    r.shape("sequence_lens", getSequenceLens(), {(*dims)[getBatchAxis()]});
}

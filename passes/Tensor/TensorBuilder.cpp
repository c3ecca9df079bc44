//===- TensorBuilder.cpp - Elements of tensors and loops over them --------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Tensor/TensorBuilder.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace onnxc;

//===----------------------------------------------------------------------===//
// Elements
//===----------------------------------------------------------------------===//

Value TensorBuilder::dim(Value tensor, int64_t number) const {
  return fold<tensor::DimOp>(tensor, number);
}

Value TensorBuilder::extract(Value tensor, ValueRange indices) const {
  return create<tensor::ExtractOp>(tensor, indices);
}

Value TensorBuilder::insert(Value element, Value tensor,
                            ValueRange indices) const {
  return create<tensor::InsertOp>(element, tensor, indices);
}

Value TensorBuilder::extractScalar(Value tensor) const {
  Values zeros(cast<RankedTensorType>(tensor.getType()).getRank(), index(0));
  return extract(tensor, zeros);
}

Value TensorBuilder::load(Value tensor, ValueRange indices,
                          Type onnxType) const {
  return loadElement(b, loc, extract(tensor, indices), onnxType);
}

Value TensorBuilder::store(Value computed, Value tensor, ValueRange indices,
                           Type onnxType) const {
  return insert(storeElement(b, loc, computed, onnxType), tensor, indices);
}

SmallVector<Value> onnxc::readSizes(OpBuilder &b, Operation *insideKernel,
                                    Value onnxValue) {
  onnx::ValueBuilder v(b, insideKernel->getLoc());
  SmallVector<Value> sizes;
  for (OpFoldResult size : getSizes(b, insideKernel, onnxValue))
    sizes.push_back(v.index(size));
  return sizes;
}

//===----------------------------------------------------------------------===//
// Tensors
//===----------------------------------------------------------------------===//

Value TensorBuilder::empty(Sizes sizes, Type elementType) const {
  return create<tensor::EmptyOp>(sizes, elementType);
}

Value TensorBuilder::filled(Sizes sizes, Value element) const {
  Value init = empty(sizes, element.getType());
  return create<linalg::FillOp>(ValueRange{element}, ValueRange{init})
      .getResult(0);
}

Value TensorBuilder::copy(Sizes sizes, Value tensor) const {
  Value init = empty(sizes, getElementTypeOrSelf(tensor));
  return create<linalg::CopyOp>(ValueRange{tensor}, ValueRange{init})
      .getResult(0);
}

/// A linalg.generic over all elements of `init`, which the body computes.
static Value
mapAll(const TensorBuilder &v, ValueRange inputs, Value init,
       llvm::function_ref<Value(ValueRange arguments, int64_t rank)> body) {
  int64_t rank = cast<RankedTensorType>(init.getType()).getRank();
  SmallVector<AffineMap> maps(inputs.size() + 1,
                              v.b.getMultiDimIdentityMap(rank));
  SmallVector<utils::IteratorType> loops(rank, utils::IteratorType::parallel);
  auto build = [&](OpBuilder &, Location, ValueRange arguments) {
    v.create<linalg::YieldOp>(body(arguments, rank));
  };
  return v
      .create<linalg::GenericOp>(TypeRange{init.getType()}, inputs,
                                 ValueRange{init}, maps, loops, build)
      .getResult(0);
}

Value TensorBuilder::generate(Sizes sizes, Type elementType,
                              ElementBody body) const {
  return mapAll(*this, {}, empty(sizes, elementType),
                [&](ValueRange, int64_t rank) {
                  Values indices;
                  for (int64_t i = 0; i < rank; ++i)
                    indices.push_back(create<linalg::IndexOp>(i));
                  return body(indices);
                });
}

Value TensorBuilder::generate(OpResult onnxResult, ElementBody body) const {
  return generate(getSizes(b, onnxResult.getOwner(), onnxResult),
                  getStorageType(onnx::getElementType(onnxResult)), body);
}

Value TensorBuilder::narrow(Value tensor, OpResult onnxResult) const {
  Type element = onnx::getElementType(onnxResult);
  return mapAll(*this, tensor, createEmpty(b, loc, onnxResult),
                [&](ValueRange arguments, int64_t) {
                  return storeElement(b, loc, arguments[0], element);
                });
}

//===----------------------------------------------------------------------===//
// Loops and branches
//===----------------------------------------------------------------------===//

SmallVector<Value> TensorBuilder::loops(ValueRange from, ValueRange to,
                                        ValueRange carried,
                                        LoopBody body) const {
  Values steps(from.size(), index(1));
  auto build = [&](OpBuilder &, Location, ValueRange indices,
                   ValueRange values) {
    return scf::ValueVector(body(indices, values));
  };
  return scf::buildLoopNest(b, loc, from, to, steps, carried, build).results;
}

SmallVector<Value> TensorBuilder::loops(Sizes sizes, ValueRange carried,
                                        LoopBody body) const {
  Values from(sizes.size(), index(0)), to;
  for (OpFoldResult size : sizes)
    to.push_back(index(size));
  return loops(from, to, carried, body);
}

Value TensorBuilder::loop(Value from, Value to, Value carried,
                          SumBody body) const {
  return loops(from, to, carried,
               [&](ValueRange indices, ValueRange values) -> Values {
                 return {body(indices[0], values[0])};
               })[0];
}

SmallVector<Value> TensorBuilder::ifElse(Value condition, Branch then,
                                         Branch otherwise) const {
  auto yield = [&](Branch branch) {
    return [this, branch](OpBuilder &, Location) {
      create<scf::YieldOp>(branch());
    };
  };
  return Values(
      create<scf::IfOp>(condition, yield(then), yield(otherwise)).getResults());
}

SmallVector<Value> TensorBuilder::ifThen(Value condition, ValueRange carried,
                                         Branch then) const {
  return ifElse(condition, then, [&] { return Values(carried); });
}

static Value extractTile(const TensorBuilder &v, Value tensor,
                         const Tile &tile) {
  SmallVector<int64_t> shape;
  for (auto [size, kept] : llvm::zip(tile.sizes, tile.kept))
    if (kept)
      shape.push_back(getConstantIntValue(size).value_or(ShapedType::kDynamic));
  auto type = RankedTensorType::get(shape, getElementTypeOrSelf(tensor));
  SmallVector<OpFoldResult> strides(tile.sizes.size(), v.b.getIndexAttr(1));
  return v.create<tensor::ExtractSliceOp>(type, tensor, tile.offsets,
                                          tile.sizes, strides);
}

SmallVector<Value> TensorBuilder::forall(Sizes counts, ValueRange results,
                                         TilePlace tile, TileBody body) const {
  // A forall has at least one dimension.
  SmallVector<OpFoldResult> bounds(counts);
  if (bounds.empty())
    bounds.push_back(b.getIndexAttr(1));
  auto build = [&](OpBuilder &, Location, ValueRange args) {
    ValueRange indices = args.take_front(counts.size());
    ValueRange shared = args.drop_front(bounds.size());
    Values tiles;
    SmallVector<Tile> places;
    for (auto [i, tensor] : llvm::enumerate(shared)) {
      places.push_back(tile(indices, i));
      tiles.push_back(extractTile(*this, tensor, places.back()));
    }
    Values computed = body(indices, tiles);
    auto done = create<scf::InParallelOp>();
    b.setInsertionPointToStart(&done.getRegion().front());
    for (auto [value, tensor, place] : llvm::zip(computed, shared, places)) {
      SmallVector<OpFoldResult> strides(place.sizes.size(), b.getIndexAttr(1));
      create<tensor::ParallelInsertSliceOp>(value, tensor, place.offsets,
                                            place.sizes, strides);
    }
  };
  return Values(create<scf::ForallOp>(bounds, results,
                                      /*mapping=*/std::nullopt, build)
                    .getResults());
}

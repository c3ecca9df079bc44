//===- CarriedSequences.cpp - Sequences that a Loop or an If hands on -----===//
//
// A sequence that goes into a sub-graph, or out of it, is the tensors that hold
// it (PackedSequence.h), whose sizes change like those of any other tensor:
//
//   %s = onnx.Loop(%trips, _, [%empty]) {       %v, %n = onnx.Unpack(%empty)
//   ^bb0(%i, %go, %a: seq):                     %w, %m = onnx.Loop(.., [%v,
//   %n]) {
//     %b = onnx.SequenceInsert(%a, %x)    ->    ^bb0(%i, %go, %av, %an):
//     onnx.Yield(%go, %b)                         %a = onnx.Pack(%av, %an)
//   }                                             %b = onnx.SequenceInsert(%a,
//   %x)
//                                                 %bv, %bn = onnx.Unpack(%b)
//                                                 onnx.Yield(%go, %bv, %bn)
//                                               }
//                                               %s = onnx.Pack(%w, %m)
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Graph/CarriedSequences.h"
#include "dialects/onnx/OptionalOps.h"
#include "dialects/onnx/SequenceOps.h"
#include "dialects/onnx/SequenceValue.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

bool onnxc::isSequence(Value value) {
  return isa<SeqType, OptType>(value.getType()) && getTensorIn(value.getType());
}

namespace {

/// What Pack is told of a value, and which of its tensors it needs.
struct Kind {
  bool isOptional, hasPresence;

  explicit Kind(Type type)
      : isOptional(isa<OptType>(type)),
        hasPresence(isOptional &&
                    isa<SeqType>(cast<OptType>(type).getElement())) {}
  unsigned getNumTensors() const { return hasPresence ? 3 : 2; }
};

PackOp buildPack(OpBuilder &b, Location loc, ValueRange tensors, Kind kind,
                 bool isMixed) {
  Value present = kind.hasPresence ? tensors[2] : Value();
  return PackOp::create(b, loc, tensors[0], tensors[1], present,
                        kind.isOptional, isMixed, DenseI64ArrayAttr());
}

/// The types of the tensors, over symbols that nothing defines.
SmallVector<Type> getTensorTypes(Type type, const CarriedSequence &carried,
                                 ShapeInference &inference) {
  MLIRContext *context = type.getContext();
  auto free = [&] { return inference.addSymbol("varying"); };
  AffineExpr columns = carried.isMixed
                           ? free()
                           : onnxc::onnx::getConstant(context, carried.rank);
  Type i64 = IntegerType::get(context, 64);
  return {getTensorType({free()}, getTensorIn(type).getElementType()),
          getTensorType({free(), columns}, i64),
          RankedTensorType::get({}, IntegerType::get(context, 1))};
}

bool isEmptyList(Value value) {
  std::optional<SmallVector<Value>> elements = getElements(value);
  return elements && elements->empty();
}

} // namespace

//===----------------------------------------------------------------------===//
// What a copy of the body tells
//===----------------------------------------------------------------------===//

void onnxc::replaceCarried(LoopOp copy, ArrayRef<CarriedSequence> carried,
                           ShapeInference &inference) {
  Block &body = copy.getBody().front();
  OpBuilder b = OpBuilder::atBlockBegin(&body);
  for (auto [i, initial] : llvm::enumerate(copy.getVInitial())) {
    if (!isSequence(initial))
      continue;
    Value argument = body.getArgument(2 + i), value;
    if (isEmptyList(initial) && !carried[i].isPacked) {
      value = b.clone(*skipIdentities(initial).getDefiningOp())->getResult(0);
    } else {
      Kind kind(initial.getType());
      SmallVector<Value> tensors;
      for (Type type : getTensorTypes(initial.getType(), carried[i], inference))
        tensors.push_back(body.addArgument(type, copy.getLoc()));
      value = buildPack(b, copy.getLoc(), tensors, kind, carried[i].isMixed);
    }
    argument.replaceAllUsesWith(value);
  }
}

void onnxc::readCarried(LoopOp op, LoopOp copy,
                        MutableArrayRef<CarriedSequence> carried,
                        size_t numOutside, ShapeInference &inference) {
  auto isOutside = [&](AffineExpr dim) {
    return getNumSymbols(inference.getDefinition(dim)) <= numOutside;
  };
  for (auto [i, initial] : llvm::enumerate(op.getVInitial())) {
    if (!isSequence(initial))
      continue;
    CarriedSequence &info = carried[i];
    Value yield = copy.getBody().front().getTerminator()->getOperand(1 + i);
    std::optional<int64_t> rank = getTensorRank(yield);
    if (info.isPacked) {
      info.isMixed |= rank != info.rank;
      continue;
    }
    std::optional<int64_t> before =
        isEmptyList(initial) ? rank : getTensorRank(initial);
    info.isMixed = !rank || rank != before;
    info.rank = rank.value_or(0);
    std::optional<SmallVector<Value>> elements = getElements(yield);
    std::optional<Dims> dims = elements && elements->size() == 1
                                   ? getDims(elements->front())
                                   : std::nullopt;
    info.isStacked =
        getAppending(op, i) && dims && llvm::all_of(*dims, isOutside);
  }
}

//===----------------------------------------------------------------------===//
// Tensors in place of sequences
//===----------------------------------------------------------------------===//

/// Has a block yield the tensors in place of such a value.
static UnpackOp unpackYield(Block &block, unsigned at, Kind kind,
                            int64_t columns) {
  Operation *yield = block.getTerminator();
  OpBuilder b(yield);
  auto unpack =
      UnpackOp::create(b, yield->getLoc(), yield->getOperand(at), columns);
  yield->eraseOperand(at);
  yield->insertOperands(at,
                        unpack->getResults().take_front(kind.getNumTensors()));
  return unpack;
}

/// Gives a block tensors in place of the argument.
static void unpackArgument(Block &block, unsigned at, TypeRange types,
                           Kind kind, bool isMixed) {
  Value argument = block.getArgument(at);
  SmallVector<Value> tensors;
  for (auto [k, type] : llvm::enumerate(types))
    tensors.push_back(
        block.insertArgument(at + 1 + k, type, argument.getLoc()));
  OpBuilder b = OpBuilder::atBlockBegin(&block);
  argument.replaceAllUsesWith(
      buildPack(b, argument.getLoc(), tensors, kind, isMixed));
  block.eraseArgument(at);
}

namespace {

/// Where a result's tensors begin among those of the op with tensors.
struct Place {
  unsigned first = 0;
  bool isMixed = false;
};

} // namespace

/// Puts the op with tensors in place of the one without.
static void replaceResults(Operation *op, Operation *packed,
                           ArrayRef<Place> places,
                           SmallVectorImpl<Operation *> &after) {
  OpBuilder b(packed->getContext());
  b.setInsertionPointAfter(packed);
  for (auto [result, place] : llvm::zip(op->getResults(), places)) {
    if (!isSequence(result)) {
      result.replaceAllUsesWith(packed->getResult(place.first));
      continue;
    }
    Kind kind(result.getType());
    PackOp pack =
        buildPack(b, op->getLoc(),
                  packed->getResults().slice(place.first, kind.getNumTensors()),
                  kind, place.isMixed);
    after.push_back(pack);
    result.replaceAllUsesWith(pack);
  }
  op->erase();
}

static LogicalResult inferAll(ArrayRef<UnpackOp> unpacked,
                              ShapeInference &inference) {
  for (UnpackOp unpack : unpacked)
    if (failed(inference.inferOp(unpack)))
      return failure();
  return success();
}

FailureOr<LoopOp> onnxc::packSequences(LoopOp op,
                                       ArrayRef<CarriedSequence> carried,
                                       SmallVectorImpl<Operation *> &after,
                                       ShapeInference &inference) {
  if (llvm::none_of(op.getVInitial(), isSequence))
    return op;
  OpBuilder b(op);
  Block &body = op.getBody().front();
  SmallVector<Value> initial;
  SmallVector<Type> types;
  SmallVector<UnpackOp> unpacked;
  SmallVector<Place> places;
  for (auto [i, value] : llvm::enumerate(op.getVInitial())) {
    unsigned at = initial.size();
    places.push_back({at, carried[i].isMixed});
    if (!isSequence(value)) {
      initial.push_back(value);
      types.push_back(op->getResult(i).getType());
      continue;
    }
    Kind kind(value.getType());
    int64_t columns = carried[i].isMixed ? 0 : carried[i].rank;
    unpacked.push_back(UnpackOp::create(b, op.getLoc(), value, columns));
    auto tensors =
        unpacked.back()->getResults().take_front(kind.getNumTensors());
    llvm::append_range(initial, tensors);
    llvm::append_range(types, tensors.getTypes());
    unpackArgument(body, 2 + at, tensors.getTypes(), kind, carried[i].isMixed);
    unpackYield(body, 1 + at, kind, columns);
  }
  for (Value scan : op->getResults().drop_front(places.size())) {
    places.push_back({unsigned(types.size())});
    types.push_back(scan.getType());
  }
  auto loop =
      LoopOp::create(b, op.getLoc(), types, op.getM(), op.getCond(), initial);
  loop.getBody().takeBody(op.getBody());
  replaceResults(op, loop, places, after);
  if (failed(inferAll(unpacked, inference)))
    return failure();
  return loop;
}

/// The rank of the tensors that either branch gives; none where it may differ.
static std::optional<int64_t> getCommonRank(Value left, Value right) {
  auto isNothing = [](Value value) {
    auto optional = skipIdentities(value).getDefiningOp<OptionalOp>();
    return isEmptyList(value) || (optional && !optional.getInput());
  };
  std::optional<int64_t> l = getTensorRank(left), r = getTensorRank(right);
  if (isNothing(left))
    return r;
  return isNothing(right) || l == r ? l : std::nullopt;
}

FailureOr<IfOp> onnxc::packSequences(IfOp op,
                                     SmallVectorImpl<Operation *> &after,
                                     ShapeInference &inference) {
  if (llvm::none_of(op->getResults(), isSequence))
    return op;
  Block &thenBlock = op.getThenBranch().front(),
        &elseBlock = op.getElseBranch().front();
  SmallVector<Type> types;
  SmallVector<UnpackOp> unpacked;
  SmallVector<Place> places;
  for (OpResult result : op->getResults()) {
    unsigned at = types.size();
    places.push_back({at});
    if (!isSequence(result)) {
      types.push_back(result.getType());
      continue;
    }
    std::optional<int64_t> rank =
        getCommonRank(thenBlock.getTerminator()->getOperand(at),
                      elseBlock.getTerminator()->getOperand(at));
    places.back().isMixed = !rank;
    Kind kind(result.getType());
    for (Block *block : {&thenBlock, &elseBlock})
      unpacked.push_back(unpackYield(*block, at, kind, rank.value_or(0)));
    auto tensors =
        unpacked.back()->getResults().take_front(kind.getNumTensors());
    llvm::append_range(types, tensors.getTypes());
  }
  OpBuilder b(op);
  auto branch = IfOp::create(b, op.getLoc(), types, op.getCond());
  branch.getThenBranch().takeBody(op.getThenBranch());
  branch.getElseBranch().takeBody(op.getElseBranch());
  replaceResults(op, branch, places, after);
  if (failed(inferAll(unpacked, inference)))
    return failure();
  return branch;
}

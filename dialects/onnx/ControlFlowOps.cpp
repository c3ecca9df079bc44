//===- ControlFlowOps.cpp - If, Loop, Scan and their sub-graphs -----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/ControlFlowOps.h"
#include "dialects/onnx/ConstantOps.h"
#include "dialects/onnx/PiecewiseExpr.h"
#include "dialects/onnx/SizeRequirements.h"

using namespace mlir;
using namespace onnxc::onnx;

/// The most specific type that holds values of both.
static Type join(Type a, Type b) {
  if (!a || !b || a == b)
    return a ? a : b;
  if (isa<SeqType>(a) && isa<SeqType>(b))
    return SeqType::get(a.getContext(), join(cast<SeqType>(a).getElement(),
                                             cast<SeqType>(b).getElement()));
  auto l = dyn_cast<TensorType>(a);
  if (!l || !isa<TensorType>(b))
    return a;
  return getUnrankedType(l.getElementType());
}

/// What a region yields; nothing for one without a body.
static SmallVector<Type> getYields(Region *region) {
  if (!region || region->empty())
    return {};
  Block &block = region->front();
  if (block.empty() || !isa<YieldOp>(block.back()))
    return {};
  return SmallVector<Type>(block.back().getOperandTypes());
}

static Type getScalarType(MLIRContext *context, unsigned width) {
  return RankedTensorType::get({}, IntegerType::get(context, width));
}

/// A scan output: slices along a new dimension.
static Type stack(Type slice, int64_t axis, std::optional<AffineExpr> length) {
  auto type = dyn_cast<TensorType>(slice);
  if (!type)
    return slice;
  std::optional<Dims> dims = getDims(slice);
  std::optional<int64_t> position =
      dims ? normalizeAxis(axis, dims->size() + 1) : std::nullopt;
  if (!position || !length)
    return getUnrankedType(type.getElementType());
  dims->insert(dims->begin() + *position, *length);
  return getTensorType(*dims, type.getElementType());
}

static LogicalResult verifyRegion(Operation *op, Region &region, size_t numArgs,
                                  size_t numYields) {
  if (region.getNumArguments() != numArgs)
    return op->emitOpError("has a sub-graph of ")
           << region.getNumArguments() << " inputs where " << numArgs
           << " are needed";
  auto yield = dyn_cast<YieldOp>(region.front().back());
  if (!yield)
    return op->emitOpError("has a sub-graph that is not ended by onnx.Yield");
  if (yield.getNumOperands() != numYields)
    return op->emitOpError("has a sub-graph of ")
           << yield.getNumOperands() << " outputs where " << numYields
           << " are needed";
  return success();
}

//===----------------------------------------------------------------------===//
// If
//===----------------------------------------------------------------------===//

SmallVector<StringRef> IfOp::getRegionNames() {
  return {"then_branch", "else_branch"};
}

SmallVector<Type> IfOp::getRegionArgTypes(unsigned) { return {}; }

LogicalResult IfOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                     Adaptor adaptor,
                                     SmallVectorImpl<Type> &types) {
  if (adaptor.getRegions().size() != 2)
    return emitOptionalError(loc, "If needs two branches");
  SmallVector<Type> a = getYields(adaptor.getRegions()[0]);
  SmallVector<Type> b = getYields(adaptor.getRegions()[1]);
  if (a.size() != b.size())
    return emitOptionalError(loc, "the branches have ", a.size(), " and ",
                             b.size(), " outputs; they must agree");
  for (auto [left, right] : llvm::zip(a, b))
    types.push_back(join(left, right));
  return success();
}

LogicalResult IfOp::verify() {
  for (Region &region : getOperation()->getRegions())
    if (failed(verifyRegion(*this, region, 0, getNumResults())))
      return failure();
  return success();
}

//===----------------------------------------------------------------------===//
// Loop
//===----------------------------------------------------------------------===//

SmallVector<StringRef> LoopOp::getRegionNames() { return {"body"}; }

SmallVector<Type> LoopOp::getRegionArgTypes(unsigned) {
  SmallVector<Type> yields = getYields(&getBody());
  SmallVector<Type> types = {getScalarType(getContext(), 64),
                             getScalarType(getContext(), 1)};
  for (auto [i, initial] : llvm::enumerate(getVInitial()))
    types.push_back(join(initial.getType(),
                         i + 1 < yields.size() ? yields[i + 1] : Type()));
  return types;
}

/// Whether the value is `true` in every iteration that begins so.
static bool staysTrue(Value condition, Value argument) {
  if (condition == argument)
    return true;
  if (auto constant = condition.getDefiningOp<ConstantOp>()) {
    auto elements = dyn_cast_or_null<DenseElementsAttr>(constant.getElements());
    return elements && elements.getElementType().isInteger(1) &&
           elements.isSplat() && elements.getSplatValue<bool>();
  }
  Operation *op = condition.getDefiningOp();
  return op && op->getName().getStringRef() == "onnx.Identity" &&
         staysTrue(op->getOperand(0), argument);
}

LogicalResult LoopOp::inferReturnTypes(MLIRContext *,
                                       std::optional<Location> loc,
                                       Adaptor adaptor,
                                       SmallVectorImpl<Type> &types) {
  if (adaptor.getRegions().size() != 1)
    return emitOptionalError(loc, "Loop needs a body");
  Region *body = adaptor.getRegions()[0];
  SmallVector<Type> yields = getYields(body);
  ValueRange initial = adaptor.getVInitial();
  if (yields.size() < initial.size() + 1)
    return emitOptionalError(loc, "the body has ", yields.size(),
                             " outputs; the condition and ", initial.size(),
                             " carried values are needed");
  // What begins as nothing may end as something.
  for (auto [i, value] : llvm::enumerate(initial))
    types.push_back(isa<OptType>(value.getType())
                        ? yields[i + 1]
                        : join(value.getType(), yields[i + 1]));

  std::optional<AffineExpr> trips;
  Block &block = body->front();
  Value condition = block.back().getOperand(0);
  bool runsToEnd = block.getNumArguments() >= 2 &&
                   staysTrue(condition, block.getArgument(1)) &&
                   (!adaptor.getCond() || staysTrue(adaptor.getCond(), {}));
  if (runsToEnd && adaptor.getM())
    if (std::optional<Dims> m = getKnownInts(adaptor.getM());
        m && m->size() == 1)
      trips = getMax(m->front(), getConstant(m->front().getContext(), 0));
  for (Type slice : ArrayRef(yields).drop_front(initial.size() + 1))
    types.push_back(stack(slice, 0, trips));
  return success();
}

LogicalResult LoopOp::verify() {
  return verifyRegion(*this, getBody(), getVInitial().size() + 2,
                      getNumResults() + 1);
}

//===----------------------------------------------------------------------===//
// Scan
//===----------------------------------------------------------------------===//

SmallVector<StringRef> ScanOp::getRegionNames() { return {"body"}; }

/// The axis of scan input or output `i`.
static int64_t getAxis(std::optional<ArrayRef<int64_t>> axes, size_t i) {
  return axes && i < axes->size() ? (*axes)[i] : 0;
}

SmallVector<Type> ScanOp::getRegionArgTypes(unsigned) {
  SmallVector<Type> yields = getYields(&getBody());
  SmallVector<Type> types;
  OperandRange operands = getInitialStateAndScanInputs();
  size_t numStates =
      std::max<int64_t>(0, int64_t(operands.size()) - getNumScanInputs());
  for (auto [i, operand] : llvm::enumerate(operands)) {
    if (i < numStates) {
      // A state's shape is that of its initial value in all iterations.
      types.push_back(getDims(operand) || i >= yields.size()
                          ? operand.getType()
                          : join(operand.getType(), yields[i]));
      continue;
    }
    std::optional<Dims> dims = getDims(operand);
    std::optional<int64_t> axis =
        dims ? normalizeAxis(getAxis(getScanInputAxes(), i - numStates),
                             dims->size())
             : std::nullopt;
    Type element = getElementType(operand);
    if (axis)
      dims->erase(dims->begin() + *axis);
    types.push_back(axis ? Type(getTensorType(*dims, element))
                         : getUnrankedType(element));
  }
  return types;
}

LogicalResult ScanOp::inferReturnTypes(MLIRContext *,
                                       std::optional<Location> loc,
                                       Adaptor adaptor,
                                       SmallVectorImpl<Type> &types) {
  if (adaptor.getRegions().size() != 1)
    return emitOptionalError(loc, "Scan needs a body");
  SmallVector<Type> yields = getYields(adaptor.getRegions()[0]);
  ValueRange operands = adaptor.getInitialStateAndScanInputs();
  int64_t numScanInputs = adaptor.getNumScanInputs();
  if (numScanInputs < 1 || numScanInputs > int64_t(operands.size()))
    return emitOptionalError(loc, "num_scan_inputs is ", numScanInputs,
                             ", the inputs are ", operands.size());
  size_t numStates = operands.size() - numScanInputs;
  if (yields.size() < numStates)
    return emitOptionalError(loc, "the body has ", yields.size(),
                             " outputs, the states are ", numStates);
  std::optional<AffineExpr> length;
  for (size_t i = numStates; i < operands.size(); ++i) {
    std::optional<Dims> dims = getDims(operands[i]);
    if (!dims)
      continue;
    int64_t given = getAxis(adaptor.getScanInputAxes(), i - numStates);
    std::optional<int64_t> axis = normalizeAxis(given, dims->size());
    if (!axis)
      return emitOptionalError(loc, "scan input ", i, " has no axis ", given);
    if (!length || getConstant((*dims)[*axis]))
      length = (*dims)[*axis];
  }
  for (size_t i = 0; i < numStates; ++i)
    types.push_back(getDims(operands[i])
                        ? operands[i].getType()
                        : join(operands[i].getType(), yields[i]));
  for (size_t i = numStates; i < yields.size(); ++i)
    types.push_back(stack(yields[i],
                          getAxis(adaptor.getScanOutputAxes(), i - numStates),
                          length));
  return success();
}

LogicalResult ScanOp::verify() {
  return verifyRegion(*this, getBody(), getInitialStateAndScanInputs().size(),
                      getNumResults());
}

//===----------------------------------------------------------------------===//
// What sizes have to be
//===----------------------------------------------------------------------===//

void IfOp::requireSizes(SizeRequirements &r) { r.single("cond", getCond()); }

void LoopOp::requireSizes(SizeRequirements &r) {
  r.single("M", getM());
  r.single("cond", getCond());
}

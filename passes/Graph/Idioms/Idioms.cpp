//===- Idioms.cpp - What idioms are matched by ----------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Graph/Idioms/Idioms.h"
#include "dialects/onnx/CastOps.h"
#include "dialects/onnx/ConstantOps.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

/// No idiom has more ops.
static constexpr size_t kMaxOps = 24;

static double roundTo(FloatType type, double number) {
  APFloat rounded(number);
  bool losesInfo;
  for (const llvm::fltSemantics *semantics :
       {&type.getFloatSemantics(), &APFloat::IEEEdouble()})
    rounded.convert(*semantics, APFloat::rmNearestTiesToEven, &losesInfo);
  return rounded.convertToDouble();
}

std::optional<double> onnxc::getScalar(Value value) {
  // Mixed precision: a constant of one type for operands of another.
  if (auto conversion = value ? value.getDefiningOp<CastOp>() : CastOp()) {
    std::optional<double> number = getScalar(conversion.getInput());
    if (!number || !isFloat(value))
      return std::nullopt;
    return roundTo(cast<FloatType>(getElementType(value)), *number);
  }
  auto constant = value ? value.getDefiningOp<ConstantOp>() : ConstantOp();
  ElementsAttr elements = constant ? constant.getElements() : ElementsAttr();
  if (!elements || elements.getNumElements() != 1)
    return std::nullopt;
  if (auto dense = dyn_cast<DenseFPElementsAttr>(elements)) {
    APFloat number = *dense.value_begin<APFloat>();
    bool losesInfo;
    number.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven,
                   &losesInfo);
    return number.convertToDouble();
  }
  if (auto dense = dyn_cast<DenseIntElementsAttr>(elements))
    return double((*dense.value_begin<APInt>()).getSExtValue());
  if (auto floats = dyn_cast<DenseF32ResourceElementsAttr>(elements))
    if (std::optional<ArrayRef<float>> held = floats.tryGetAsArrayRef())
      return held->front();
  if (auto doubles = dyn_cast<DenseF64ResourceElementsAttr>(elements))
    if (std::optional<ArrayRef<double>> held = doubles.tryGetAsArrayRef())
      return held->front();
  return std::nullopt;
}

bool onnxc::isNear(double given, double number, Type elementType) {
  auto type = dyn_cast<FloatType>(elementType);
  if (!type)
    return given == number;
  // Two units in the last place: exporters divide and multiply constants.
  double unit = std::ldexp(1.0, 1 - int(type.getFPMantissaWidth()));
  return std::abs(given - number) <= 2 * unit * std::abs(number);
}

bool onnxc::isScalar(Value value, double number) {
  std::optional<double> given = getScalar(value);
  return given && isNear(*given, number, getElementType(value));
}

Value Factors::getOther(Value value) const {
  if (values.size() != 2)
    return {};
  if (values[0] == value)
    return values[1];
  return values[1] == value ? values[0] : Value();
}

bool Factors::isPower(Value value, size_t exponent) const {
  return values.size() == exponent &&
         llvm::all_of(values, [&](Value factor) { return factor == value; });
}

static void addFactors(Value value, Factors &factors, unsigned depth) {
  if (std::optional<double> constant = getScalar(value)) {
    factors.constant *= *constant;
    return;
  }
  bool isInner = depth > 0 && depth <= kMaxOps;
  Operation *op = value.getDefiningOp();
  if (op && (depth == 0 || (isInner && value.hasOneUse()))) {
    if (auto product = dyn_cast<MulOp>(op)) {
      addFactors(product.getA(), factors, depth + 1);
      addFactors(product.getB(), factors, depth + 1);
      return;
    }
    if (auto quotient = dyn_cast<DivOp>(op))
      if (std::optional<double> divisor = getScalar(quotient.getB())) {
        factors.constant /= *divisor;
        addFactors(quotient.getA(), factors, depth + 1);
        return;
      }
    if (auto power = dyn_cast<PowOp>(op)) {
      std::optional<double> exponent = getScalar(power.getY());
      if (exponent == 2 || exponent == 3) {
        factors.values.append(size_t(*exponent), power.getX());
        return;
      }
    }
  }
  factors.values.push_back(value);
}

Factors onnxc::getFactors(Value product) {
  Factors factors;
  addFactors(product, factors, 0);
  return factors;
}

Value onnxc::matchPlus(Value sum, double constant) {
  auto add = sum.getDefiningOp<AddOp>();
  if (!add)
    return {};
  if (isScalar(add.getB(), constant))
    return add.getA();
  return isScalar(add.getA(), constant) ? add.getB() : Value();
}

bool onnxc::isFloat(Value value) {
  auto type = dyn_cast<FloatType>(getElementType(value));
  return type && type.getWidth() >= 16 &&
         isa<RankedTensorType>(value.getType());
}

bool onnxc::fitsAttribute(double number, Value value) {
  return !getElementType(value).isF64() || double(float(number)) == number;
}

std::optional<SmallVector<Operation *>> onnxc::getBody(Operation *last,
                                                       ArrayRef<Value> leaves) {
  llvm::SmallSetVector<Operation *, 16> body;
  body.insert(last);
  for (size_t i = 0; i < body.size(); ++i)
    for (Value operand : body[i]->getOperands()) {
      Operation *op = operand.getDefiningOp();
      if (llvm::is_contained(leaves, operand) ||
          isa_and_nonnull<ConstantOp>(op) || getScalar(operand))
        continue;
      if (!op || body.size() == kMaxOps)
        return std::nullopt;
      body.insert(op);
    }
  for (Operation *op : body.getArrayRef().drop_front())
    for (Operation *user : op->getUsers())
      if (!body.contains(user))
        return std::nullopt;
  return llvm::to_vector(body.getArrayRef());
}

LogicalResult onnxc::replaceIdiom(PatternRewriter &b, Operation *last,
                                  ArrayRef<Value> leaves,
                                  function_ref<Value(Location)> build) {
  if (last->getResult(0).getType() != leaves.front().getType())
    return b.notifyMatchFailure(last, "an operand enlarges the result");
  std::optional<SmallVector<Operation *>> body = getBody(last, leaves);
  if (!body)
    return b.notifyMatchFailure(last, "a value between is used elsewhere");
  SmallVector<Location> locations;
  for (Operation *op : *body)
    locations.push_back(op->getLoc());
  b.setInsertionPoint(last);
  b.replaceOp(last, build(b.getFusedLoc(locations)));
  return success();
}

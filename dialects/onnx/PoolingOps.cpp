//===- PoolingOps.cpp - Pooling over windows and over whole planes -------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/PoolingOps.h"
#include "dialects/onnx/ConvShape.h"
#include "dialects/onnx/ElementTypes.h"
#include "dialects/onnx/GraphBuilder.h"
#include "dialects/onnx/MathOps.h"
#include "dialects/onnx/PoolingWindow.h"
#include "dialects/onnx/ReductionOps.h"
#include "dialects/onnx/SizeRequirements.h"

using namespace mlir;
using namespace onnxc::onnx;

std::optional<PoolingWindow>
PoolingWindow::get(ArrayRef<AffineExpr> inputDims, StringRef autoPad,
                   bool ceilMode, ArrayRef<int64_t> kernel,
                   std::optional<ArrayRef<int64_t>> dilations,
                   std::optional<ArrayRef<int64_t>> pads,
                   std::optional<ArrayRef<int64_t>> strides) {
  size_t spatial = kernel.size();
  if (inputDims.size() != spatial + 2 ||
      (dilations && dilations->size() != spatial) ||
      (strides && strides->size() != spatial) ||
      (pads && pads->size() != 2 * spatial))
    return std::nullopt;
  PoolingWindow w;
  w.kernel = SmallVector<int64_t>(kernel);
  w.strides = strides ? SmallVector<int64_t>(*strides)
                      : SmallVector<int64_t>(spatial, 1);
  w.dilations = dilations ? SmallVector<int64_t>(*dilations)
                          : SmallVector<int64_t>(spatial, 1);
  for (size_t i = 0; i < spatial; ++i) {
    AffineExpr in = inputDims[i + 2];
    MLIRContext *context = in.getContext();
    int64_t stride = w.strides[i];
    if (stride < 1 || w.dilations[i] < 1 || kernel[i] < 1)
      return std::nullopt;
    int64_t extent = (kernel[i] - 1) * w.dilations[i] + 1;
    if (autoPad.starts_with("SAME")) {
      AffineExpr out = simplify(in.ceilDiv(stride));
      AffineExpr total = simplify((out - 1) * stride + extent - in);
      // A stride beyond the window leaves elements unread: no padding then.
      std::optional<int64_t> known = getConstant(total);
      if (known && *known < 0)
        total = getConstant(context, 0);
      AffineExpr half = simplify(total.floorDiv(2));
      AffineExpr rest = simplify(total - half);
      bool upper = autoPad == "SAME_UPPER";
      w.padsBegin.push_back(upper ? half : rest);
      w.padsEnd.push_back(upper ? rest : half);
      w.outputs.push_back(out);
      continue;
    }
    bool explicitPads = pads && autoPad != "VALID";
    int64_t begin = explicitPads ? (*pads)[i] : 0;
    int64_t end = explicitPads ? (*pads)[i + spatial] : 0;
    w.padsBegin.push_back(getConstant(context, begin));
    w.padsEnd.push_back(getConstant(context, end));
    AffineExpr steps = (in + (begin + end - extent)).floorDiv(stride);
    // Rounding up must not add a window that starts in the padding at the end.
    if (ceilMode)
      steps = end + stride <= extent
                  ? (in + (begin + end - extent)).ceilDiv(stride)
                  : (in + (begin - 1)).floorDiv(stride);
    w.outputs.push_back(simplify(steps + 1));
  }
  return w;
}

template <typename Adaptor>
static LogicalResult inferPooling(std::optional<Location> loc, Adaptor adaptor,
                                  SmallVectorImpl<Type> &types) {
  Value x = adaptor.getX();
  std::optional<Dims> dims = getDims(x);
  if (!dims) {
    types.push_back(getUnrankedType(getElementType(x)));
    return success();
  }
  for (auto [name, values] :
       {std::pair("kernel_shape",
                  std::optional(ArrayRef<int64_t>(adaptor.getKernelShape()))),
        std::pair("dilations", adaptor.getDilations()),
        std::pair("pads", adaptor.getPads()),
        std::pair("strides", adaptor.getStrides())})
    if (values && failed(checkWindowValues(loc, name, *values)))
      return failure();
  std::optional<PoolingWindow> window =
      PoolingWindow::get(*dims, adaptor.getAutoPad(), adaptor.getCeilMode(),
                         adaptor.getKernelShape(), adaptor.getDilations(),
                         adaptor.getPads(), adaptor.getStrides());
  if (!window)
    return emitOptionalError(loc,
                             "kernel_shape, strides, pads or dilations do "
                             "not fit an input of rank ",
                             dims->size());
  Dims result{(*dims)[0], (*dims)[1]};
  for (AffineExpr dim : window->outputs) {
    if (std::optional<int64_t> size = getConstant(dim); size && *size < 0)
      return emitOptionalError(loc, "the window is larger than the input");
    result.push_back(dim);
  }
  types.push_back(getTensorType(result, getElementType(x)));
  return success();
}

LogicalResult MaxPoolOp::inferReturnTypes(MLIRContext *context,
                                          std::optional<Location> loc,
                                          Adaptor adaptor,
                                          SmallVectorImpl<Type> &types) {
  if (failed(inferPooling(loc, adaptor, types)))
    return failure();
  types.push_back(withElementType(types[0], IntegerType::get(context, 64)));
  return success();
}

LogicalResult AveragePoolOp::inferReturnTypes(MLIRContext *,
                                              std::optional<Location> loc,
                                              Adaptor adaptor,
                                              SmallVectorImpl<Type> &types) {
  return inferPooling(loc, adaptor, types);
}

LogicalResult SumPoolOp::inferReturnTypes(MLIRContext *context,
                                          std::optional<Location> loc,
                                          Adaptor adaptor,
                                          SmallVectorImpl<Type> &types) {
  if (failed(inferPooling(loc, adaptor, types)))
    return failure();
  types[0] = withElementType(types[0], IntegerType::get(context, 32));
  return success();
}

LogicalResult LpPoolOp::inferReturnTypes(MLIRContext *,
                                         std::optional<Location> loc,
                                         Adaptor adaptor,
                                         SmallVectorImpl<Type> &types) {
  return inferPooling(loc, adaptor, types);
}

static LogicalResult inferGlobalPool(std::optional<Location> loc, Value x,
                                     SmallVectorImpl<Type> &types) {
  std::optional<Dims> dims = getDims(x);
  if (!dims) {
    types.push_back(getUnrankedType(getElementType(x)));
    return success();
  }
  if (dims->size() < 2)
    return emitOptionalError(loc, "needs a batch and a channel dimension");
  for (AffineExpr &dim : MutableArrayRef(*dims).drop_front(2))
    dim = getConstant(dim.getContext(), 1);
  types.push_back(getTensorType(*dims, getElementType(x)));
  return success();
}

LogicalResult GlobalAveragePoolOp::inferReturnTypes(
    MLIRContext *, std::optional<Location> loc, Adaptor adaptor,
    SmallVectorImpl<Type> &types) {
  return inferGlobalPool(loc, adaptor.getX(), types);
}

LogicalResult GlobalMaxPoolOp::inferReturnTypes(MLIRContext *,
                                                std::optional<Location> loc,
                                                Adaptor adaptor,
                                                SmallVectorImpl<Type> &types) {
  return inferGlobalPool(loc, adaptor.getX(), types);
}

LogicalResult GlobalLpPoolOp::inferReturnTypes(MLIRContext *,
                                               std::optional<Location> loc,
                                               Adaptor adaptor,
                                               SmallVectorImpl<Type> &types) {
  return inferGlobalPool(loc, adaptor.getX(), types);
}

/// Those of 1 and 2 are reductions of their own.
SmallVector<Value> GlobalLpPoolOp::expand(OpBuilder &b) {
  std::optional<int64_t> rank = getRank(getX());
  int64_t p = getP();
  if (!rank || *rank <= 2 || p <= 2)
    return {};
  GraphBuilder g{b, getLoc()};
  Type element = onnxc::onnx::getElementType(getX());
  Type real = element.isF64() ? element : Type(b.getF32Type());
  Value size = AbsOp::create(b, getLoc(), g.cast(getX(), real));
  Value powers = PowOp::create(b, getLoc(), size, g.number(double(p), real));
  SmallVector<int64_t> axes = llvm::to_vector(llvm::seq<int64_t>(2, *rank));
  Value sum = ReduceSumOp::create(b, getLoc(), powers, g.ints(axes),
                                  /*keepdims=*/1, /*noop_with_empty_axes=*/0);
  Value root = PowOp::create(b, getLoc(), sum, g.number(1.0 / double(p), real));
  return {g.cast(root, element)};
}

SmallVector<unsigned> MaxUnpoolOp::getShapeOperands() { return {2}; }

LogicalResult MaxUnpoolOp::inferReturnTypes(MLIRContext *,
                                            std::optional<Location> loc,
                                            Adaptor adaptor,
                                            SmallVectorImpl<Type> &types) {
  Value x = adaptor.getX();
  Type element = getElementType(x);
  std::optional<Dims> dims = getDims(x);
  if (adaptor.getOutputShape())
    dims = getKnownInts(adaptor.getOutputShape());
  if (!dims) {
    types.push_back(getUnrankedType(element));
    return success();
  }
  ArrayRef<int64_t> kernel = adaptor.getKernelShape();
  if (dims->size() != kernel.size() + 2 ||
      (adaptor.getStrides() && adaptor.getStrides()->size() != kernel.size()) ||
      (adaptor.getPads() && adaptor.getPads()->size() != 2 * kernel.size()))
    return emitOptionalError(loc,
                             "kernel_shape, strides or pads do not fit an "
                             "input of rank ",
                             dims->size());
  if (!adaptor.getOutputShape())
    for (auto [i, size] : llvm::enumerate(kernel)) {
      int64_t stride = adaptor.getStrides() ? (*adaptor.getStrides())[i] : 1;
      int64_t pads = adaptor.getPads()
                         ? (*adaptor.getPads())[i] +
                               (*adaptor.getPads())[i + kernel.size()]
                         : 0;
      AffineExpr &dim = (*dims)[i + 2];
      dim = (dim - 1) * stride + (size - pads);
    }
  types.push_back(getTensorType(*dims, element));
  return success();
}

//===----------------------------------------------------------------------===//
// What sizes have to be
//===----------------------------------------------------------------------===//

void MaxPoolOp::requireSizes(SizeRequirements &r) { r.notNegative(getY()); }

void AveragePoolOp::requireSizes(SizeRequirements &r) { r.notNegative(getY()); }

void SumPoolOp::requireSizes(SizeRequirements &r) { r.notNegative(getY()); }

void LpPoolOp::requireSizes(SizeRequirements &r) { r.notNegative(getY()); }

void MaxUnpoolOp::requireSizes(SizeRequirements &r) {
  if (std::optional<Dims> dims = getDims(getX()))
    r.shape("I", getI(), *dims);
  r.notNegative(getOutput());
}

//===- ConvOps.cpp - Convolutions -----------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/ConvOps.h"
#include "dialects/onnx/ConvShape.h"
#include "dialects/onnx/Cost.h"
#include "dialects/onnx/SizeRequirements.h"

using namespace mlir;
using namespace onnxc::onnx;

AffineExpr ConvWindow::getOutputSize(unsigned i, AffineExpr input,
                                     AffineExpr kernel) const {
  if (isSame())
    return simplify((input + (strides[i] - 1)).floorDiv(strides[i]));
  AffineExpr extent = (kernel - 1) * dilations[i] + 1;
  AffineExpr room = input + (padBegin[i] + padEnd[i]) - extent;
  return simplify(room.floorDiv(strides[i]) + 1);
}

std::optional<int64_t> ConvWindow::getPadBegin(unsigned i, AffineExpr input,
                                               AffineExpr kernel) const {
  if (!isSame())
    return padBegin[i];
  AffineExpr output = getOutputSize(i, input, kernel);
  std::optional<int64_t> total = getConstant(simplify(
      (output - 1) * strides[i] + (kernel - 1) * dilations[i] + 1 - input));
  if (!total)
    return std::nullopt;
  int64_t all = std::max<int64_t>(*total, 0);
  return autoPad == "SAME_LOWER" ? (all + 1) / 2 : all / 2;
}

LogicalResult onnxc::onnx::checkWindowValues(std::optional<Location> loc,
                                             StringRef attribute,
                                             ArrayRef<int64_t> values) {
  for (int64_t value : values)
    if (value > INT32_MAX || value < -INT32_MAX)
      return emitOptionalError(loc, "attribute ", attribute, " has the value ",
                               value, ", which is too large");
  return success();
}

FailureOr<ConvWindow>
onnxc::onnx::getConvWindow(std::optional<Location> loc, unsigned rank,
                           StringRef autoPad,
                           std::optional<ArrayRef<int64_t>> strides,
                           std::optional<ArrayRef<int64_t>> dilations,
                           std::optional<ArrayRef<int64_t>> pads) {
  ConvWindow window;
  window.autoPad = autoPad;
  auto read = [&](std::optional<ArrayRef<int64_t>> given, size_t size,
                  int64_t value, StringRef name,
                  SmallVector<int64_t> &list) -> LogicalResult {
    if (!given || given->empty()) {
      list.assign(size, value);
      return success();
    }
    if (given->size() != size)
      return emitOptionalError(loc, "attribute ", name, " has ", given->size(),
                               " values where ", size, " are needed");
    list.assign(given->begin(), given->end());
    return checkWindowValues(loc, name, list);
  };
  SmallVector<int64_t> both;
  if (failed(read(strides, rank, 1, "strides", window.strides)) ||
      failed(read(dilations, rank, 1, "dilations", window.dilations)) ||
      failed(read(pads, 2 * size_t(rank), 0, "pads", both)))
    return failure();
  if (llvm::any_of(window.strides, [](int64_t s) { return s < 1; }) ||
      llvm::any_of(window.dilations, [](int64_t d) { return d < 1; }))
    return emitOptionalError(loc, "strides and dilations have to be positive");
  if (autoPad != "NOTSET" && autoPad != "VALID" && !window.isSame())
    return emitOptionalError(loc, "unknown auto_pad \"", autoPad, "\"");
  if (autoPad != "NOTSET" && !autoPad.empty())
    both.assign(both.size(), 0);
  window.padBegin.assign(both.begin(), both.begin() + rank);
  window.padEnd.assign(both.begin() + rank, both.end());
  return window;
}

/// The sizes of the kernel: those of the weights, or where they are unknown
/// the attribute's.
static Dims getKernel(ArrayRef<AffineExpr> w,
                      std::optional<ArrayRef<int64_t>> kernelShape) {
  Dims kernel(w.drop_front(2));
  if (kernelShape && kernelShape->size() == kernel.size())
    for (auto [size, given] : llvm::zip(kernel, *kernelShape))
      if (!getConstant(size))
        size = onnxc::onnx::getConstant(size.getContext(), given);
  return kernel;
}

static LogicalResult checkRanks(std::optional<Location> loc,
                                ArrayRef<AffineExpr> x, ArrayRef<AffineExpr> w,
                                int64_t group) {
  if (x.size() < 3 || x.size() != w.size())
    return emitOptionalError(loc, "input of rank ", x.size(),
                             " and weights of rank ", w.size(),
                             ": both need the same rank of at least 3");
  if (group < 1 || group > INT32_MAX)
    return emitOptionalError(loc, "group is ", group, ", no number of groups");
  return success();
}

/// Conv, ConvInteger and QLinearConv.
template <typename Adaptor>
static LogicalResult inferConv(std::optional<Location> loc, Adaptor adaptor,
                               Value input, Value weights, Type elementType,
                               SmallVectorImpl<Type> &types) {
  std::optional<Dims> x = getDims(input), w = getDims(weights);
  if (!x || !w) {
    types.push_back(getUnrankedType(elementType));
    return success();
  }
  int64_t group = adaptor.getGroup();
  if (failed(checkRanks(loc, *x, *w, group)))
    return failure();
  std::optional<int64_t> channels = getConstant((*x)[1]);
  std::optional<int64_t> perGroup = getConstant((*w)[1]);
  if (channels && perGroup && *channels != *perGroup * group)
    return emitOptionalError(loc, "input has ", *channels,
                             " channels, but weights are for ",
                             *perGroup * group);
  std::optional<int64_t> filters = getConstant((*w)[0]);
  if (filters && *filters % group != 0)
    return emitOptionalError(loc, *filters, " filters do not divide into ",
                             group, " groups");
  unsigned rank = x->size() - 2;
  FailureOr<ConvWindow> window =
      getConvWindow(loc, rank, adaptor.getAutoPad(), adaptor.getStrides(),
                    adaptor.getDilations(), adaptor.getPads());
  if (failed(window))
    return failure();
  std::optional<ArrayRef<int64_t>> stated = adaptor.getKernelShape();
  for (unsigned i = 0; stated && i < std::min<size_t>(rank, stated->size());
       ++i)
    if (std::optional<int64_t> size = getConstant((*w)[i + 2]);
        size && *size != (*stated)[i])
      return emitOptionalError(loc, "kernel_shape has the size ", (*stated)[i],
                               " in spatial dimension ", i,
                               ", but the weights have ", *size);
  Dims kernel = getKernel(*w, adaptor.getKernelShape());
  Dims result = {(*x)[0], (*w)[0]};
  for (unsigned i = 0; i < rank; ++i) {
    result.push_back(window->getOutputSize(i, (*x)[i + 2], kernel[i]));
    std::optional<int64_t> size = getConstant(result.back());
    if (size && *size < 0)
      return emitOptionalError(loc,
                               "kernel is larger than the padded input "
                               "in spatial dimension ",
                               i);
  }
  types.push_back(getTensorType(result, elementType));
  return success();
}

LogicalResult ConvOp::inferReturnTypes(MLIRContext *,
                                       std::optional<Location> loc,
                                       Adaptor adaptor,
                                       SmallVectorImpl<Type> &types) {
  return inferConv(loc, adaptor, adaptor.getX(), adaptor.getW(),
                   getElementType(adaptor.getX()), types);
}

LogicalResult ConvIntegerOp::inferReturnTypes(MLIRContext *context,
                                              std::optional<Location> loc,
                                              Adaptor adaptor,
                                              SmallVectorImpl<Type> &types) {
  return inferConv(loc, adaptor, adaptor.getX(), adaptor.getW(),
                   IntegerType::get(context, 32), types);
}

LogicalResult QLinearConvOp::inferReturnTypes(MLIRContext *,
                                              std::optional<Location> loc,
                                              Adaptor adaptor,
                                              SmallVectorImpl<Type> &types) {
  return inferConv(loc, adaptor, adaptor.getX(), adaptor.getW(),
                   getElementType(adaptor.getYZeroPoint()), types);
}

LogicalResult ConvTransposeOp::inferReturnTypes(MLIRContext *,
                                                std::optional<Location> loc,
                                                Adaptor adaptor,
                                                SmallVectorImpl<Type> &types) {
  Type elementType = getElementType(adaptor.getX());
  std::optional<Dims> x = getDims(adaptor.getX()), w = getDims(adaptor.getW());
  if (!x || !w) {
    types.push_back(getUnrankedType(elementType));
    return success();
  }
  int64_t group = adaptor.getGroup();
  if (failed(checkRanks(loc, *x, *w, group)))
    return failure();
  std::optional<int64_t> channels = getConstant((*x)[1]);
  std::optional<int64_t> weights = getConstant((*w)[0]);
  if (channels && weights && *channels != *weights)
    return emitOptionalError(loc, "input has ", *channels,
                             " channels, but weights are for ", *weights);
  unsigned rank = x->size() - 2;
  FailureOr<ConvWindow> window =
      getConvWindow(loc, rank, adaptor.getAutoPad(), adaptor.getStrides(),
                    adaptor.getDilations(), adaptor.getPads());
  if (failed(window))
    return failure();
  std::optional<ArrayRef<int64_t>> extra = adaptor.getOutputPadding();
  std::optional<ArrayRef<int64_t>> sizes = adaptor.getOutputShape();
  if ((extra && extra->size() != rank) || (sizes && sizes->size() != rank))
    return emitOptionalError(
        loc, "output_padding and output_shape need one value for each spatial "
             "dimension");
  if ((extra && failed(checkWindowValues(loc, "output_padding", *extra))) ||
      (sizes && failed(checkWindowValues(loc, "output_shape", *sizes))))
    return failure();
  Dims kernel = getKernel(*w, adaptor.getKernelShape());
  Dims result = {(*x)[0], (*w)[1] * group};
  for (unsigned i = 0; i < rank; ++i) {
    AffineExpr in = (*x)[i + 2];
    int64_t stride = window->strides[i];
    if (sizes)
      result.push_back(onnxc::onnx::getConstant(in.getContext(), (*sizes)[i]));
    else if (window->isSame())
      result.push_back(in * stride);
    else
      result.push_back((in - 1) * stride + (extra ? (*extra)[i] : 0) +
                       (kernel[i] - 1) * window->dilations[i] + 1 -
                       window->padBegin[i] - window->padEnd[i]);
  }
  types.push_back(getTensorType(result, elementType));
  return success();
}

//===----------------------------------------------------------------------===//
// What sizes have to be
//===----------------------------------------------------------------------===//

/// A kernel has elements, and the sizes that the op states.
template <typename Op>
static void requireKernel(Op op, Value weights, SizeRequirements &r) {
  Dims w = *getDims(weights);
  for (auto [i, size] : llvm::enumerate(ArrayRef(w).drop_front(2)))
    r.positive(size, "the kernel's size in spatial dimension " + Twine(i));
  auto kernel = op.getKernelShape();
  if (!kernel || kernel->empty())
    return;
  if (kernel->size() + 2 != w.size())
    return r.fail("kernel_shape has " + Twine(kernel->size()) +
                  " values, W has rank " + Twine(w.size()));
  for (auto [i, size] : llvm::enumerate(*kernel))
    r.size("W", weights, i + 2, r.constant(size));
}

/// Conv, ConvInteger and QLinearConv.
template <typename Op>
static void requireConv(Op op, Value input, Value weights, Value bias,
                        Value result, SizeRequirements &r) {
  std::optional<Dims> x = getDims(input), w = getDims(weights);
  if (!x || !w || x->size() != w->size() || x->size() < 3)
    return;
  r.equal((*x)[1], (*w)[1] * op.getGroup(), "the number of channels");
  r.multiple((*w)[0], op.getGroup(), "the number of filters");
  r.shape("B", bias, {(*w)[0]});
  requireKernel(op, weights, r);
  // Those are computed element by element, and one beside the image is read at
  // its begin.
  bool isKnown = llvm::all_of(ArrayRef(*w).drop_front(2), [](AffineExpr size) {
    return onnxc::onnx::getConstant(size).has_value();
  });
  if (!isKnown || w->size() > 4)
    r.elements(input, 2, result);
  if (std::optional<Dims> y = getDims(result))
    for (AffineExpr dim : *y)
      r.notNegative(dim, "a size of the result");
}

void ConvOp::requireSizes(SizeRequirements &r) {
  requireConv(*this, getX(), getW(), getB(), getY(), r);
}

void ConvIntegerOp::requireSizes(SizeRequirements &r) {
  requireConv(*this, getX(), getW(), Value(), getY(), r);
  if (std::optional<Dims> w = getDims(getW()); w && !w->empty())
    r.oneOrEach("w_zero_point", getWZeroPoint(), w->front());
}

void QLinearConvOp::requireSizes(SizeRequirements &r) {
  requireConv(*this, getX(), getW(), getB(), getY(), r);
  std::optional<Dims> w = getDims(getW());
  if (!w || w->empty())
    return;
  r.oneOrEach("w_scale", getWScale(), w->front());
  r.oneOrEach("w_zero_point", getWZeroPoint(), w->front());
}

void ConvTransposeOp::requireSizes(SizeRequirements &r) {
  std::optional<Dims> x = getDims(getX()), w = getDims(getW());
  if (!x || !w || x->size() != w->size() || x->size() < 3)
    return;
  r.equal((*x)[1], (*w)[0], "the number of channels");
  r.multiple((*x)[1], getGroup(), "the number of channels");
  r.shape("B", getB(), {(*w)[1] * getGroup()});
  requireKernel(*this, getW(), r);
  r.elements(getX(), 2, getY());
  if (std::optional<Dims> y = getDims(getY()))
    for (AffineExpr dim : *y)
      r.notNegative(dim, "a size of the result");
}

//===----------------------------------------------------------------------===//
// How much is multiplied
//===----------------------------------------------------------------------===//

/// Every weight of a channel once for each of its elements.
static AffineExpr countConv(Value elements, Value weights) {
  std::optional<Dims> dims = getDims(weights);
  if (!dims || dims->empty())
    return {};
  return multiply(
      getNumElements(elements),
      getProduct(weights.getContext(), ArrayRef(*dims).drop_front()));
}

AffineExpr ConvOp::getMacs() { return countConv(getY(), getW()); }

AffineExpr ConvIntegerOp::getMacs() { return countConv(getY(), getW()); }

AffineExpr QLinearConvOp::getMacs() { return countConv(getY(), getW()); }

/// Every weight of an input channel once for each of its elements.
AffineExpr ConvTransposeOp::getMacs() { return countConv(getX(), getW()); }

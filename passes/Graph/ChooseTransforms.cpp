//===- ChooseTransforms.cpp - How a Fourier transform is computed ---------===//
//
// A product with a matrix takes L K steps where a fast transform takes L log L,
// but shorter ones, and no passes over memory: short signals are products. On a
// device a fast transform would be one thread's: there all are products whose
// matrix is no burden.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/ConstantOps.h"
#include "dialects/onnx/ElementTypes.h"
#include "dialects/onnx/FourierMatrix.h"
#include "dialects/onnx/FourierPlan.h"
#include "dialects/onnx/SignalOps.h"
#include "dialects/plan/MachineModel.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "passes/Graph/GraphPasses.h"

namespace onnxc {
#define GEN_PASS_DEF_CHOOSETRANSFORMS
#include "passes/Graph/GraphPasses.h.inc"
} // namespace onnxc

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

/// The numbers of the input that count: the rest is cut off.
int64_t countInputs(DFTOp op, const FourierForm &form) {
  return std::min(*getConstant((*getDims(op.getInput()))[1]),
                  form.inputLength());
}

/// As FourierMatrix.h has it, row by row.
SmallVector<double> buildMatrix(const FourierForm &form, int64_t count) {
  SmallVector<double> matrix;
  int64_t length = form.length;
  for (int64_t m = 0; m < count; ++m)
    for (int64_t part = 0; part < form.parts; ++part)
      for (int64_t k = 0; k < form.outputLength(); ++k) {
        std::complex<double> root = getUnitRoot(m * k, length);
        if (form.inverse)
          root = std::conj(root) / double(length);
        if (form.givesReal() && m != 0 && 2 * m != length)
          root *= 2;
        matrix.push_back(part == 0 ? root.real() : -root.imag());
        if (form.resultParts() == 2)
          matrix.push_back(part == 0 ? root.imag() : root.real());
      }
  return matrix;
}

/// Rounded to the type.
Value buildConstant(GraphBuilder &g, ArrayRef<double> values, Type real,
                    ArrayRef<int64_t> shape) {
  auto type = RankedTensorType::get(shape, real);
  if (real.isF64())
    return ConstantOp::create(g.b, g.loc, DenseElementsAttr::get(type, values));
  SmallVector<float> rounded(values.begin(), values.end());
  return ConstantOp::create(g.b, g.loc,
                            DenseElementsAttr::get(type, ArrayRef(rounded)));
}

// Elements of a matrix that a device is given.
constexpr double kMostElements = 1 << 24;

struct ExpandTransform : OpRewritePattern<DFTOp> {
  using Base::Base;

  LogicalResult matchAndRewrite(DFTOp op,
                                PatternRewriter &rewriter) const override {
    std::optional<FourierForm> form = getFourierForm(op);
    if (!form)
      return rewriter.notifyMatchFailure(op, "is no transform of rows");
    GraphBuilder g{rewriter, op.getLoc()};
    Value result = isFast(op, *form) ? buildFast(g, op, *form)
                                     : buildProduct(g, op, *form);
    Dims dims = {getDims(op.getInput())->front(),
                 onnxc::onnx::getConstant(getContext(), form->outputLength()),
                 onnxc::onnx::getConstant(getContext(), form->resultParts())};
    result = g.cast(result, getElementType(op.getInput()));
    rewriter.replaceOp(op, g.reshape(result, g.dims(dims)));
    return success();
  }

private:
  static bool isFast(DFTOp op, const FourierForm &form) {
    double elements = double(countInputs(op, form)) * double(form.parts) *
                      double(form.outputLength()) * double(form.resultParts());
    if (getMachine(op).isDevice())
      return elements > kMostElements;
    return FourierPlan(form).getCost() < elements;
  }

  static Value buildRows(GraphBuilder &g, DFTOp op, int64_t parts) {
    Dims dims = *getDims(op.getInput());
    Dims rows = {dims[0], dims[1] * parts};
    return g.reshape(op.getInput(), g.dims(rows));
  }

  static Value buildFast(GraphBuilder &g, DFTOp op, const FourierForm &form) {
    Type element = getElementType(op.getInput()),
         real = getFourierType(op.getInput());
    SmallVector<double> tables = FourierPlan(form).buildTables();
    Value constant = buildConstant(g, tables, real, {int64_t(tables.size())});
    Value x = buildRows(g, op, form.parts);
    if (element.getIntOrFloatBitWidth() < 32)
      x = g.cast(x, real);
    return FastDFTOp::create(g.b, g.loc, x, constant, form.length, form.parts,
                             form.inverse, form.onesided);
  }

  static Value buildProduct(GraphBuilder &g, DFTOp op,
                            const FourierForm &form) {
    int64_t count = countInputs(op, form);
    Type real = getFourierType(op.getInput());
    Value rows = buildRows(g, op, form.parts);
    if (count < *getConstant((*getDims(op.getInput()))[1]))
      rows = g.slice(rows, g.ints(0), g.ints(count * form.parts), 1);
    Value matrix = buildConstant(
        g, buildMatrix(form, count), real,
        {count * form.parts, form.outputLength() * form.resultParts()});
    return g.matmul(g.cast(rows, real), matrix);
  }
};

struct ChooseTransforms : onnxc::impl::ChooseTransformsBase<ChooseTransforms> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<ExpandTransform>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace

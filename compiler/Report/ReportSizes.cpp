//===- ReportSizes.cpp - The sizes that a report is drawn for -------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Report/ReportSizes.h"
#include "dialects/onnx/SymbolicShape.h"

using namespace mlir;

namespace onnxc {

static llvm::Error refuse(const std::string &message) {
  return llvm::createStringError("--report-dim: " + message);
}

static llvm::Error checkNames(const Options &options,
                              const ModelInterface &model) {
  for (const auto &[name, value] : options.reportDims) {
    std::string known;
    for (const SymbolInterface &symbol : model.symbols)
      known += (known.empty() ? "'" : ", '") + symbol.name + "'";
    const auto *found = llvm::find_if(
        ArrayRef(model.symbols),
        [&, name = StringRef(name)](const SymbolInterface &symbol) {
          return symbol.name == name;
        });
    if (found == ArrayRef(model.symbols).end())
      return refuse("the model has no free dimension '" + name + "'; " +
                    (known.empty() ? "all are bound" : "it has " + known));
    if (value < found->min || (found->max >= 0 && value > found->max))
      return refuse("'" + name + "' is " + std::to_string(found->min) + ".." +
                    (found->max < 0 ? "" : std::to_string(found->max)) +
                    ", not " + std::to_string(value));
  }
  return llvm::Error::success();
}

/// How many of the sizes are smaller.
size_t ReportSizes::countBelow(int64_t least, ArrayRef<AffineExpr> dims) const {
  return llvm::count_if(dims, [&](AffineExpr dim) {
    std::optional<int64_t> value = evaluate(dim);
    return value && *value < least;
  });
}

/// One after the other becomes larger where that leaves fewer tensors empty: a
/// window of 400 samples wants a signal of 400.
void ReportSizes::assumeSizes(ArrayRef<AffineExpr> dims) {
  constexpr int64_t kMost = 1 << 16;
  for (Size &size : sizes) {
    if (size.source != "assumed")
      continue;
    int64_t best = *size.value;
    size_t fewest = countBelow(1, dims);
    for (int64_t value = best + 1; fewest && value <= kMost; value *= 2) {
      size.value = value;
      if (size_t count = countBelow(1, dims); count < fewest) {
        best = value;
        fewest = count;
      }
    }
    size.value = best;
  }
}

llvm::Expected<ReportSizes> ReportSizes::create(const Options &options,
                                                const ModelInterface &model,
                                                ArrayRef<AffineExpr> dims) {
  if (llvm::Error error = checkNames(options, model))
    return std::move(error);
  ReportSizes result;
  for (const SymbolInterface &symbol : model.symbols) {
    Size size{symbol.name, std::nullopt, "data"};
    for (const auto &[name, value] : options.reportDims)
      if (name == symbol.name)
        size = {symbol.name, value, "given"};
    if (!size.value && !symbol.fromData && symbol.max >= 0)
      size = {symbol.name, symbol.max, "bound"};
    else if (!size.value && !symbol.fromData)
      size = {symbol.name, std::max<int64_t>(symbol.min, 1), "assumed"};
    result.sizes.push_back(size);
  }
  result.assumeSizes(dims);
  if (result.countBelow(0, dims)) {
    std::string drawn;
    for (const Size &size : result.sizes)
      if (size.value)
        drawn += (drawn.empty() ? "" : ", ") + size.name + " = " +
                 std::to_string(*size.value);
    return refuse("a tensor would have a negative size where " + drawn +
                  "; give others");
  }
  return result;
}

std::optional<int64_t> ReportSizes::evaluate(AffineExpr expr) const {
  if (!expr)
    return std::nullopt;
  MLIRContext *context = expr.getContext();
  SmallVector<AffineExpr> values;
  for (auto [i, size] : llvm::enumerate(sizes))
    values.push_back(size.value ? getAffineConstantExpr(*size.value, context)
                                : getAffineSymbolExpr(i, context));
  return onnx::getConstant(onnx::simplify(expr.replaceSymbols(values)));
}

std::string ReportSizes::print(AffineExpr expr) const {
  return onnx::printSize(expr, [&](unsigned symbol) -> StringRef {
    return symbol < sizes.size() ? StringRef(sizes[symbol].name) : "?";
  });
}

} // namespace onnxc

//===- ResolveSizes.cpp - Symbols of @main that stand for expressions -----===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/ModelAttrs.h"
#include "dialects/onnx/SymbolicShape.h"
#include "dialects/plan/Plan.h"
#include "mlir/IR/AttrTypeSubElements.h"
#include "passes/Graph/GraphPasses.h"

namespace onnxc {
#define GEN_PASS_DEF_RESOLVESIZES
#include "passes/Graph/GraphPasses.h.inc"
} // namespace onnxc

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

struct ResolveSizes : onnxc::impl::ResolveSizesBase<ResolveSizes> {
  using ResolveSizesBase::ResolveSizesBase;

  void runOnOperation() override {
    auto main = getOperation().lookupSymbol<func::FuncOp>("main");
    if (!main)
      return;
    findDefinitions(main);
    if (definitions.empty())
      return;
    renumber(main);
    AttrTypeReplacer replacer;
    auto resolve = [&](AffineExpr expr) {
      return simplify(expr.replace(definitions));
    };
    replacer.addReplacement([&](DimsAttr dims) {
      return DimsAttr::get(&getContext(),
                           llvm::map_to_vector(dims.getExprs(), resolve));
    });
    replacer.addReplacement([&](EqualAttr pair) {
      return EqualAttr::get(&getContext(), resolve(pair.getLeft()),
                            resolve(pair.getRight()), pair.getNode());
    });
    replacer.addReplacement([&](AffineMapAttr attr) {
      auto exprs = llvm::map_to_vector(attr.getValue().getResults(), resolve);
      return AffineMapAttr::get(
          AffineMap::get(0, getNumSymbols(exprs), exprs, &getContext()));
    });
    replacer.recursivelyReplaceElementsIn(main, /*replaceAttrs=*/true,
                                          /*replaceLocs=*/false,
                                          /*replaceTypes=*/true);
    dropTrivialPairs(main);
  }

private:
  llvm::DenseMap<AffineExpr, AffineExpr> definitions;

  void findDefinitions(func::FuncOp main) {
    auto pairs = onnx::attrs::EqualSizes::get(main);
    if (!pairs)
      return;
    llvm::DenseSet<int64_t> defined;
    int64_t numInputSymbols = 0;
    for (Type type : main.getArgumentTypes())
      numInputSymbols += type.isIndex();
    main.walk([&](plan::SymbolOp op) { defined.insert(op.getNumber()); });
    for (auto pair : pairs.getAsRange<EqualAttr>()) {
      auto symbol = dyn_cast<AffineSymbolExpr>(pair.getLeft());
      if (symbol && symbol.getPosition() >= numInputSymbols &&
          !defined.contains(symbol.getPosition()))
        definitions.try_emplace(symbol, pair.getRight());
    }
  }

  /// The symbols without those that go.
  void renumber(func::FuncOp main) {
    SmallVector<Attribute> names;
    llvm::DenseMap<AffineExpr, AffineExpr> numbers;
    for (auto [i, name] :
         llvm::enumerate(onnx::attrs::Symbols::get(main).getValue())) {
      AffineExpr symbol = getAffineSymbolExpr(i, &getContext());
      if (definitions.contains(symbol))
        continue;
      numbers[symbol] = getAffineSymbolExpr(names.size(), &getContext());
      names.push_back(name);
    }
    onnx::attrs::Symbols::set(main, ArrayAttr::get(&getContext(), names));
    main.walk([&](plan::SymbolOp op) {
      AffineExpr symbol = getAffineSymbolExpr(op.getNumber(), &getContext());
      op.setNumber(cast<AffineSymbolExpr>(numbers[symbol]).getPosition());
    });
    for (auto &[symbol, size] : definitions)
      size = simplify(size.replace(numbers));
    definitions.insert(numbers.begin(), numbers.end());
  }

  static void dropTrivialPairs(func::FuncOp main) {
    SmallVector<Attribute> kept;
    for (auto pair : onnx::attrs::EqualSizes::get(main).getAsRange<EqualAttr>())
      if (pair.getLeft() != pair.getRight())
        kept.push_back(pair);
    if (kept.empty())
      onnx::attrs::EqualSizes::remove(main);
    else
      onnx::attrs::EqualSizes::set(main,
                                   ArrayAttr::get(main.getContext(), kept));
  }
};

} // namespace

//===- LowerKernelABI.cpp - Kernels take bare pointers --------------------===//
//
// A kernel's memref arguments become pointers; their sizes follow from the
// symbols, so nothing else need be passed, and equal sizes are visibly equal.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/plan/Kernels.h"
#include "mlir/Conversion/LLVMCommon/MemRefBuilder.h"
#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "passes/Entry/EntryPasses.h"

namespace onnxc {
#define GEN_PASS_DEF_LOWERKERNELABI
#include "passes/Entry/EntryPasses.h.inc"
} // namespace onnxc

using namespace mlir;
using namespace onnxc;

namespace {

struct LowerKernelABI : onnxc::impl::LowerKernelABIBase<LowerKernelABI> {
  using LowerKernelABIBase::LowerKernelABIBase;

  void runOnOperation() override {
    func::FuncOp kernel = getOperation();
    if (!isKernel(kernel))
      return;
    Block &body = kernel.getBody().front();
    MLIRContext *context = &getContext();
    LowerToLLVMOptions lowering(context);
    lowering.overrideIndexBitwidth(getMachine(kernel).pointerBits);
    LLVMTypeConverter types(context, lowering);
    auto pointer = LLVM::LLVMPointerType::get(context);
    OpBuilder b = OpBuilder::atBlockBegin(&body);
    Location loc = kernel.getLoc();

    SmallVector<Value> symbols;
    for (BlockArgument argument : body.getArguments())
      if (argument.getType().isIndex())
        symbols.push_back(argument);
    SmallVector<DictionaryAttr> attrs;
    for (auto [i, argument] : llvm::enumerate(body.getArguments())) {
      auto type = dyn_cast<MemRefType>(argument.getType());
      if (!type) {
        attrs.push_back(b.getDictionaryAttr({}));
        continue;
      }
      auto dims = plan::attrs::Dims::get(kernel, i);
      argument.setType(pointer);
      Value memref = buildMemRef(b, loc, types, type, argument, dims, symbols);
      argument.replaceUsesWithIf(memref, [&](OpOperand &use) {
        return !isa<LLVM::InsertValueOp>(use.getOwner());
      });
      SmallVector<NamedAttribute> named(
          kernel.getArgAttrDict(i) ? kernel.getArgAttrDict(i).getValue()
                                   : ArrayRef<NamedAttribute>());
      named.push_back(b.getNamedAttr(LLVM::LLVMDialect::getNoAliasAttrName(),
                                     b.getUnitAttr()));
      named.push_back(
          plan::attrs::Element::named(TypeAttr::get(type.getElementType())));
      attrs.push_back(b.getDictionaryAttr(named));
    }
    kernel.setType(b.getFunctionType(body.getArgumentTypes(), {}));
    kernel.setAllArgAttrs(attrs);
  }

private:
  static Value buildMemRef(OpBuilder &b, Location loc, LLVMTypeConverter &types,
                           MemRefType type, Value pointer, onnx::DimsAttr dims,
                           ValueRange symbols) {
    Value descriptor;
    if (type.hasStaticShape()) {
      descriptor =
          MemRefDescriptor::fromStaticShape(b, loc, types, type, pointer);
    } else {
      MemRefDescriptor builder =
          MemRefDescriptor::poison(b, loc, types.convertType(type));
      builder.setAllocatedPtr(b, loc, pointer);
      builder.setAlignedPtr(b, loc, pointer);
      builder.setConstantOffset(b, loc, 0);
      Type word = types.getIndexType();
      AffineExpr stride = onnx::getConstant(b.getContext(), 1);
      for (int64_t i = type.getRank() - 1; i >= 0; --i) {
        AffineExpr size =
            dims ? dims.getExprs()[i]
                 : onnx::getConstant(b.getContext(), type.getDimSize(i));
        builder.setSize(b, loc, i, evaluate(b, loc, word, size, symbols));
        builder.setStride(b, loc, i, evaluate(b, loc, word, stride, symbols));
        stride = onnx::simplify(stride * size);
      }
      descriptor = builder;
    }
    return UnrealizedConversionCastOp::create(b, loc, type, descriptor)
        .getResult(0);
  }

  static Value evaluate(OpBuilder &b, Location loc, Type word, AffineExpr expr,
                        ValueRange symbols) {
    if (std::optional<int64_t> constant = onnx::getConstant(expr))
      return LLVM::ConstantOp::create(b, loc, word,
                                      b.getIntegerAttr(word, *constant));
    Value index;
    if (auto symbol = dyn_cast<AffineSymbolExpr>(expr))
      index = symbols[symbol.getPosition()];
    else
      index = affine::AffineApplyOp::create(
          b, loc, AffineMap::get(0, symbols.size(), expr), symbols);
    return UnrealizedConversionCastOp::create(b, loc, word, index).getResult(0);
  }
};

} // namespace

//===- EntryFunctions.cpp - Calls of functions of the application ---------===//
//
// Only what C has one way to pass goes by value: addresses, float and int64_t.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/OnnxDialect.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "passes/Entry/EntryBuilder.h"
#include "targets/RuntimeABI.h"

using namespace mlir;
using namespace onnxc;

Value EntryBuilder::getNull() {
  return LLVM::ZeroOp::create(b, loc, arena.getType());
}

void EntryBuilder::callFunction(StringRef symbol, ValueRange arguments) {
  auto module = entry->getParentOfType<ModuleOp>();
  Type word = b.getI32Type();
  auto type = LLVM::LLVMFunctionType::get(
      word, llvm::to_vector(ValueRange(arguments).getTypes()));
  auto function = module.lookupSymbol<LLVM::LLVMFuncOp>(symbol);
  if (!function) {
    OpBuilder atStart = OpBuilder::atBlockBegin(module.getBody());
    function = LLVM::LLVMFuncOp::create(atStart, module.getLoc(), symbol, type);
  }
  Value status = LLVM::CallOp::create(b, loc, function, arguments).getResult();
  Value zero = arith::ConstantIntOp::create(b, loc, word, 0);
  leaveIf(arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ne, status, zero),
          abi::BadValue);
}

Value EntryBuilder::getList(DenseElementsAttr elements) {
  if (elements.getNumElements() == 0)
    return getNull();
  LLVM::GlobalOp &global = lists[elements];
  if (!global) {
    auto module = entry->getParentOfType<ModuleOp>();
    OpBuilder atStart = OpBuilder::atBlockBegin(module.getBody());
    global = LLVM::GlobalOp::create(
        atStart, module.getLoc(),
        LLVM::LLVMArrayType::get(elements.getElementType(),
                                 elements.getNumElements()),
        /*isConstant=*/true, LLVM::Linkage::Private,
        "onnxc_list_" + std::to_string(lists.size() - 1), elements);
  }
  return LLVM::AddressOfOp::create(b, loc, arena.getType(),
                                   global.getSymName());
}

Value EntryBuilder::listSizes(ArrayRef<AffineExpr> sizes) {
  SmallVector<int64_t> constants;
  for (AffineExpr size : sizes)
    if (std::optional<int64_t> constant =
            size ? onnx::getConstant(size) : std::nullopt)
      constants.push_back(*constant);
  if (constants.size() == sizes.size())
    return getList(b.getI64TensorAttr(constants));
  // One that a function does not write is there once.
  bool isConstant = llvm::all_of(sizes, [](AffineExpr s) { return bool(s); });
  Attribute key;
  if (isConstant) {
    key = onnx::DimsAttr::get(b.getContext(), sizes);
    if (Value known = built.sizes.lookup(key))
      return known;
  }
  Type word = b.getI64Type();
  Value list = allocateOnStack(word, int64_t(sizes.size()));
  for (auto [i, size] : llvm::enumerate(sizes)) {
    Value value =
        size ? arith::IndexCastOp::create(b, loc, word, getSymbol(size))
                   .getResult()
             : arith::ConstantIntOp::create(b, loc, word, -1).getResult();
    LLVM::StoreOp::create(
        b, loc, value,
        LLVM::GEPOp::create(b, loc, list.getType(), word, list,
                            ArrayRef<LLVM::GEPArg>{int32_t(i)}));
  }
  if (isConstant)
    built.sizes[key] = list;
  return list;
}

void EntryBuilder::storeSize(Value list, int64_t number, Value address) {
  LLVM::StoreOp::create(b, loc, load(b.getI64Type(), list, number), address);
}

SmallVector<Value> EntryBuilder::getAttribute(Attribute value) {
  auto withCount = [&](Value address, int64_t count) {
    return SmallVector<Value>{
        address, arith::ConstantIntOp::create(b, loc, b.getI64Type(), count)};
  };
  if (auto text = dyn_cast<StringAttr>(value)) {
    // An empty text has an address too.
    int8_t end = 0;
    auto one = RankedTensorType::get({1}, b.getI8Type());
    return {text.empty()
                ? getList(DenseElementsAttr::get(one, ArrayRef<int8_t>(end)))
                : getText(text.getValue())};
  }
  if (auto ints = dyn_cast<DenseI64ArrayAttr>(value))
    return withCount(getList(b.getI64TensorAttr(ints.asArrayRef())),
                     ints.size());
  if (auto floats = dyn_cast<DenseF32ArrayAttr>(value)) {
    auto type = RankedTensorType::get({floats.size()}, b.getF32Type());
    return withCount(getList(DenseElementsAttr::get(type, floats.asArrayRef())),
                     floats.size());
  }
  if (auto texts = dyn_cast<ArrayAttr>(value)) {
    SmallVector<Value> addresses;
    for (Attribute text : texts)
      addresses.push_back(getAttribute(text).front());
    return withCount(listPointers(addresses), int64_t(texts.size()));
  }
  return {arith::ConstantOp::create(b, loc, cast<TypedAttr>(value))};
}

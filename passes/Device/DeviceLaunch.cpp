//===- DeviceLaunch.cpp - A function of a device and its launch -----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Device/DeviceLaunch.h"
#include "dialects/plan/PlanAttrs.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/Transforms/Transforms.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "passes/Device/Launches.h"

using namespace mlir;
using namespace onnxc;

/// Finds what the values are made of: buffers, sizes, ops to repeat.
LogicalResult DeviceLaunch::collect(Value value) {
  if (!seen.insert(value).second)
    return success();
  Operation *op = value.getDefiningOp();
  if (op && !isa<MemRefType>(value.getType()) && value.getType().isIndex() &&
      !matchPattern(value, m_Constant()) &&
      kernel.getSide(value) == Side::Host) {
    sizes.push_back(value);
    return success();
  }
  if (op && op->getNumRegions() == 0 && kernel.getSide(value) != Side::Device) {
    for (Value operand : op->getOperands())
      if (failed(collect(operand)))
        return failure();
    if (!llvm::is_contained(repeated, op))
      repeated.push_back(op);
    return success();
  }
  if (value.getType().isIndex() && !op) {
    sizes.push_back(value);
    return success();
  }
  auto type = dyn_cast<MemRefType>(value.getType());
  if (op || !type || !type.getLayout().isIdentity())
    return emitError(loc) << "a launch cannot take a value of type "
                          << value.getType();
  buffers.push_back(value);
  OpBuilder::InsertionGuard guard(host);
  for (auto [i, size] : llvm::enumerate(type.getShape()))
    if (ShapedType::isDynamic(size) && type.getRank() > 1) {
      Value dim = memref::DimOp::create(host, loc, value, i);
      kernel.sides[dim] = Side::Host;
      dims[value].push_back(dim);
      sizes.push_back(dim);
    }
  return success();
}

/// The buffer as one row, for the launch.
Value DeviceLaunch::flatten(Value buffer) {
  auto type = cast<MemRefType>(buffer.getType());
  if (type.getRank() == 1)
    return buffer;
  if (type.getRank() == 0)
    return memref::ExpandShapeOp::create(
        host, loc, MemRefType::get({1}, type.getElementType()), buffer,
        ArrayRef<ReassociationIndices>());
  ReassociationIndices all;
  for (int64_t i = 0; i < type.getRank(); ++i)
    all.push_back(i);
  return memref::CollapseShapeOp::create(host, loc, buffer,
                                         ArrayRef<ReassociationIndices>{all});
}

/// The row as the buffer was, for the function's body.
void DeviceLaunch::restore(Value buffer, Value flat) {
  auto type = cast<MemRefType>(buffer.getType());
  if (type.getRank() == 1) {
    mapping.map(buffer, flat);
    return;
  }
  SmallVector<OpFoldResult> shape, strides(type.getRank());
  auto *dynamic = dims[buffer].begin();
  for (int64_t size : type.getShape()) {
    if (!ShapedType::isDynamic(size)) {
      shape.push_back(device.getIndexAttr(size));
      continue;
    }
    shape.push_back(mapping.lookup(*dynamic++));
  }
  OpFoldResult stride = device.getIndexAttr(1);
  for (int64_t i = type.getRank() - 1; i >= 0; --i) {
    strides[i] = stride;
    if (i > 0)
      stride = affine::makeComposedFoldedAffineApply(
          device, loc,
          device.getAffineSymbolExpr(0) * device.getAffineSymbolExpr(1),
          {stride, shape[i]});
  }
  SmallVector<int64_t> staticStrides;
  SmallVector<Value> dynamicStrides;
  dispatchIndexOpFoldResults(strides, dynamicStrides, staticStrides);
  auto stridedType = MemRefType::get(
      type.getShape(), type.getElementType(),
      StridedLayoutAttr::get(type.getContext(), 0, staticStrides));
  Value cast = memref::ReinterpretCastOp::create(
      device, loc, stridedType, flat, device.getIndexAttr(0), shape, strides);
  // Addresses are made from the strides; the types of views stay as they are.
  if (cast.getType() != type)
    cast = memref::CastOp::create(device, loc, type, cast);
  mapping.map(buffer, cast);
}

/// Takes the buffers as rows, then the sizes.
void DeviceLaunch::createFunction() {
  SmallVector<Type> types;
  for (Value buffer : buffers) {
    auto type = cast<MemRefType>(buffer.getType());
    int64_t size =
        type.hasStaticShape() ? type.getNumElements() : ShapedType::kDynamic;
    types.push_back(MemRefType::get({size}, type.getElementType()));
  }
  types.append(sizes.size(), host.getIndexType());
  std::string name = kernel.kernel.getName().str();
  if (kernel.numOwn)
    name += "_" + std::to_string(kernel.numOwn);
  ++kernel.numOwn;
  device.setInsertionPointToEnd(
      kernel.kernel->getParentOfType<ModuleOp>().getBody());
  auto holder = gpu::GPUModuleOp::create(device, loc, name + "_code");
  plan::attrs::Launch::set(
      holder, plan::LaunchAttr::get(holder.getContext(), kernel.number++,
                                    buffers.size(), numThreads));
  device.setInsertionPointToStart(holder.getBody());
  function = gpu::GPUFuncOp::create(device, loc, name,
                                    device.getFunctionType(types, {}));
  function->setAttr(gpu::GPUDialect::getKernelFuncAttrName(),
                    device.getUnitAttr());
  function.setKnownBlockSizeAttr(
      device.getDenseI32ArrayAttr({int32_t(numThreads), 1, 1}));
}

Value DeviceLaunch::addSharedMemory(Type type) {
  Value memory = function.addWorkgroupAttribution(type, loc);
  function.setWorkgroupAttributionAttr(
      function.getNumWorkgroupAttributions() - 1, kMemoryAlignName,
      device.getI64IntegerAttr(16));
  return memory;
}

LogicalResult DeviceLaunch::begin(ArrayRef<Value> used, int64_t threads) {
  for (Value value : used)
    if (failed(collect(value)))
      return failure();
  numThreads = threads;
  createFunction();
  Block &entry = function.getBody().front();
  device.setInsertionPointToEnd(&entry);
  gpu::ReturnOp::create(device, loc);
  device.setInsertionPoint(entry.getTerminator());
  for (auto [i, size] : llvm::enumerate(sizes))
    mapping.map(size, entry.getArgument(buffers.size() + i));
  for (auto [i, buffer] : llvm::enumerate(buffers))
    restore(buffer, entry.getArgument(i));
  for (Operation *op : repeated)
    device.clone(*op, mapping);
  return success();
}

LogicalResult DeviceLaunch::finish(Value groups) {
  // Tasks within a task are done one after the other.
  IRRewriter rewriter(device);
  SmallVector<scf::ForallOp> inner;
  function.walk([&](scf::ForallOp op) { inner.push_back(op); });
  for (scf::ForallOp op : inner) {
    rewriter.setInsertionPoint(op);
    if (failed(scf::forallToForLoop(rewriter, op)))
      return failure();
  }
  SmallVector<Value> operands;
  for (Value buffer : buffers)
    operands.push_back(flatten(buffer));
  operands.append(sizes);
  Value one = arith::ConstantIndexOp::create(host, loc, 1);
  Value group = arith::ConstantIndexOp::create(host, loc, numThreads);
  gpu::LaunchFuncOp::create(
      host, loc, function, gpu::KernelDim3{groups, one, one},
      gpu::KernelDim3{group, one, one}, Value(), operands);
  return success();
}

//===- Weights.cpp - The constants of a model, as bytes -------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "codegen/Weights.h"
#include "dialects/plan/PlanAttrs.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/SwapByteOrder.h"
#include <algorithm>

using namespace mlir;

namespace onnxc {

/// Bits of a scalar, the part of a complex number; 0 for none.
static unsigned getScalarBits(Type type) {
  if (auto complex = dyn_cast<ComplexType>(type))
    type = complex.getElementType();
  if (type.isIndex())
    return 64;
  return type.isIntOrFloat() ? type.getIntOrFloatBitWidth() : 0;
}

static uint64_t getScalarBytes(Type type) {
  return llvm::divideCeil(getScalarBits(type), 8);
}

std::optional<uint64_t> getBlobBytes(ElementsAttr value) {
  Type type = value.getElementType();
  if (getScalarBits(type) == 0)
    return std::nullopt;
  uint64_t parts = isa<ComplexType>(type) ? 2 : 1;
  return value.getNumElements() * parts * getScalarBytes(type);
}

static void writeScalar(const APInt &bits, bool isSigned, bool bigEndian,
                        raw_ostream &os) {
  unsigned bytes = llvm::divideCeil(bits.getBitWidth(), 8);
  APInt wide =
      isSigned ? bits.sextOrTrunc(bytes * 8) : bits.zextOrTrunc(bytes * 8);
  for (unsigned i = 0; i < bytes; ++i) {
    unsigned byte = bigEndian ? bytes - 1 - i : i;
    os << char(wide.extractBitsAsZExtValue(8, byte * 8));
  }
}

/// Elements of `size` bytes, each swapped when told.
static void writeRaw(ArrayRef<char> data, uint64_t size, bool swap,
                     raw_ostream &os) {
  if (!swap || size == 1) {
    // In pieces: raw_fd_ostream would copy small ones only, but a terminal or
    // a full disk shows sooner.
    constexpr size_t piece = 16 << 20;
    for (size_t at = 0; at < data.size(); at += piece)
      os.write(data.data() + at, std::min(piece, data.size() - at));
    return;
  }
  for (size_t at = 0; at < data.size(); at += size)
    for (uint64_t i = 0; i < size; ++i)
      os << data[at + size - 1 - i];
}

static LogicalResult writeElements(ElementsAttr value, bool bigEndian,
                                   raw_ostream &os) {
  Type type = value.getElementType();
  // Unsigned and float bits are not extended by their sign.
  bool isSigned = type.isSignlessInteger() && !type.isInteger(1);
  if (type.isSignedInteger())
    isSigned = true;
  if (isa<ComplexType>(type)) {
    auto range = value.tryGetValues<std::complex<APFloat>>();
    if (!range)
      return failure();
    for (std::complex<APFloat> number : *range) {
      writeScalar(number.real().bitcastToAPInt(), false, bigEndian, os);
      writeScalar(number.imag().bitcastToAPInt(), false, bigEndian, os);
    }
    return success();
  }
  if (isa<FloatType>(type)) {
    auto range = value.tryGetValues<APFloat>();
    if (!range)
      return failure();
    for (const APFloat &number : *range)
      writeScalar(number.bitcastToAPInt(), false, bigEndian, os);
    return success();
  }
  auto range = value.tryGetValues<APInt>();
  if (!range)
    return failure();
  for (const APInt &number : *range)
    writeScalar(number, isSigned, bigEndian, os);
  return success();
}

LogicalResult writeBlob(ElementsAttr value, bool bigEndian, raw_ostream &os) {
  std::optional<uint64_t> bytes = getBlobBytes(value);
  if (!bytes)
    return failure();
  Type type = value.getElementType();
  unsigned bits = getScalarBits(type);
  uint64_t size = getScalarBytes(type);
  bool wholeBytes = bits % 8 == 0;

  if (auto resource = dyn_cast<DenseResourceElementsAttr>(value)) {
    // A resource holds what the convention says, little-endian.
    AsmResourceBlob *blob = resource.getRawHandle().getBlob();
    if (!blob || blob->getData().size() != *bytes)
      return failure();
    writeRaw(blob->getData(), size, bigEndian, os);
    return success();
  }
  auto dense = dyn_cast<DenseElementsAttr>(value);
  if (dense && wholeBytes && !dense.isSplat()) {
    // Raw data is in the host's order.
    writeRaw(dense.getRawData(), size, bigEndian != llvm::sys::IsBigEndianHost,
             os);
    return success();
  }
  if (dense && wholeBytes && dense.isSplat()) {
    std::string one;
    llvm::raw_string_ostream oneStream(one);
    writeRaw(dense.getRawData(), size, bigEndian != llvm::sys::IsBigEndianHost,
             oneStream);
    std::string many;
    while (many.size() < 4096)
      many += one;
    for (uint64_t left = *bytes; left;) {
      uint64_t piece = std::min<uint64_t>(left, many.size());
      os.write(many.data(), piece);
      left -= piece;
    }
    return success();
  }
  return writeElements(value, bigEndian, os);
}

/// readWeights() takes no entry without a size.
static uint64_t getBytes(const WeightsBlob::Entry &entry) {
  std::optional<uint64_t> bytes = getBlobBytes(entry.value);
  assert(bytes && "an entry of unknown size");
  return bytes.value_or(0);
}

LogicalResult WeightsBlob::write(bool bigEndian, raw_ostream &os) const {
  uint64_t at = 0;
  for (const Entry &entry : entries) {
    if (entry.offset < at)
      return failure();
    os.write_zeros(entry.offset - at);
    if (failed(writeBlob(entry.value, bigEndian, os)))
      return failure();
    at = entry.offset + getBytes(entry);
  }
  os.write_zeros(totalBytes - at);
  return success();
}

FailureOr<WeightsBlob> readWeights(ModuleOp module) {
  WeightsBlob blob;
  auto list = plan::attrs::Weights::get(module);
  if (!list)
    return blob;
  for (auto weight : list.getAsRange<plan::WeightAttr>()) {
    ElementsAttr value = weight.getValue();
    if (!getBlobBytes(value))
      return emitError(module.getLoc())
             << "constants of type " << value.getElementType()
             << " cannot be weights";
    blob.entries.push_back({uint64_t(weight.getOffset()), value});
  }
  // Empty ones before the one that begins at the same place.
  llvm::sort(blob.entries,
             [](const WeightsBlob::Entry &a, const WeightsBlob::Entry &b) {
               return std::make_pair(a.offset, getBytes(a)) <
                      std::make_pair(b.offset, getBytes(b));
             });
  for (const WeightsBlob::Entry &entry : blob.entries) {
    if (entry.offset < blob.totalBytes)
      return emitError(module.getLoc())
             << "weights overlap at " << entry.offset;
    blob.totalBytes = entry.offset + getBytes(entry);
  }
  // Constants without elements have an address too.
  if (!blob.entries.empty())
    blob.totalBytes = std::max<uint64_t>(blob.totalBytes, 1);
  blob.totalBytes = llvm::alignTo(blob.totalBytes, weightsAlignment);
  return blob;
}

} // namespace onnxc

//===- ObjectFacts.cpp - What a finished object needs ---------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "codegen/ObjectFacts.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/BinaryFormat/ELF.h"
#include "llvm/Object/ELFObjectFile.h"
#include "llvm/Object/ObjectFile.h"
#include "llvm/Object/SymbolSize.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace llvm;

namespace onnxc {

Expected<ObjectFacts> readObjectFacts(StringRef file) {
  auto buffer = MemoryBuffer::getFile(file, /*IsText=*/false,
                                      /*RequiresNullTerminator=*/false);
  if (!buffer)
    return createStringError("cannot read '" + file.str() +
                             "': " + buffer.getError().message());
  return readObjectFacts((*buffer)->getMemBufferRef());
}

static Error readFunctions(const object::ObjectFile &object,
                           ObjectFacts &facts) {
  for (const auto &[symbol, size] : object::computeSymbolSizes(object)) {
    Expected<object::SymbolRef::Type> type = symbol.getType();
    Expected<StringRef> name = symbol.getName();
    if (!type || !name)
      return joinErrors(type.takeError(), name.takeError());
    if (*type == object::SymbolRef::ST_Function && size)
      facts.functions.emplace_back(name->str(), size);
  }
  return Error::success();
}

Expected<ObjectFacts> readObjectFacts(MemoryBufferRef content) {
  auto binary = object::ObjectFile::createObjectFile(content);
  if (!binary)
    return binary.takeError();
  object::ObjectFile &object = **binary;
  ObjectFacts facts;
  for (const object::SectionRef &section : object.sections()) {
    if (section.isText()) {
      facts.codeBytes += section.getSize();
      continue;
    }
    if (!object.isELF()) {
      if (section.isData())
        facts.constantBytes += section.getSize();
      continue;
    }
    uint64_t flags = object::ELFSectionRef(section).getFlags();
    if (!(flags & ELF::SHF_ALLOC))
      continue;
    if (flags & ELF::SHF_WRITE)
      facts.writableBytes += section.getSize();
    else
      facts.constantBytes += section.getSize();
  }
  for (const object::SymbolRef &symbol : object.symbols()) {
    Expected<uint32_t> flags = symbol.getFlags();
    Expected<StringRef> name = symbol.getName();
    if (!flags || !name)
      return joinErrors(flags.takeError(), name.takeError());
    if (*flags & object::SymbolRef::SF_Undefined && !name->empty())
      facts.undefined.push_back(name->str());
  }
  llvm::sort(facts.undefined);
  if (Error error = readFunctions(object, facts))
    return std::move(error);
  return facts;
}

Error checkFreestanding(const ObjectFacts &facts,
                        const StringSet<> &functions) {
  static const StringSet<> supplied = {
      "memcpy", "memmove", "memset", "memcmp",
      "sqrtf",  "sqrt",    "fmod",   "onnxc_cpu_features"};
  std::string wanted;
  for (StringRef name : facts.undefined)
    if (!name.starts_with("__") && !supplied.contains(name) &&
        !functions.contains(name))
      wanted += (wanted.empty() ? "'" : ", '") + name.str() + "'";
  if (wanted.empty())
    return Error::success();
  return createStringError(
      "--freestanding: the code calls " + wanted +
      " of the C library, which the runtime's core does not have (compile "
      "without --freestanding and link -lm)");
}

} // namespace onnxc

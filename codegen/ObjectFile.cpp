//===- ObjectFile.cpp - Objects, archives and shared libraries ------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "codegen/ObjectFile.h"
#include "lld/Common/Driver.h"
#include "llvm/BinaryFormat/ELF.h"
#include "llvm/Object/Archive.h"
#include "llvm/Object/ArchiveWriter.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/SwapByteOrder.h"
#include "llvm/TargetParser/Host.h"
#include <cstring>

LLD_HAS_DRIVER(elf)

using namespace llvm;

namespace onnxc {

namespace {

/// One width of ELF.
struct Elf32 {
  using Header = ELF::Elf32_Ehdr;
  using Section = ELF::Elf32_Shdr;
  using Symbol = ELF::Elf32_Sym;
};
struct Elf64 {
  using Header = ELF::Elf64_Ehdr;
  using Section = ELF::Elf64_Shdr;
  using Symbol = ELF::Elf64_Sym;
};

} // namespace

template <typename T> static void swapField(T &value) {
  value = llvm::byteswap(value);
}

/// File: header, weights, names, symbols, section headers.
template <typename Elf>
static Error writeElf(const WeightsBlob &weights, StringRef symbolName,
                      StringRef section, StringRef like, raw_ostream &os) {
  typename Elf::Header header, likeHeader;
  if (like.size() < sizeof(header))
    return createStringError("the object is truncated");
  std::memcpy(&likeHeader, like.data(), sizeof(header));
  bool bigEndian = likeHeader.e_ident[ELF::EI_DATA] == ELF::ELFDATA2MSB;
  bool swap = bigEndian != sys::IsBigEndianHost;
  auto field = [&](auto &to, auto value) {
    to = value;
    if (swap)
      swapField(to);
  };

  bool large = weights.totalBytes > (uint64_t(1) << 30);
  bool isX86 =
      likeHeader.e_machine == (swap ? llvm::byteswap(uint16_t(ELF::EM_X86_64))
                                    : uint16_t(ELF::EM_X86_64));
  StringRef sectionName = !section.empty() ? section
                          : large && isX86 ? ".lrodata.onnxc_weights"
                                           : ".rodata.onnxc_weights";
  std::string sectionNames("\0.symtab\0.strtab\0.note.GNU-stack\0", 33);
  size_t weightsNameAt = sectionNames.size();
  sectionNames += sectionName.str() + '\0';
  std::string symbolNames = '\0' + symbolName.str() + '\0';

  uint64_t dataAt = alignTo(sizeof(header), weightsAlignment);
  uint64_t namesAt = dataAt + weights.totalBytes;
  uint64_t symbolNamesAt = namesAt + sectionNames.size();
  uint64_t symbolsAt = alignTo(symbolNamesAt + symbolNames.size(), 8);
  uint64_t sectionsAt = symbolsAt + 2 * sizeof(typename Elf::Symbol);
  if (sizeof(likeHeader.e_shoff) == 4 && sectionsAt > UINT32_MAX)
    return createStringError("the weights do not fit into a 32-bit object");

  header = likeHeader;
  field(header.e_type, uint16_t(ELF::ET_REL));
  field(header.e_shoff, sectionsAt);
  field(header.e_shentsize, sizeof(typename Elf::Section));
  field(header.e_shnum, 6);
  field(header.e_shstrndx, 5);
  os.write(reinterpret_cast<char *>(&header), sizeof(header));
  os.write_zeros(dataAt - sizeof(header));
  if (failed(weights.write(bigEndian, os)))
    return createStringError("a weight could not be written");
  os << sectionNames << symbolNames;
  os.write_zeros(symbolsAt - symbolNamesAt - symbolNames.size());

  typename Elf::Symbol symbols[2];
  std::memset(symbols, 0, sizeof(symbols));
  field(symbols[1].st_name, 1);
  symbols[1].st_info = ELF::STB_GLOBAL << 4 | ELF::STT_OBJECT;
  symbols[1].st_other = ELF::STV_HIDDEN;
  field(symbols[1].st_shndx, 1);
  field(symbols[1].st_size, weights.totalBytes);
  os.write(reinterpret_cast<char *>(symbols), sizeof(symbols));

  typename Elf::Section sections[6];
  std::memset(sections, 0, sizeof(sections));
  auto addSection = [&](unsigned i, size_t name, unsigned type, uint64_t at,
                        uint64_t size, uint64_t align) {
    field(sections[i].sh_name, name);
    field(sections[i].sh_type, type);
    field(sections[i].sh_offset, at);
    field(sections[i].sh_size, size);
    field(sections[i].sh_addralign, align);
  };
  addSection(1, weightsNameAt, ELF::SHT_PROGBITS, dataAt, weights.totalBytes,
             weightsAlignment);
  field(sections[1].sh_flags,
        ELF::SHF_ALLOC | (large && isX86 ? ELF::SHF_X86_64_LARGE : 0));
  addSection(2, 17, ELF::SHT_PROGBITS, namesAt, 0, 1); // .note.GNU-stack
  addSection(3, 1, ELF::SHT_SYMTAB, symbolsAt, sizeof(symbols), 8);
  field(sections[3].sh_link, 4);
  field(sections[3].sh_info, 1);
  field(sections[3].sh_entsize, sizeof(typename Elf::Symbol));
  addSection(4, 9, ELF::SHT_STRTAB, symbolNamesAt, symbolNames.size(), 1);
  addSection(5, 9, ELF::SHT_STRTAB, namesAt, sectionNames.size(), 1);
  os.write(reinterpret_cast<char *>(sections), sizeof(sections));
  return Error::success();
}

Error writeWeightsObject(const WeightsBlob &weights, StringRef symbol,
                         StringRef section, StringRef like, raw_ostream &os) {
  if (!like.starts_with("\x7f"
                        "ELF"))
    return createStringError("the object is not in ELF");
  return like[ELF::EI_CLASS] == ELF::ELFCLASS64
             ? writeElf<Elf64>(weights, symbol, section, like, os)
             : writeElf<Elf32>(weights, symbol, section, like, os);
}

/// Runs lld and keeps its words for the error.
static Error runLld(ArrayRef<std::string> args) {
  SmallVector<const char *> pointers;
  for (const std::string &arg : args)
    pointers.push_back(arg.c_str());
  std::string output, errors;
  raw_string_ostream outputStream(output), errorStream(errors);
  lld::Result result = lld::lldMain(pointers, outputStream, errorStream,
                                    {{lld::Gnu, &lld::elf::link}});
  if (result.retCode == 0)
    return Error::success();
  return createStringError("linking failed: " + errors);
}

Error mergeObjects(ArrayRef<std::string> objects, StringRef output) {
  SmallVector<std::string> args = {"ld.lld", "-r", "-o", output.str()};
  args.append(objects.begin(), objects.end());
  return runLld(args);
}

Error writeArchive(StringRef object, StringRef member, raw_ostream &os) {
  auto buffer = MemoryBuffer::getFile(object, /*IsText=*/false,
                                      /*RequiresNullTerminator=*/false);
  if (!buffer)
    return createStringError("cannot read '" + object.str() +
                             "': " + buffer.getError().message());
  NewArchiveMember entry((*buffer)->getMemBufferRef());
  entry.MemberName = member;
  // Into memory: the writer to files ends the program when a disk is full.
  auto archive = writeArchiveToBuffer(
      {std::move(entry)}, SymtabWritingMode::NormalSymtab,
      object::Archive::K_GNU, /*Deterministic=*/true, /*Thin=*/false);
  if (!archive)
    return archive.takeError();
  os << (*archive)->getBuffer();
  return Error::success();
}

/// Links with the C library of this machine and its mathematics, where they
/// define all that the object calls. That is quicker than the machine's
/// compiler, which knows other places and what an application may define.
static bool linkWithCLibrary(StringRef object, StringRef output) {
  Triple host(sys::getProcessTriple());
  std::string multiarch = (host.getArchName() + "-linux-gnu").str();
  for (const std::string &folder :
       {"/lib/" + multiarch, std::string("/lib64"), "/usr/lib/" + multiarch,
        std::string("/usr/lib64")}) {
    std::string math = folder + "/libm.so.6", c = folder + "/libc.so.6";
    if (!sys::fs::exists(math) || !sys::fs::exists(c))
      continue;
    if (Error error = runLld({"ld.lld", "-shared", "--eh-frame-hdr", "-z",
                              "defs", "--as-needed", "-o", output.str(),
                              object.str(), math, c})) {
      consumeError(std::move(error));
      return false;
    }
    return true;
  }
  return false;
}

Error linkShared(StringRef object, const Triple &triple, StringRef output) {
  Triple host(sys::getProcessTriple());
  bool native =
      host.getArch() == triple.getArch() && host.getOS() == triple.getOS();
  if (native && host.isOSLinux() && linkWithCLibrary(object, output))
    return Error::success();
  ErrorOr<std::string> compiler = sys::findProgramByName("cc");
  for (const char *name : {"clang-22", "clang", "gcc"})
    if (!compiler)
      compiler = sys::findProgramByName(name);
  if (!compiler || !native)
    return runLld({"ld.lld", "-shared", "-o", output.str(), object.str()});

  SmallString<64> errors;
  if (std::error_code code =
          sys::fs::createTemporaryFile("onnxc-link", "txt", errors))
    return createStringError("cannot make a temporary file: " + code.message());
  std::string why;
  std::optional<StringRef> redirects[] = {StringRef(""), errors.str(),
                                          errors.str()};
  int result = sys::ExecuteAndWait(*compiler,
                                   {*compiler, "-shared", "-Wl,--build-id=none",
                                    "-o", output, object, "-lm"},
                                   std::nullopt, redirects, 0, 0, &why);
  std::string said;
  if (auto buffer = MemoryBuffer::getFile(errors))
    said = (*buffer)->getBuffer().str();
  (void)sys::fs::remove(errors);
  if (result == 0)
    return Error::success();
  return createStringError("linking with '" + *compiler +
                           "' failed: " + (why.empty() ? said : why));
}

} // namespace onnxc

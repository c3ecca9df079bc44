//===- ZipFile.cpp - Zip archives as NumPy writes them --------------------===//
//
// Members are stored or deflated, with 64-bit sizes where needed; no
// encryption, no several disks.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/onnxc-run/TensorFiles.h"
#include "llvm/Support/Endian.h"
#include <zlib.h>

using namespace llvm;
using namespace llvm::support::endian;

namespace onnxc::run {

namespace {
struct Entry {
  std::string name;
  unsigned method = 0;
  uint64_t packed = 0, size = 0, offset = 0;
};
} // namespace

static Error malformed(const Twine &what) {
  return createStringError("malformed .npz: " + what);
}

/// The 64-bit fields stand in this order, each only where its 32-bit one is
/// all ones.
static bool applyZip64(StringRef extra, Entry &entry) {
  while (extra.size() >= 4) {
    unsigned id = read16le(extra.data());
    size_t length = read16le(extra.data() + 2);
    extra = extra.drop_front(4);
    if (length > extra.size())
      return false;
    StringRef fields = extra.take_front(length);
    extra = extra.drop_front(length);
    if (id != 1)
      continue;
    for (uint64_t *value : {&entry.size, &entry.packed, &entry.offset}) {
      if (*value != 0xffffffffu)
        continue;
      if (fields.size() < 8)
        return false;
      *value = read64le(fields.data());
      fields = fields.drop_front(8);
    }
  }
  return true;
}

static Expected<std::string> inflateRaw(StringRef packed, uint64_t size) {
  // Deflate makes at most about 1032 bytes of one.
  if (size / 1040 > packed.size() + 1 || size > UINT32_MAX ||
      packed.size() > UINT32_MAX)
    return malformed("implausible size");
  std::string result(size, '\0');
  z_stream stream = {};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK)
    return createStringError("zlib cannot be initialised");
  stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef *>(result.data());
  stream.avail_out = static_cast<uInt>(size);
  int status = inflate(&stream, Z_FINISH);
  bool complete = status == Z_STREAM_END && stream.total_out == size;
  inflateEnd(&stream);
  if (!complete)
    return malformed("broken compressed data");
  return result;
}

static Expected<std::string> contentOf(StringRef bytes, const Entry &entry) {
  // The local header repeats the name and has extra fields of its own.
  if (entry.offset > bytes.size() || bytes.size() - entry.offset < 30)
    return malformed("an entry lies outside the file");
  StringRef local = bytes.drop_front(entry.offset);
  if (!local.starts_with("PK\3\4"))
    return malformed("an entry has no header");
  size_t skip = 30 + read16le(local.data() + 26) + read16le(local.data() + 28);
  if (skip > local.size() || entry.packed > local.size() - skip)
    return malformed("truncated");
  StringRef packed = local.substr(skip, entry.packed);
  if (entry.method == 8)
    return inflateRaw(packed, entry.size);
  if (entry.method != 0)
    return malformed("compression method " + Twine(entry.method));
  return packed.str();
}

Expected<std::vector<std::pair<std::string, std::string>>>
parseZip(StringRef bytes) {
  size_t end = bytes.rfind("PK\5\6");
  if (end == StringRef::npos || bytes.size() - end < 22)
    return malformed("no directory");
  uint64_t at = read32le(bytes.data() + end + 16);
  uint64_t count = read16le(bytes.data() + end + 10);
  if (at == 0xffffffffu || count == 0xffffu) {
    size_t end64 = bytes.rfind("PK\6\6");
    if (end64 == StringRef::npos || bytes.size() - end64 < 56)
      return malformed("no directory");
    count = read64le(bytes.data() + end64 + 32);
    at = read64le(bytes.data() + end64 + 48);
  }
  std::vector<std::pair<std::string, std::string>> files;
  for (; count > 0; --count) {
    if (at > bytes.size() || bytes.size() - at < 46)
      return malformed("truncated directory");
    StringRef record = bytes.drop_front(at);
    if (!record.starts_with("PK\1\2"))
      return malformed("broken directory");
    Entry entry;
    entry.method = read16le(record.data() + 10);
    entry.packed = read32le(record.data() + 20);
    entry.size = read32le(record.data() + 24);
    entry.offset = read32le(record.data() + 42);
    size_t name = read16le(record.data() + 28);
    size_t extra = read16le(record.data() + 30);
    size_t comment = read16le(record.data() + 32);
    if (46 + name + extra + comment > record.size())
      return malformed("truncated directory");
    entry.name = record.substr(46, name).str();
    if (read16le(record.data() + 8) & 1)
      return malformed("encrypted");
    if (!applyZip64(record.substr(46 + name, extra), entry))
      return malformed("broken directory");
    Expected<std::string> content = contentOf(bytes, entry);
    if (!content)
      return content.takeError();
    files.emplace_back(std::move(entry.name), std::move(*content));
    at += 46 + name + extra + comment;
  }
  return files;
}

} // namespace onnxc::run

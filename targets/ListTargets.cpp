//===- ListTargets.cpp - What --list-targets prints -----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "targets/TargetNames.h"
#include "llvm/ADT/StringExtras.h"

using namespace llvm;
using namespace onnxc;

static void printFamilies(raw_ostream &os) {
  for (const TargetFamily &family : getTargetFamilies()) {
    os << left_justify(family.name, 10) << family.summary << "\n";
    for (const TargetName &name : family.names)
      os << "  --target=" << left_justify(name.name, 14)
         << left_justify(name.triple, 30) << name.cpus << "\n";
  }
  os << "\nA name of --target, its triple, and some of the CPUs for -mcpu. "
        "Any triple of LLVM\nmay be given; --list-targets --target=NAME prints "
        "all CPUs and features of one.\n";
}

/// Names in lines of at most 80 columns.
template <typename Row>
static void printColumns(ArrayRef<Row> rows, raw_ostream &os) {
  size_t column = 0;
  for (const Row &row : rows) {
    StringRef name(row.Key);
    if (column == 0 || column + 1 + name.size() > 80) {
      os << (column ? "\n" : "") << " ";
      column = 1;
    }
    os << " " << name;
    column += 1 + name.size();
  }
  os << "\n";
}

Error onnxc::printTargets(StringRef target, raw_ostream &os) {
  if (target.empty()) {
    printFamilies(os);
    return Error::success();
  }
  Triple triple = getTriple(target);
  auto known = createSubtargetInfo(triple, target);
  if (!known)
    return known.takeError();
  os << triple.str() << "\nCPUs (-mcpu):\n";
  printColumns((*known)->getAllProcessorDescriptions(), os);
  os << "features (-mattr=+NAME,-NAME):\n";
  printColumns((*known)->getAllProcessorFeatures(), os);
  return Error::success();
}

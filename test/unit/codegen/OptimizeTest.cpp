//===- OptimizeTest.cpp - What LLVM may not do ----------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "codegen/Optimize.h"
#include "targets/Target.h"
#include "llvm/AsmParser/Parser.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/Support/SourceMgr.h"
#include <catch2/catch.hpp>

using namespace llvm;

/// A sum of products, each divided by another power of two, as an arena's size
/// is one.
static std::string writeSum(StringRef type) {
  std::string text;
  raw_string_ostream os(text);
  os << "define " << type << " @sum(" << type << " %a, " << type << " %b) {\n";
  std::string sum = "0";
  for (int i = 0; i < 8; ++i) {
    std::string n = std::to_string(i);
    os << "  %s" << n << " = sub nsw " << type << " %b, " << i << "\n  %p" << n
       << " = mul nsw " << type << " %a, %s" << n << "\n  %q" << n << " = sdiv "
       << type << " %p" << n << ", " << (8 << (i % 4)) << "\n  %t" << n
       << " = add nsw " << type << " " << sum << ", %q" << n << "\n";
    sum = "%t" + n;
  }
  os << "  ret " << type << " " << sum << "\n}\n";
  return text;
}

static std::string optimizeSum(StringRef type) {
  Expected<onnxc::Target> target =
      onnxc::resolveTarget("x86_64-linux-gnu", "x86-64-v4", "");
  REQUIRE(static_cast<bool>(target));
  LLVMContext context;
  SMDiagnostic error;
  auto module = parseAssemblyString(writeSum(type), error, context);
  REQUIRE(module);
  auto machine = target->createTargetMachine(CodeGenOptLevel::Default);
  module->setDataLayout(machine->createDataLayout());
  module->setTargetTriple(target->triple);
  onnxc::optimize(*module, *target, *machine, 2);
  std::string text;
  raw_string_ostream os(text);
  module->print(os, nullptr);
  return text;
}

TEST_CASE("functions of integers of 128 bits are not vectorised") {
  // LLVM's code for such vectors is wrong on AVX-512.
  std::string wide = optimizeSum("i128"), narrow = optimizeSum("i64");
  CHECK(wide.find("noimplicitfloat") != std::string::npos);
  CHECK(wide.find("x i128>") == std::string::npos);
  CHECK(narrow.find("noimplicitfloat") == std::string::npos);
  CHECK(narrow.find("x i64>") != std::string::npos);
}

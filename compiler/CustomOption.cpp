//===- CustomOption.cpp - The option --custom-op --------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/CustomOption.h"
#include "codegen/Identifier.h"
#include "dialects/onnx/CustomRule.h"
#include "llvm/Analysis/TargetLibraryInfo.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace llvm;

namespace onnxc {

static Error bad(StringRef text, const Twine &why) {
  return createStringError("--custom-op '" + text + "': " + why);
}

Error addCustomOperator(Options &options, StringRef text) {
  auto [name, call] = text.split('=');
  auto [domain, type] = name.rsplit("::");
  CustomOperator custom;
  custom.domain = domain.trim().str();
  custom.name = type.trim().str();
  auto [function, rules] = call.split(':');
  custom.function = function.trim().str();
  if (custom.domain.empty() || custom.name.empty() || custom.function.empty())
    return bad(text, "DOMAIN::NAME=FUNCTION is wanted, and behind it "
                     "`:same-as-input-0` or another rule where the model does "
                     "not state what the operator gives");
  if (isOnnxDomain(custom.domain))
    return bad(text, "an operator of ONNX itself is not computed by a function "
                     "of the application");
  if (makeIdentifier(custom.function) != custom.function)
    return bad(text, "'" + custom.function +
                         "' is no identifier that C leaves to applications");
  if (call.contains(':'))
    for (StringRef rule : onnx::CustomRule::split(rules)) {
      if (auto parsed = onnx::CustomRule::parse(rule); !parsed)
        return bad(text, toString(parsed.takeError()));
      custom.rules.push_back(rule.str());
    }
  for (const CustomOperator &other : options.import.customOperators)
    if (other.str() == custom.str())
      return bad(text, "the operator is given twice");
  options.import.customOperators.push_back(std::move(custom));
  return Error::success();
}

Error addCustomOperators(Options &options, StringRef file) {
  auto buffer = MemoryBuffer::getFile(file, /*IsText=*/true);
  if (!buffer)
    return createStringError("--custom-op-file: cannot read '" + file +
                             "': " + buffer.getError().message());
  for (StringRef line : llvm::split((*buffer)->getBuffer(), '\n')) {
    line = line.split('#').first.trim();
    if (line.empty())
      continue;
    if (Error error = addCustomOperator(options, line))
      return error;
  }
  return Error::success();
}

Error checkCustomFunctions(const Options &options) {
  TargetLibraryInfoImpl library{Triple("x86_64-linux-gnu")};
  const auto &operators = options.import.customOperators;
  for (const CustomOperator &custom : operators) {
    StringRef function = custom.function;
    auto taken = [&](const Twine &why) {
      return createStringError("--custom-op " + custom.str() + ": '" +
                               function + "' " + why);
    };
    LibFunc known;
    if (library.getLibFunc(function, known))
      return taken("is a function of the C library; choose another name");
    if (function.starts_with("onnxc_"))
      return taken("begins as the runtime's names do; choose another name");
    if (function == options.prefix ||
        function.starts_with(options.prefix + "_"))
      return taken("begins as the model's own names do; choose another name, "
                   "or another --prefix");
    for (const CustomOperator &other : operators)
      if (function == other.function + "_shape")
        return taken("would be the function that tells sizes for '" +
                     other.function + "'; choose another name");
  }
  return Error::success();
}

} // namespace onnxc

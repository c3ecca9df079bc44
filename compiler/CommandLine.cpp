//===- CommandLine.cpp - The options of onnxc -----------------------------===//
//
// A table of our own rather than llvm::cl, whose global options (LLVM's
// libraries have hundreds, `stop-after` among them) would clash with ours.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Options.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace onnxc {

namespace {

/// How an option takes its value.
enum class Form {
  Flag,     // -g
  Joined,   // -O2
  Equals,   // --emit=obj
  Separate, // -o FILE
  Either    // --dim n=1, --dim=n=1
};

struct OptionRow {
  const char *name;
  const char *value;
  Form form;
  bool common; // in --help, not only in --help-all
  const char *help;
  Error (*set)(Options &options, StringRef value);
};

} // namespace

static Error bad(const Twine &message) { return createStringError(message); }

/// Splits at the last '=': names of the model may hold some.
static Error splitName(StringRef text, StringRef option, StringRef &name,
                       StringRef &value) {
  std::tie(name, value) = text.rsplit('=');
  if (name.empty() || value.empty() || !text.contains('='))
    return bad(option + " wants NAME=VALUE, not '" + text + "'");
  return Error::success();
}

static Error setDim(Options &options, StringRef text) {
  StringRef name, value;
  if (Error error = splitName(text, "--dim", name, value))
    return error;
  DimBinding binding;
  if (value.contains("..")) {
    auto [low, high] = value.split("..");
    if (low.getAsInteger(10, binding.min) ||
        (!high.empty() && high.getAsInteger(10, binding.max)) ||
        binding.min < 0 || (!high.empty() && binding.max < binding.min))
      return bad("--dim wants NAME=LOW..HIGH with 0 <= LOW <= HIGH, not '" +
                 text + "'");
  } else {
    if (value.getAsInteger(10, binding.min) || binding.min < 0)
      return bad("--dim wants NAME=N or NAME=LOW..HIGH, not '" + text + "'");
    binding.max = binding.min;
  }
  for (const auto &[known, other] : options.import.dims)
    if (known == name)
      return bad("--dim gives '" + name + "' twice");
  options.import.dims.push_back({name.str(), binding});
  return Error::success();
}

static Error setShape(Options &options, StringRef text) {
  StringRef name, value;
  if (Error error = splitName(text, "--shape", name, value))
    return error;
  SmallVector<int64_t> shape;
  SmallVector<StringRef> sizes;
  // `scalar` for rank 0.
  if (value != "scalar")
    value.split(sizes, value.contains(',') ? ',' : 'x');
  for (StringRef size : sizes) {
    int64_t number = mlir::ShapedType::kDynamic;
    if (size != "?" && (size.getAsInteger(10, number) || number < 0))
      return bad("--shape wants NAME=1x3x224x224 ('?' leaves a size as it is), "
                 "not '" +
                 text + "'");
    shape.push_back(number);
  }
  options.import.shapes.push_back({name.str(), shape});
  return Error::success();
}

template <typename T>
static Error choose(StringRef option, StringRef value, T &result,
                    ArrayRef<std::pair<StringRef, T>> choices) {
  std::string names;
  for (const auto &[name, choice] : choices) {
    if (value == name) {
      result = choice;
      return Error::success();
    }
    names += (names.empty() ? "" : ", ") + name.str();
  }
  return bad(option + " is one of " + names + ", not '" + value + "'");
}

static const OptionRow rows[] = {
    {"-o", "FILE", Form::Separate, true, "write to FILE",
     [](Options &o, StringRef v) -> Error {
       o.output = v.str();
       return Error::success();
     }},
    {"--emit", "KIND", Form::Equals, true,
     "obj (the default, and a header), archive, shared, asm, llvm, mlir, "
     "header",
     [](Options &o, StringRef v) -> Error {
       return choose<EmitKind>("--emit", v, o.emit,
                               {{"obj", EmitKind::Object},
                                {"archive", EmitKind::Archive},
                                {"shared", EmitKind::Shared},
                                {"asm", EmitKind::Assembly},
                                {"llvm", EmitKind::LLVMIR},
                                {"mlir", EmitKind::MLIR},
                                {"header", EmitKind::Header}});
     }},
    {"--stop-after", "PHASE", Form::Equals, true,
     "with --emit=mlir: import, graph, tensor, memory or code",
     [](Options &o, StringRef v) -> Error {
       return choose<Phase>("--stop-after", v, o.stopAfter,
                            {{"import", Phase::Import},
                             {"graph", Phase::Graph},
                             {"tensor", Phase::Tensor},
                             {"memory", Phase::Memory},
                             {"code", Phase::Code}});
     }},
    {"-O", "0..3", Form::Joined, true, "how much to optimise; -O2 unless told",
     [](Options &o, StringRef v) -> Error {
       if (v.size() != 1 || v[0] < '0' || v[0] > '3')
         return bad("-O0, -O1, -O2 and -O3 are known, not '-O" + v + "'");
       o.optLevel = v[0] - '0';
       return Error::success();
     }},
    {"-mcpu", "CPU", Form::Equals, true,
     "compile for a CPU; native (this machine's) is the default",
     [](Options &o, StringRef v) -> Error {
       o.cpu = v.str();
       return Error::success();
     }},
    {"-mattr", "LIST", Form::Equals, false,
     "more or fewer instruction sets: +avx2,-fma",
     [](Options &o, StringRef v) -> Error {
       o.features = v.str();
       return Error::success();
     }},
    {"--target", "TRIPLE", Form::Equals, true,
     "compile for another machine: aarch64-linux-gnu",
     [](Options &o, StringRef v) -> Error {
       o.triple = v.str();
       return Error::success();
     }},
    {"--list-targets", "", Form::Flag, false, "print the targets and leave",
     [](Options &o, StringRef) -> Error {
       o.listTargets = true;
       return Error::success();
     }},
    {"--prefix", "NAME", Form::Equals, true,
     "how C symbols begin; the file's name unless told",
     [](Options &o, StringRef v) -> Error {
       bool good = !v.empty() && !isDigit(v[0]) && llvm::all_of(v, [](char c) {
         return isAlnum(c) || c == '_';
       });
       if (!good)
         return bad("--prefix wants a C identifier, not '" + v + "'");
       o.prefix = v.str();
       return Error::success();
     }},
    {"--dim", "NAME=N", Form::Either, true,
     "bind a free dimension; NAME=1..512 bounds it", setDim},
    {"--shape", "INPUT=1x3x8", Form::Either, true,
     "the shape of an input; ? leaves a size as it is", setShape},
    {"--weights", "PLACE", Form::Equals, true,
     "embed (the default), file (beside the object), extern",
     [](Options &o, StringRef v) -> Error {
       return choose<WeightsPlace>("--weights", v, o.weights,
                                   {{"embed", WeightsPlace::Embed},
                                    {"file", WeightsPlace::File},
                                    {"extern", WeightsPlace::Extern}});
     }},
    {"-g", "", Form::Flag, true,
     "debug lines that lead into a listing of the model",
     [](Options &o, StringRef) -> Error {
       o.debugLines = true;
       return Error::success();
     }},
    {"-MD", "", Form::Flag, true, "also write a dependency file",
     [](Options &o, StringRef) -> Error {
       o.writeDependencies = true;
       return Error::success();
     }},
    {"-MF", "FILE", Form::Separate, false, "the dependency file's name",
     [](Options &o, StringRef v) -> Error {
       o.dependencyFile = v.str();
       o.writeDependencies = true;
       return Error::success();
     }},
    {"--save-temps", "", Form::Flag, false,
     "keep each phase's IR and the parts' LLVM IR beside the output",
     [](Options &o, StringRef) -> Error {
       o.saveTemps = true;
       return Error::success();
     }},
    {"--time-passes", "", Form::Flag, false, "print where the time went",
     [](Options &o, StringRef) -> Error {
       o.timePasses = true;
       return Error::success();
     }},
    {"--print-after-all", "", Form::Flag, false,
     "print the IR after every pass",
     [](Options &o, StringRef) -> Error {
       o.printAfterAll = true;
       return Error::success();
     }},
    {"--single-thread", "", Form::Flag, false,
     "run the passes on one thread; the result is the same",
     [](Options &o, StringRef) -> Error {
       o.singleThread = true;
       return Error::success();
     }},
    {"--inspect", "", Form::Flag, true,
     "print what is in the model instead of compiling it",
     [](Options &o, StringRef) -> Error {
       o.inspect = true;
       return Error::success();
     }},
    {"--json", "", Form::Flag, true, "with --inspect: print JSON",
     [](Options &o, StringRef) -> Error {
       o.json = true;
       return Error::success();
     }},
    {"--version", "", Form::Flag, true, "print the version",
     [](Options &o, StringRef) -> Error {
       o.version = true;
       return Error::success();
     }},
    {"--help", "", Form::Flag, true, "print this; --help-all prints all",
     [](Options &o, StringRef) -> Error {
       o.help = true;
       return Error::success();
     }},
    {"--help-all", "", Form::Flag, false, "print every option",
     [](Options &o, StringRef) -> Error {
       o.helpAll = true;
       return Error::success();
     }},
};

void printHelp(raw_ostream &os, bool all) {
  os << "onnxc compiles an ONNX model to native code.\n\n"
        "    onnxc model.onnx -o model.o        writes model.o and model.h\n"
        "    onnxc model.onnx --emit=shared -o model.so\n"
        "    onnxc --inspect model.onnx\n\n";
  for (const OptionRow &row : rows) {
    if (!row.common && !all)
      continue;
    std::string left = row.name;
    if (row.form == Form::Equals)
      left += "=";
    else if (row.form == Form::Separate || row.form == Form::Either)
      left += " ";
    left += row.value;
    os << "  " << left_justify(left, 22) << " " << row.help << "\n";
  }
}

/// `-emit=obj` is `--emit=obj`: one dash will do for long names.
static StringRef canonical(StringRef name) {
  return name.starts_with("--") ? name.drop_front() : name;
}

static Error unknownOption(StringRef argument) {
  StringRef name = argument.split('=').first, best;
  unsigned bestDistance = 4;
  for (const OptionRow &row : rows) {
    unsigned distance =
        canonical(name).edit_distance(canonical(row.name), true, bestDistance);
    if (distance < bestDistance) {
      bestDistance = distance;
      best = row.name;
    }
  }
  std::string message = "unknown option '" + argument.str() + "'";
  if (!best.empty())
    message += "; did you mean '" + best.str() + "'?";
  return bad(message);
}

Expected<Options> parseCommandLine(ArrayRef<const char *> args) {
  Options options;
  bool onlyFiles = false;
  for (size_t i = 0; i < args.size(); ++i) {
    StringRef argument = args[i];
    if (onlyFiles || !argument.starts_with("-") || argument == "-") {
      if (!options.input.empty())
        return bad("one model at a time: '" + options.input + "' and '" +
                   argument + "'");
      options.input = argument.str();
      continue;
    }
    if (argument == "--") {
      onlyFiles = true;
      continue;
    }
    StringRef dashed = canonical(argument);
    const OptionRow *found = nullptr;
    StringRef value;
    for (const OptionRow &row : rows) {
      StringRef name = canonical(row.name);
      bool hasValue = row.form == Form::Equals || row.form == Form::Either;
      if (dashed == name && row.form != Form::Joined) {
        found = &row;
        if (row.form == Form::Flag)
          break;
        if (i + 1 == args.size())
          return bad(StringRef(row.name) + " wants a value: " + row.help);
        value = args[++i];
        break;
      }
      if (hasValue && dashed.starts_with(name) &&
          dashed.drop_front(name.size()).starts_with("=")) {
        found = &row;
        value = dashed.drop_front(name.size() + 1);
        break;
      }
      if (row.form == Form::Joined && dashed.starts_with(name)) {
        found = &row;
        value = dashed.drop_front(name.size());
        break;
      }
    }
    if (!found)
      return unknownOption(argument);
    if (Error error = found->set(options, value))
      return std::move(error);
  }
  return options;
}

} // namespace onnxc

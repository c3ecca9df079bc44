//===- Emit.cpp - From the LLVM dialect to a file -------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "codegen/Emit.h"
#include "codegen/Dispatch.h"
#include "codegen/Identifier.h"
#include "codegen/LowerToLLVM.h"
#include "codegen/ObjectFile.h"
#include "codegen/Optimize.h"
#include "codegen/Partition.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/ThreadPool.h"
#include <mutex>

using namespace llvm;

namespace onnxc {

namespace {

/// A folder that disappears with what is in it.
class TemporaryFolder {
public:
  Error create() {
    if (std::error_code code = sys::fs::createUniqueDirectory("onnxc", folder))
      return createStringError("cannot make a temporary folder: " +
                               code.message());
    return Error::success();
  }
  ~TemporaryFolder() {
    if (!folder.empty())
      (void)sys::fs::remove_directories(folder);
  }
  std::string file(const Twine &name) const {
    SmallString<128> path = folder;
    sys::path::append(path, name);
    return path.str().str();
  }

private:
  SmallString<128> folder;
};

} // namespace

static Error writeFile(StringRef path, StringRef content) {
  std::error_code code;
  raw_fd_ostream os(path, code);
  if (!code) {
    os << content;
    os.close();
    code = os.error();
    os.clear_error();
  }
  if (code)
    return createStringError("cannot write '" + path.str() +
                             "': " + code.message());
  return Error::success();
}

/// Generated code calls C's memory and mathematics functions and nothing else:
/// an allocation would be a mistake of the passes before.
static Error checkCalls(const Module &module, bool mayAbort) {
  static const StringSet<> forbidden = {
      "malloc", "free",       "aligned_alloc", "calloc", "realloc",
      "abort",  "memrefCopy", "printf",        "puts"};
  static const StringSet<> ending = {"abort", "puts"};
  for (const Function &function : module)
    if (function.isDeclaration() && !function.use_empty() &&
        forbidden.contains(function.getName()) &&
        !(mayAbort && ending.contains(function.getName())))
      return createStringError("the generated code calls '" +
                               function.getName().str() +
                               "'; this is a bug of the compiler");
  return Error::success();
}

/// Optimises one part and writes its object to `path`.
static Error compilePart(const Partition &parts, unsigned part,
                         const Target &target, const CodeOptions &options,
                         StackUsage &stack, StringRef path) {
  LLVMContext context;
  Expected<std::unique_ptr<Module>> module = parts.load(part, context);
  if (!module)
    return module.takeError();
  auto machine = target.createTargetMachine(getCodeGenLevel(options.optLevel));
  optimize(**module, target, *machine, options.optLevel);
  stack.watch(**module);
  if (!options.keepStem.empty()) {
    std::string text;
    raw_string_ostream(text) << **module;
    if (Error error = writeFile(
            options.keepStem + "." + std::to_string(part) + ".ll", text))
      return error;
  }
  SmallString<0> object;
  raw_svector_ostream os(object);
  if (Error error =
          generateCode(**module, *machine, CodeGenFileType::ObjectFile, os))
    return error;
  return writeFile(path, object);
}

/// The weights as an object beside the code's.
static Error compileWeights(const WeightsBlob &weights, StringRef symbol,
                            StringRef section, StringRef codeObject,
                            StringRef path) {
  auto like = MemoryBuffer::getFileSlice(codeObject, 64, 0);
  if (!like)
    return createStringError("cannot read '" + codeObject.str() + "'");
  std::error_code code;
  raw_fd_ostream os(path, code);
  if (!code) {
    if (Error error = writeWeightsObject(weights, symbol, section,
                                         (*like)->getBuffer(), os)) {
      os.close();
      os.clear_error();
      return error;
    }
    os.close();
    code = os.error();
    os.clear_error();
  }
  if (code)
    return createStringError("cannot write '" + path.str() +
                             "': " + code.message());
  return Error::success();
}

namespace {
/// A module and what it is compiled for.
struct CodeModule {
  std::unique_ptr<Module> module;
  const Target *target;
};
} // namespace

static Error emitObject(ArrayRef<CodeModule> modules,
                        const WeightsBlob &weights, const CodeOptions &options,
                        StackUsage &stack, ObjectFacts &facts,
                        OutputFile &output, mlir::TimingScope &timing) {
  const std::string &prefix = options.descriptor.prefix;
  TemporaryFolder folder;
  if (Error error = folder.create())
    return error;

  std::vector<std::string> objects;
  {
    mlir::TimingScope scope = timing.nest("LLVM: optimise and assemble");
    std::vector<std::unique_ptr<Partition>> partitions;
    for (const CodeModule &code : modules)
      partitions.push_back(std::make_unique<Partition>(*code.module));
    std::mutex mutex;
    Error errors = Error::success();
    unsigned done = 0, all = 0;
    for (const auto &parts : partitions)
      all += parts->size();
    DefaultThreadPool pool(hardware_concurrency());
    for (auto [code, parts] : llvm::zip(modules, partitions))
      for (unsigned i = 0; i < parts->size(); ++i) {
        std::string path = folder.file(Twine(objects.size()) + ".o");
        objects.push_back(path);
        pool.async([&, i, path, parts = parts.get(), target = code.target] {
          Error error = compilePart(*parts, i, *target, options, stack, path);
          std::lock_guard<std::mutex> lock(mutex);
          errors = joinErrors(std::move(errors), std::move(error));
          if (options.tellParts)
            options.tellParts(++done, all);
        });
      }
    pool.wait();
    if (errors)
      return errors;
  }

  mlir::TimingScope scope = timing.nest("weights and merging");
  if (weights.totalBytes && options.descriptor.weights == WeightsPlace::Embed) {
    objects.push_back(folder.file("weights.o"));
    if (Error error =
            compileWeights(weights, prefix + "_weights", options.weightsSection,
                           objects.front(), objects.back()))
      return error;
  }
  if (objects.size() == 1) {
    auto object = MemoryBuffer::getFile(objects.front());
    if (!object)
      return createStringError("cannot read '" + objects.front() + "'");
    if (Error error = readObjectFacts(objects.front()).moveInto(facts))
      return error;
    if (Error error = output.create())
      return error;
    output.stream() << (*object)->getBuffer();
    return output.close();
  }
  if (Error error = output.create())
    return error;
  // What is no file, as a pipe, takes a copy.
  bool isFile = !output.temporaryPath().empty();
  if (isFile)
    if (Error error = output.close())
      return error;
  std::string merged =
      isFile ? output.temporaryPath().str() : folder.file("merged.o");
  if (Error error = mergeObjects(objects, merged))
    return error;
  if (Error error = readObjectFacts(merged).moveInto(facts))
    return error;
  if (isFile)
    return Error::success();
  auto object = MemoryBuffer::getFile(merged);
  if (!object)
    return createStringError("cannot read '" + merged + "'");
  output.stream() << (*object)->getBuffer();
  return output.close();
}

/// The weights as a constant of the module, for formats other than ELF: one
/// part, and several times the memory.
static Error emitForeignObject(Module &module, const WeightsBlob &weights,
                               const Target &target, const CodeOptions &options,
                               StackUsage &stack, ObjectFacts &facts,
                               OutputFile &output) {
  if (weights.totalBytes && options.descriptor.weights == WeightsPlace::Embed) {
    SmallString<0> bytes;
    raw_svector_ostream stream(bytes);
    if (failed(weights.write(!target.triple.isLittleEndian(), stream)))
      return createStringError("a weight could not be written");
    GlobalVariable *variable =
        module.getGlobalVariable(options.descriptor.prefix + "_weights");
    variable->setInitializer(ConstantDataArray::getString(
        module.getContext(), bytes, /*AddNull=*/false));
    if (!options.weightsSection.empty())
      variable->setSection(options.weightsSection);
  }
  auto machine = target.createTargetMachine(getCodeGenLevel(options.optLevel));
  optimize(module, target, *machine, options.optLevel);
  stack.watch(module);
  SmallString<0> object;
  raw_svector_ostream os(object);
  if (Error error =
          generateCode(module, *machine, CodeGenFileType::ObjectFile, os))
    return error;
  if (Error error =
          readObjectFacts(MemoryBufferRef(object, "object")).moveInto(facts))
    return error;
  if (Error error = output.create())
    return error;
  output.stream() << object;
  return output.close();
}

static Error emitText(Module &module, const Target &target,
                      const CodeOptions &options, OutputFile &output) {
  auto machine = target.createTargetMachine(getCodeGenLevel(options.optLevel));
  optimize(module, target, *machine, options.optLevel);
  if (Error error = output.create())
    return error;
  if (options.kind == CodeKind::LLVMIR)
    output.stream() << module;
  else if (Error error =
               generateCode(module, *machine, CodeGenFileType::AssemblyFile,
                            output.stream()))
    return error;
  return output.close();
}

static Expected<std::unique_ptr<Module>> translate(const CodeVariant &variant,
                                                   const CodeOptions &options,
                                                   LLVMContext &context) {
  std::unique_ptr<Module> code =
      translateToLLVMIR(variant.module, *variant.target, context);
  if (!code)
    return createStringError("the translation to LLVM IR failed; this is a "
                             "bug of the compiler");
  if (Error error = checkCalls(*code, options.mayAbort))
    return std::move(error);
  // MLIR's private functions are not LLVM's.
  for (Function &function : *code)
    if (!function.isDeclaration() && !function.getName().starts_with("onnxc_"))
      function.setLinkage(GlobalValue::InternalLinkage);
  return code;
}

/// The interface before all variants.
static std::unique_ptr<Module> createDispatch(const Target &target,
                                              ArrayRef<Variant> variants,
                                              LLVMContext &context) {
  auto module = std::make_unique<Module>("dispatch", context);
  auto machine = target.createTargetMachine(CodeGenOptLevel::Default);
  module->setDataLayout(machine->createDataLayout());
  module->setTargetTriple(target.triple);
  buildDispatch(*module, variants);
  return module;
}

Expected<EmittedCode> emitCode(ArrayRef<CodeVariant> variants,
                               const ModelInterface &model,
                               const WeightsBlob &weights,
                               const CodeOptions &options, OutputFile &output,
                               mlir::TimingScope &timing) {
  LLVMContext context;
  const std::string &prefix = options.descriptor.prefix;
  const Target &target = *variants.front().target;
  std::vector<CodeModule> modules;
  EmittedCode result;
  {
    mlir::TimingScope scope = timing.nest("translation to LLVM IR");
    SmallVector<Variant> names;
    for (const CodeVariant &variant : variants) {
      auto code = translate(variant, options, context);
      if (!code)
        return code.takeError();
      modules.push_back({std::move(*code), variant.target});
      Module &module = *modules.back().module;
      std::string name = prefix;
      if (variants.size() > 1) {
        name += "_" + makeIdentifier(variant.target->cpu);
        names.push_back({name, variant.target->cpuFeatureBits});
        if (Error error = nameVariant(module, name, options.descriptor))
          return std::move(error);
      } else if (Error error =
                     addDescriptor(module, model, options.descriptor)) {
        return std::move(error);
      }
      exposeKernels(module, name);
      std::optional<int64_t> bytes = evaluateArenaBytes(module, name);
      bool isFirst = modules.size() == 1;
      if (isFirst || !bytes || !result.arenaBytes)
        result.arenaBytes = isFirst ? bytes : std::nullopt;
      else
        result.arenaBytes = std::max(*result.arenaBytes, *bytes);
    }
    if (variants.size() > 1) {
      modules.push_back({createDispatch(target, names, context), &target});
      if (Error error =
              addDescriptor(*modules.back().module, model, options.descriptor))
        return std::move(error);
    }
  }
  StackUsage stack;
  auto emit = [&]() -> Error {
    Module &first = *modules.front().module;
    if (options.kind != CodeKind::Object)
      return emitText(first, target, options, output);
    if (!target.triple.isOSBinFormatELF())
      return emitForeignObject(first, weights, target, options, stack,
                               result.facts, output);
    return emitObject(modules, weights, options, stack, result.facts, output,
                      timing);
  };
  if (Error error = emit())
    return std::move(error);
  if (options.kind == CodeKind::Object) {
    result.stack = stack.getWorst(prefix + "_entry");
    result.frames = stack.list();
  }
  return result;
}

} // namespace onnxc

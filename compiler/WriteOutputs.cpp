//===- WriteOutputs.cpp - What a compilation writes -----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/WriteOutputs.h"
#include "codegen/Header.h"
#include "codegen/ObjectFile.h"
#include "codegen/RustModule.h"
#include "compiler/Limits.h"
#include "llvm/Support/Path.h"

using namespace llvm;
namespace path = llvm::sys::path;

namespace onnxc {

namespace {

class OutputWriter {
public:
  OutputWriter(const Options &options, const CompiledModel &compiled,
               OutputFiles &files, mlir::TimingScope &timing,
               Progress &progress)
      : options(options), compiled(compiled), files(files), timing(timing),
        progress(progress) {}

  Error writeDeviceCode();
  Error writeCode();
  Error writeDependencies();
  const EmittedCode &getEmitted() const { return emitted; }

private:
  Error writeCodeAs(OutputFile &output);
  Error writePackage();
  Error writeHeaderFile();
  Error writeRustFile();
  Error writeWeights();
  CodeOptions getCodeOptions() const;
  DescriptorOptions getDescriptorOptions() const;

  const Options &options;
  const CompiledModel &compiled;
  OutputFiles &files;
  mlir::TimingScope &timing;
  Progress &progress;
  /// What the code is found to need once it is written.
  EmittedCode emitted;
};

} // namespace

/// Kernels as files: the output is PTX or, of SPIR-V, the manifest, and a
/// module each lies beside it.
Error OutputWriter::writeDeviceCode() {
  const DeviceCode &code = compiled.deviceCode;
  auto getFile = [&](const DeviceFunction &function) {
    return function.words.empty() ? options.output
                                  : files.beside(function.name + ".spv");
  };
  for (const DeviceFunction &function : code.functions)
    if (!function.words.empty())
      if (Error error = files.write(getFile(function), [&](raw_ostream &os) {
            os.write(reinterpret_cast<const char *>(function.words.data()),
                     4 * function.words.size());
          }))
        return error;
  bool isPTX = options.emit == EmitKind::PTX;
  if (isPTX)
    if (Error error = files.write(options.output,
                                  [&](raw_ostream &os) { os << code.image; }))
      return error;
  // A name for SPIR-V is that of the modules.
  bool isManifest = !isPTX && path::extension(options.output) != ".spv";
  std::string manifest = isManifest ? options.output : files.beside("json");
  return files.write(manifest, [&](raw_ostream &os) {
    writeManifest(
        code, options.prefix,
        [&](const DeviceFunction &function) {
          return path::filename(getFile(function)).str();
        },
        os);
  });
}

DescriptorOptions OutputWriter::getDescriptorOptions() const {
  const CompilationTargets &targets = compiled.targets;
  DescriptorOptions descriptor;
  descriptor.prefix = options.prefix;
  descriptor.target = targets.cpus.front().str();
  for (const Target &more : ArrayRef(targets.cpus).drop_front())
    descriptor.target += ", " + more.cpu;
  descriptor.cpuFeatures = targets.cpus.front().cpuFeatureBits;
  if (targets.device) {
    descriptor.target = targets.device->str();
    descriptor.device = &compiled.deviceCode;
  }
  descriptor.weights = options.weights;
  descriptor.weightsBytes = compiled.weights.totalBytes;
  descriptor.weightsFile = path::filename(files.beside("weights")).str();
  descriptor.listModels = options.emit == EmitKind::Shared;
  return descriptor;
}

CodeOptions OutputWriter::getCodeOptions() const {
  CodeOptions code;
  code.mayAbort = options.checkAccesses;
  code.optLevel = options.optLevel;
  code.kind = options.emit == EmitKind::Assembly ? CodeKind::Assembly
              : options.emit == EmitKind::LLVMIR ? CodeKind::LLVMIR
                                                 : CodeKind::Object;
  if (options.saveTemps)
    code.keepStem = files.beside("part");
  code.descriptor = getDescriptorOptions();
  code.weightsSection = options.weightsSection;
  code.tellParts = [this](unsigned done, unsigned all) {
    progress.tellParts(done, all);
  };
  return code;
}

Error OutputWriter::writeCodeAs(OutputFile &output) {
  ArrayRef<Target> cpus = compiled.targets.cpus;
  SmallVector<CodeVariant> codes;
  for (auto [variant, cpu] : zip(compiled.variants, cpus))
    codes.push_back({*variant, &cpu});
  codes.push_back({*compiled.module, &cpus.back()});
  auto result = emitCode(codes, compiled.interface, compiled.weights,
                         getCodeOptions(), output, timing);
  if (!result)
    return result.takeError();
  emitted = *result;
  return checkLimits(options, *compiled.module, compiled.interface, emitted);
}

Error OutputWriter::writeCode() {
  if (options.emit == EmitKind::Rust)
    if (Error error = checkRustInterface(compiled.interface))
      return error;
  if (options.emit == EmitKind::Header) {
    // The arena's size is in the code, which is not kept.
    OutputFile object(files.beside("header.o"));
    if (Error error = writeCodeAs(object))
      return error;
    return writeHeaderFile();
  }
  bool isPackage =
      options.emit == EmitKind::Archive || options.emit == EmitKind::Shared;
  if (Error error =
          isPackage ? writePackage() : writeCodeAs(files.add(options.output)))
    return error;
  if (Error error = writeWeights())
    return error;
  if (isText(options.emit) || !files.isFile())
    return Error::success();
  if (options.emit == EmitKind::Rust)
    return writeRustFile();
  return writeHeaderFile();
}

/// A header, too, where functions of C belong to the model.
Error OutputWriter::writeRustFile() {
  if (!compiled.interface.functions.empty())
    if (Error error = writeHeaderFile())
      return error;
  return files.write(files.beside("rs"), [&](raw_ostream &os) {
    writeRustModule(compiled.interface, getDescriptorOptions(), os);
  });
}

/// The object in an archive or a shared library.
Error OutputWriter::writePackage() {
  OutputFile &output = files.add(options.output);
  if (Error error = output.create())
    return error;
  OutputFile object(files.beside("object.o"));
  if (Error error = writeCodeAs(object))
    return error;
  bool isArchive = options.emit == EmitKind::Archive;
  if (isArchive)
    if (Error error =
            writeArchive(object.temporaryPath(),
                         path::filename(files.beside("o")), output.stream()))
      return error;
  if (Error error = output.close())
    return error;
  if (isArchive)
    return Error::success();
  return linkShared(object.temporaryPath(), compiled.targets.cpus.back().triple,
                    output.temporaryPath());
}

Error OutputWriter::writeHeaderFile() {
  MemoryNeeds needs{emitted.arenaBytes, {}};
  if (emitted.stack)
    needs.stackBytes = emitted.stack->bytes;
  bool isOutput = options.emit == EmitKind::Header;
  return files.write(
      isOutput ? options.output : files.beside("h"), [&](raw_ostream &os) {
        writeHeader(compiled.interface, options.prefix, needs, os);
      });
}

Error OutputWriter::writeWeights() {
  const WeightsBlob &weights = compiled.weights;
  if (options.weights == WeightsPlace::Embed || weights.totalBytes == 0)
    return Error::success();
  bool isBigEndian = !compiled.targets.cpus.back().triple.isLittleEndian();
  bool isWritten = true;
  if (Error error = files.write(files.beside("weights"), [&](raw_ostream &os) {
        isWritten = succeeded(weights.write(isBigEndian, os));
      }))
    return error;
  if (!isWritten)
    return createStringError("a weight could not be written");
  return Error::success();
}

/// Spaces, hashes and dollars as make reads them.
static void writeMakePath(StringRef file, raw_ostream &os) {
  for (char c : file) {
    if (c == ' ' || c == '#')
      os << '\\';
    if (c == '$')
      os << '$';
    os << c;
  }
}

Error OutputWriter::writeDependencies() {
  if (!options.writeDependencies)
    return Error::success();
  return files.write(options.dependencyFile.empty() ? files.beside("d")
                                                    : options.dependencyFile,
                     [&](raw_ostream &os) {
                       writeMakePath(options.output, os);
                       os << ":";
                       auto add = [&](StringRef dependency) {
                         os << " \\\n  ";
                         writeMakePath(dependency, os);
                       };
                       add(options.input);
                       for (StringRef external : compiled.externalFiles)
                         add(external);
                       os << "\n";
                     });
}

Expected<EmittedCode> writeOutputs(const Options &options,
                                   const CompiledModel &compiled,
                                   OutputFiles &files,
                                   mlir::TimingScope &timing,
                                   Progress &progress) {
  OutputWriter writer(options, compiled, files, timing, progress);
  auto writeMlir = [&] {
    return files.write(options.output, [&](raw_ostream &os) {
      mlir::ModuleOp(*compiled.module).print(os);
    });
  };
  bool isDeviceCode =
      options.emit == EmitKind::PTX || options.emit == EmitKind::SPIRV;
  if (Error error = options.emit == EmitKind::MLIR ? writeMlir()
                    : isDeviceCode                 ? writer.writeDeviceCode()
                                                   : writer.writeCode())
    return std::move(error);
  if (Error error = writer.writeDependencies())
    return std::move(error);
  return writer.getEmitted();
}

} // namespace onnxc

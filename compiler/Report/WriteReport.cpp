//===- WriteReport.cpp - Where a model's time and memory go ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Report/WriteReport.h"
#include "codegen/Header.h"
#include "compiler/Report/KernelMacs.h"
#include "compiler/Report/PlanWriter.h"
#include "dialects/plan/NodeNames.h"
#include "targets/Dtype.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/Path.h"

using namespace mlir;
namespace json = llvm::json;

namespace onnxc {

namespace {

constexpr int64_t kVersion = 1;

// ReportPage.html, with a place for the JSON.
constexpr unsigned char kPage[] = {
#include "compiler/Report/ReportPage.inc"
};
constexpr StringRef kPlace = "@REPORT@";

class ReportWriter {
public:
  ReportWriter(const ReportSources &from, const ReportSizes &sizes,
               json::OStream &json)
      : from(from), sizes(sizes), json(json), macs(from.facts, sizes),
        remarks(listRemarks(from.facts, from.compiled.interface,
                            (*from.compiled.module)->getContext())),
        plans({from, sizes, macs, remarks}, json) {}

  void write();

private:
  const ReportSources &from;
  const ReportSizes &sizes;
  json::OStream &json;
  KernelMacs macs;
  std::vector<RemarkFacts> remarks;
  PlanWriter plans;

  void writeTarget();
  void writeSymbols();
  void writeMachine();
  void writeTotals();
  void writeNodes();
  void writeWeights();
  void writeCode();
  void writeRemarks();
  void writeNumber(StringRef name, std::optional<int64_t> value) {
    writeOptional(json, name, value);
  }
};

} // namespace

void ReportWriter::writeTarget() {
  const CompilationTargets &targets = from.compiled.targets;
  json.attributeObject("target", [&] {
    json.attribute("triple", targets.cpus.back().triple.str());
    json.attributeArray("cpus", [&] {
      for (const Target &cpu : targets.cpus)
        json.value(cpu.cpu);
    });
    if (targets.device)
      json.attribute("device", targets.device->str());
    else
      json.attribute("device", nullptr);
    json.attribute("optimization", int64_t(from.options.optLevel));
  });
}

void ReportWriter::writeSymbols() {
  json.attributeArray("symbols", [&] {
    for (auto [size, symbol] :
         llvm::zip(sizes.getSizes(), from.compiled.interface.symbols))
      json.object([&, &size = size, &symbol = symbol] {
        json.attribute("name", size.name);
        json.attribute("min", symbol.min);
        writeNumber("max",
                    symbol.max < 0 ? std::nullopt : std::optional(symbol.max));
        writeNumber("value", size.value);
        json.attribute("source", size.source);
      });
  });
}

void ReportWriter::writeMachine() {
  const CompilationTargets &targets = from.compiled.targets;
  const MachineModel &machine =
      targets.device ? targets.device->machine : targets.cpus.back().machine;
  json.attributeObject("machine", [&] {
    json.attribute("vector_bits", int64_t(machine.vectorBits));
    json.attribute("vector_registers", int64_t(machine.numVectorRegisters));
    json.attribute("dot_group", int64_t(machine.dot.group));
    json.attribute("l1_bytes", int64_t(machine.l1Bytes));
    json.attribute("threads", machine.hasThreads);
    // The machine model knows registers and caches, and neither of these.
    json.attribute("peak_macs_per_second", nullptr);
    json.attribute("bytes_per_second", nullptr);
  });
}

void ReportWriter::writeTotals() {
  AffineExpr expr;
  for (const auto &[name, node] : from.facts.nodes)
    if (node.macs)
      expr = expr ? expr + node.macs : node.macs;
  const EmittedCode &emitted = from.emitted;
  bool hasCode = !emitted.facts.functions.empty();
  auto ofCode = [&](uint64_t bytes) {
    return hasCode ? std::optional<int64_t>(bytes) : std::nullopt;
  };
  json.attributeObject("totals", [&] {
    writeNumber("macs", macs.total);
    if (expr && !onnx::getConstant(onnx::simplify(expr)))
      json.attribute("macs_expression", sizes.print(onnx::simplify(expr)));
    json.attribute("macs_folded", macs.folded);
    plans.writeTotals();
    json.attribute("weights_bytes", int64_t(from.compiled.weights.totalBytes));
    writeNumber("code_bytes", ofCode(emitted.facts.codeBytes));
    writeNumber("constant_bytes", ofCode(emitted.facts.constantBytes));
    writeNumber("flash_bytes",
                ofCode(emitted.facts.codeBytes + emitted.facts.constantBytes));
    writeNumber("stack_bytes",
                emitted.stack ? std::optional<int64_t>(emitted.stack->bytes)
                              : std::nullopt);
    json.attributeArray("stack_path", [&] {
      if (emitted.stack)
        for (const std::string &function : emitted.stack->path)
          json.value(function);
    });
  });
  auto limit = [&](StringRef name, std::optional<uint64_t> bytes) {
    writeNumber(name, bytes ? std::optional<int64_t>(*bytes) : std::nullopt);
  };
  json.attributeObject("limits", [&] {
    limit("arena_bytes", from.options.maxArena);
    limit("flash_bytes", from.options.maxFlash);
    limit("stack_bytes", from.options.maxStack);
  });
}

void ReportWriter::writeNodes() {
  json.attributeArray("nodes", [&] {
    for (const auto &[name, node] : from.facts.nodes)
      json.object([&, &name = name, &node = node] {
        json.attribute("name", name);
        json.attribute("operator", node.op);
        if (node.macs)
          writeNumber("macs", sizes.evaluate(node.macs));
        plans.writeFate(name);
      });
  });
}

void ReportWriter::writeWeights() {
  const WeightsBlob &blob = from.compiled.weights;
  llvm::DenseMap<int64_t, llvm::SetVector<StringRef>> names;
  for (const PlanFacts &plan : from.facts.plans)
    for (const auto &[offset, list] : plan.weights)
      names[offset].insert(list.begin(), list.end());
  int64_t sum = 0;
  json.attributeObject("weights", [&] {
    json.attribute("bytes", int64_t(blob.totalBytes));
    json.attributeArray("list", [&] {
      for (const WeightsBlob::Entry &entry : blob.entries)
        json.object([&] {
          ShapedType type = entry.value.getShapedType();
          int64_t bytes = getBlobBytes(entry.value).value_or(0);
          sum += bytes;
          json.attributeArray("names", [&] {
            for (StringRef name : names[entry.offset])
              json.value(name);
          });
          json.attribute("type", describeType(getDtype(type.getElementType())));
          json.attributeArray("shape", [&] {
            for (int64_t size : type.getShape())
              json.value(size);
          });
          json.attribute("bytes", bytes);
          json.attribute("offset", int64_t(entry.offset));
        });
    });
    // Weights begin at multiples of 64.
    json.attribute("padding", int64_t(blob.totalBytes) - sum);
  });
}

void ReportWriter::writeCode() {
  const EmittedCode &emitted = from.emitted;
  llvm::StringMap<StackUsage::Usage> frames;
  for (const StackUsage::Usage &frame : emitted.frames)
    frames[frame.name] = frame;
  json.attributeArray("functions", [&] {
    for (const auto &[name, bytes] : emitted.facts.functions)
      json.object([&, &name = name, &bytes = bytes] {
        json.attribute("name", name);
        json.attribute("bytes", int64_t(bytes));
        auto it = frames.find(name);
        writeNumber("frame_bytes",
                    it == frames.end()
                        ? std::nullopt
                        : std::optional<int64_t>(it->second.frameBytes));
      });
  });
}

void ReportWriter::writeRemarks() {
  json.attributeArray("remarks", [&] {
    for (const auto &[i, remark] : llvm::enumerate(remarks))
      json.object([&, i = i, &remark = remark] {
        json.attribute("topic", remark.topic);
        json.attribute("text", remark.text);
        json.attribute("count", int64_t(remark.count));
        json.attributeArray("nodes", [&] {
          for (StringRef node : listNodeNames(remark.loc))
            json.value(node);
        });
        plans.writeRowsOfRemark(i);
      });
  });
}

void ReportWriter::write() {
  json.object([&] {
    json.attribute("onnxc_report", kVersion);
    json.attributeObject("model", [&] {
      json.attribute("name", from.compiled.interface.name);
      json.attribute("file", llvm::sys::path::filename(from.options.input));
      json.attribute("producer", from.compiled.interface.producer);
      json.attribute("prefix", from.options.prefix);
    });
    writeTarget();
    writeSymbols();
    writeMachine();
    writeTotals();
    writeNodes();
    plans.write();
    writeWeights();
    writeCode();
    writeRemarks();
  });
}

/// Text that may stand in a script of a page: no tag and no comment begins.
static std::string escapeForScript(StringRef text) {
  std::string escaped;
  for (char c : text)
    if (c == '<')
      escaped += "\\u003c";
    else
      escaped += c;
  return escaped;
}

/// The sizes of tensors that are no constants, each once.
static SmallVector<AffineExpr> listFreeSizes(const ReportFacts &facts) {
  llvm::SetVector<AffineExpr> sizes;
  for (const PlanFacts &plan : facts.plans)
    for (const TensorFacts &tensor : plan.tensors)
      for (AffineExpr dim : tensor.dims)
        if (!onnx::getConstant(dim))
          sizes.insert(dim);
  return sizes.takeVector();
}

llvm::Error writeReports(const ReportSources &from,
                         ArrayRef<OutputFile *> files) {
  llvm::Expected<ReportSizes> sizes = ReportSizes::create(
      from.options, from.compiled.interface, listFreeSizes(from.facts));
  if (!sizes)
    return sizes.takeError();
  std::string text;
  llvm::raw_string_ostream stream(text);
  json::OStream json(stream, 1);
  ReportWriter(from, *sizes, json).write();
  json.flush();
  for (OutputFile *file : files) {
    if (StringRef(file->path()).ends_with(".json")) {
      file->stream() << text << "\n";
    } else {
      StringRef page(reinterpret_cast<const char *>(kPage), sizeof(kPage));
      auto [before, behind] = page.split(kPlace);
      file->stream() << before << escapeForScript(text) << behind;
    }
    if (llvm::Error error = file->close())
      return error;
  }
  return llvm::Error::success();
}

} // namespace onnxc

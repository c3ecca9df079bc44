//===- PlanWriter.cpp - Kernels, tensors and the arena in a report --------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Report/PlanWriter.h"
#include "codegen/Header.h"
#include "codegen/Identifier.h"
#include "dialects/plan/NodeNames.h"
#include "targets/Dtype.h"

using namespace mlir;
namespace json = llvm::json;

namespace onnxc {

void writeOptional(json::OStream &json, StringRef name,
                   std::optional<int64_t> value) {
  if (value)
    json.attribute(name, *value);
  else
    json.attribute(name, nullptr);
}

static StringRef describe(RowFacts::Kind kind) {
  switch (kind) {
  case RowFacts::Kernel:
    return "kernel";
  case RowFacts::Part:
    return "part";
  case RowFacts::Custom:
    return "custom";
  case RowFacts::Sizes:
    return "sizes";
  case RowFacts::Branch:
    return "branch";
  case RowFacts::Loop:
    return "loop";
  }
  llvm_unreachable("unknown kind");
}

static StringRef describe(Place::Kind kind) {
  switch (kind) {
  case Place::Input:
    return "input";
  case Place::Output:
    return "output";
  case Place::Weights:
    return "weights";
  case Place::Arena:
    return "arena";
  case Place::Heap:
    return "allocator";
  case Place::Kept:
    return "kept";
  case Place::Slice:
    return "slice";
  }
  llvm_unreachable("unknown kind");
}

/// What a kernel's function is called in the object, without the model's
/// prefix.
static std::string getSymbol(const PlanFacts &plan, const RowFacts &row) {
  return (plan.part ? "part_" + std::to_string(*plan.part) + "_" : "") +
         row.callee;
}

PlanWriter::PlanWriter(Sources sources, json::OStream &json)
    : from(sources.from), sizes(sources.sizes), macs(sources.macs), json(json) {
  for (const PlanFacts &plan : from.facts.plans)
    if (plan.part)
      plans.push_back(&plan);
    else
      plans.insert(plans.begin(), &plan);
  int64_t row = 0, tensor = 0;
  for (const PlanFacts *plan : plans) {
    firstTensors[plan] = tensor;
    tensor += plan->tensors.size();
    for (const RowFacts &facts : plan->rows)
      numbers[&facts] = row++;
  }
  findRemarks(sources.remarks);
  findCode();
  findFates();
}

/// A remark of @main is about the rows of its nodes, one of a kernel about all
/// calls of that.
void PlanWriter::findRemarks(const std::vector<RemarkFacts> &remarks) {
  for (const auto &[i, remark] : llvm::enumerate(remarks)) {
    SmallVector<StringRef> nodes = listNodeNames(remark.loc);
    rowsOfRemark.emplace_back();
    for (const PlanFacts *plan : plans)
      for (const RowFacts &row : plan->rows) {
        bool isMeant =
            remark.function == "main"
                ? llvm::any_of(row.nodes,
                               [&](StringRef node) {
                                 return llvm::is_contained(nodes, node);
                               })
                : row.callee == remark.function;
        if (!isMeant)
          continue;
        rowsOfRemark.back().push_back(numbers[&row]);
        remarksOfRow[numbers[&row]].push_back(int64_t(i));
      }
  }
}

std::string PlanWriter::getKernelOf(StringRef function) const {
  function.consume_front(from.options.prefix + "_");
  StringRef number = function.rtrim("0123456789");
  if (number.size() < function.size())
    if (StringRef name = number; name.consume_back("."))
      function = name;
  for (StringRef part : {"_task_", "_tasks_"})
    if (size_t at = function.rfind(part); at != StringRef::npos)
      return function.take_front(at).str();
  return function.str();
}

/// Functions of several CPUs have the same names, and are not told apart.
void PlanWriter::findCode() {
  if (from.compiled.targets.cpus.size() > 1)
    return;
  for (const auto &[name, bytes] : from.emitted.facts.functions)
    codeBytes[getKernelOf(name)] += int64_t(bytes);
  for (const StackUsage::Usage &function : from.emitted.frames) {
    int64_t &largest = frameBytes[getKernelOf(function.name)];
    largest = std::max(largest, int64_t(function.frameBytes));
    StringRef name = function.name;
    if (name.consume_front(from.options.prefix + "_"))
      stackBytes[name] = function.worstBytes;
  }
}

void PlanWriter::findFates() {
  for (const PlanFacts *plan : plans) {
    for (StringRef node : plan->sizes)
      fates[node] = "size";
    for (StringRef node : plan->views)
      fates[node] = "view";
    for (const RowFacts &row : plan->rows)
      for (StringRef node : row.nodes) {
        if (row.kind == RowFacts::Kernel)
          rowsOfNode[node].push_back(numbers[&row]);
        else if (row.kind != RowFacts::Part)
          fates[node] = describe(row.kind);
      }
  }
}

void PlanWriter::writeFate(StringRef node) {
  auto rows = rowsOfNode.find(node);
  auto fate = fates.find(node);
  json.attribute("fate", rows != rowsOfNode.end() ? "kernel"
                         : fate != fates.end()    ? fate->second
                                                  : "folded");
  json.attributeArray("rows", [&] {
    if (rows != rowsOfNode.end())
      for (int64_t row : rows->second)
        json.value(row);
  });
}

void PlanWriter::writeRowsOfRemark(size_t remark) {
  json.attributeArray("rows", [&] {
    for (int64_t row : rowsOfRemark[remark])
      json.value(row);
  });
}

/// Expressions, and where there are any, the numbers that they are here.
void PlanWriter::writeShape(ArrayRef<AffineExpr> dims) {
  json.attributeArray("shape", [&] {
    for (AffineExpr dim : dims)
      if (std::optional<int64_t> size = onnx::getConstant(dim))
        json.value(*size);
      else
        json.value(sizes.print(dim));
  });
  if (llvm::all_of(dims, [](AffineExpr dim) { return onnx::getConstant(dim); }))
    return;
  json.attributeArray("sizes", [&] {
    for (AffineExpr dim : dims)
      if (std::optional<int64_t> size = sizes.evaluate(dim))
        json.value(*size);
      else
        json.value(nullptr);
  });
}

/// The number, and where it is none for all sizes, the expression.
void PlanWriter::writeSize(StringRef name, AffineExpr expr) {
  writeOptional(json, name, sizes.evaluate(expr));
  if (expr && !onnx::getConstant(expr))
    json.attribute((name + "_expression").str(), sizes.print(expr));
}

void PlanWriter::writeOperands(StringRef name, const PlanFacts &plan,
                               ArrayRef<OperandFacts> operands) {
  json.attributeArray(name, [&] {
    for (const OperandFacts &operand : operands)
      json.object([&] {
        const TensorFacts &tensor = plan.tensors[operand.tensor];
        json.attribute("tensor", firstTensors[&plan] + int64_t(operand.tensor));
        json.attribute("type", describeType(getDtype(tensor.elementType)));
        writeShape(operand.dims);
        writeOptional(json, "bytes", sizes.evaluate(operand.bytes));
      });
  });
}

/// The bytes of some operands; none where one is not known.
static std::optional<int64_t> sumBytes(const ReportSizes &sizes,
                                       ArrayRef<OperandFacts> operands) {
  int64_t sum = 0;
  for (const OperandFacts &operand : operands) {
    std::optional<int64_t> bytes = sizes.evaluate(operand.bytes);
    if (!bytes)
      return std::nullopt;
    sum += *bytes;
  }
  return sum;
}

void PlanWriter::writeCosts(const RowFacts &row) {
  std::optional<int64_t> read = sumBytes(sizes, row.reads),
                         written = sumBytes(sizes, row.writes);
  int64_t work = macs.rows.lookup(&row);
  json.attribute("macs", work);
  writeOptional(json, "bytes_read", read);
  writeOptional(json, "bytes_written", written);
  if (work && read && written && *read + *written > 0)
    json.attribute("macs_per_byte", double(work) / double(*read + *written));
}

void PlanWriter::writeRow(const RowFacts &row, const PlanFacts &plan) {
  int64_t number = numbers[&row];
  json.attribute("number", number);
  json.attribute("kind", describe(row.kind));
  json.attribute("name", row.callee);
  json.attribute("depth", int64_t(row.depth));
  json.attributeArray("nodes", [&] {
    for (StringRef node : row.nodes)
      json.value(node);
  });
  if (row.kind == RowFacts::Kernel) {
    const KernelFacts *kernel = from.facts.lookUp(row.callee);
    json.attributeArray("operators", [&] {
      if (kernel)
        for (StringRef name : kernel->operators)
          json.value(name);
    });
    json.attribute("layout", kernel ? kernel->layout : std::string());
    writeCosts(row);
    std::string symbol = getSymbol(plan, row);
    auto find = [&](const llvm::StringMap<int64_t> &map) {
      auto it = map.find(symbol);
      return it == map.end() ? std::nullopt : std::optional(it->second);
    };
    writeOptional(json, "code_bytes", find(codeBytes));
    writeOptional(json, "frame_bytes", find(frameBytes));
    writeOptional(json, "stack_bytes", stackBytes.lookup(symbol));
  }
  writeOperands("reads", plan, row.reads);
  writeOperands("writes", plan, row.writes);
  json.attributeArray("remarks", [&] {
    for (int64_t remark : remarksOfRow.lookup(number))
      json.value(remark);
  });
}

/// What the model calls it: an input, an output, a constant, or a node.
StringRef PlanWriter::getName(const PlanFacts &plan,
                              const TensorFacts &tensor) const {
  const ModelInterface &model = from.compiled.interface;
  bool isInput = tensor.place.kind == Place::Input;
  if (plan.part || (!isInput && tensor.place.kind != Place::Output))
    return tensor.name;
  const auto &list = isInput ? model.inputs : model.outputs;
  size_t number = tensor.place.index;
  return number < list.size() ? StringRef(list[number].name)
                              : StringRef(tensor.name);
}

void PlanWriter::writeTensors(const PlanFacts &plan) {
  json.attributeArray("tensors", [&] {
    for (const auto &[i, tensor] : llvm::enumerate(plan.tensors))
      json.object([&, i = i, &tensor = tensor] {
        json.attribute("number", firstTensors[&plan] + int64_t(i));
        json.attribute("name", getName(plan, tensor));
        json.attribute("place", describe(tensor.place.kind));
        json.attribute("type", describeType(getDtype(tensor.elementType)));
        writeShape(tensor.dims);
        writeSize("bytes", tensor.bytes);
        if (tensor.place.kind == Place::Arena ||
            tensor.place.kind == Place::Weights)
          writeOptional(
              json, "offset",
              tensor.place.kind == Place::Weights
                  ? std::optional(tensor.place.index)
                  : sizes.evaluate(plan.buffers[tensor.place.index].offset));
      });
  });
}

namespace {
/// A buffer with the first and the last row at which it is used.
struct Lifetime {
  int64_t first = -1, last = -1;
};
} // namespace

static Lifetime findLifetime(const PlanFacts &plan, const BufferFacts &buffer) {
  Lifetime lifetime;
  for (const auto &[i, row] : llvm::enumerate(plan.rows)) {
    if (row.step < buffer.firstStep || row.step > buffer.lastStep)
      continue;
    if (lifetime.first < 0)
      lifetime.first = int64_t(i);
    lifetime.last = int64_t(i);
  }
  return lifetime;
}

void PlanWriter::writeArena(const PlanFacts &plan) {
  // What lives at each row; the arena cannot be smaller than the most.
  std::vector<int64_t> live(plan.rows.size());
  bool isKnown = true;
  json.attributeArray("buffers", [&] {
    for (const BufferFacts &buffer : plan.buffers)
      json.object([&] {
        Lifetime lifetime = findLifetime(plan, buffer);
        std::optional<int64_t> bytes = sizes.evaluate(buffer.bytes);
        isKnown &= bytes.has_value();
        if (bytes && lifetime.first >= 0)
          for (int64_t i = lifetime.first; i <= lifetime.last; ++i)
            live[i] += *bytes;
        json.attribute("node", buffer.node);
        json.attribute("what", buffer.what);
        writeSize("bytes", buffer.bytes);
        writeSize("offset", buffer.offset);
        json.attribute("first", lifetime.first);
        json.attribute("last", lifetime.last);
        json.attributeArray("tensors", [&] {
          for (unsigned tensor : buffer.tensors)
            json.value(firstTensors[&plan] + int64_t(tensor));
        });
      });
  });
  writeSize("bytes", plan.arenaBytes);
  auto most = llvm::max_element(live);
  bool hasPeak = isKnown && most != live.end();
  writeOptional(json, "lower_bound",
                isKnown ? std::optional(hasPeak ? *most : 0) : std::nullopt);
  writeOptional(json, "peak",
                hasPeak ? std::optional<int64_t>(most - live.begin())
                        : std::nullopt);
}

void PlanWriter::write() {
  json.attributeArray("plans", [&] {
    for (const PlanFacts *plan : plans)
      json.object([&] {
        json.attribute("name", plan->part
                                   ? "part_" + std::to_string(*plan->part)
                                   : std::string("host"));
        json.attributeArray("rows", [&] {
          for (const RowFacts &row : plan->rows)
            json.object([&] { writeRow(row, *plan); });
        });
        writeTensors(*plan);
        json.attributeObject("arena", [&] { writeArena(*plan); });
      });
  });
}

void PlanWriter::writeTotals() {
  std::optional<int64_t> read = 0, written = 0;
  int64_t kernels = 0;
  auto add = [&](std::optional<int64_t> &sum, ArrayRef<OperandFacts> list) {
    std::optional<int64_t> bytes = sumBytes(sizes, list);
    sum = sum && bytes ? std::optional(*sum + *bytes) : std::nullopt;
  };
  for (const PlanFacts *plan : plans)
    for (const RowFacts &row : plan->rows)
      if (row.kind == RowFacts::Kernel) {
        ++kernels;
        add(read, row.reads);
        add(written, row.writes);
      }
  json.attribute("kernels", kernels);
  writeOptional(json, "bytes_read", read);
  writeOptional(json, "bytes_written", written);
  if (!plans.empty())
    writeSize("arena_bytes", plans.front()->arenaBytes);
  // With code for several CPUs the largest arena of all is what a run needs.
  writeOptional(json, "arena_bytes_of_header", from.emitted.arenaBytes);
}

} // namespace onnxc

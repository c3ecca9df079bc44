//===- MachineModel.cpp - Machine models as attributes --------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/plan/MachineModel.h"
#include "dialects/plan/PlanAttrs.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::plan;

using Intrinsics = decltype(DotInstruction::intrinsics);

static constexpr StringLiteral kDeviceCodes[] = {"none", "spirv", "ptx"};

//===----------------------------------------------------------------------===//
// To and from dictionaries: a field is there where it is not the default
//===----------------------------------------------------------------------===//

namespace {

/// Lists the fields of a model that are not those of another.
class FieldWriter {
public:
  explicit FieldWriter(MLIRContext *context) : b(context) {}

  template <typename Field>
  void add(StringRef name, const Field &field, const Field &other) {
    Attribute value = write(field);
    if (value != write(other))
      fields.push_back(b.getNamedAttr(name, value));
  }
  DictionaryAttr getFields() { return b.getDictionaryAttr(fields); }

private:
  Attribute write(bool field) { return b.getBoolAttr(field); }
  Attribute write(unsigned field) { return b.getI64IntegerAttr(field); }
  Attribute write(int field) { return b.getI64IntegerAttr(field); }
  Attribute write(uint64_t field) { return b.getI64IntegerAttr(field); }
  Attribute write(StringRef field) { return b.getStringAttr(field); }
  Attribute write(MachineModel::DeviceCode field) {
    return b.getStringAttr(kDeviceCodes[field]);
  }
  Attribute write(const Intrinsics &field) {
    SmallVector<NamedAttribute> names;
    for (const auto &[bits, name] : field)
      names.push_back(
          b.getNamedAttr(("b" + Twine(bits)).str(), b.getStringAttr(name)));
    return b.getDictionaryAttr(names);
  }
  Attribute write(const DotInstruction &field);

  Builder b;
  SmallVector<NamedAttribute> fields;
};

/// Calls add(name, field, the same field of `other`) for each.
template <typename Record, typename List, typename Add>
void visitPairs(const Record &record, const Record &other, List list, Add add) {
  // The list is of one record: walk it twice, in step.
  SmallVector<const void *> others;
  list(other, [&](StringRef, const auto &field) { others.push_back(&field); });
  size_t i = 0;
  list(record, [&](StringRef name, const auto &field) {
    using Field = std::decay_t<decltype(field)>;
    add(name, field, *static_cast<const Field *>(others[i++]));
  });
}

Attribute FieldWriter::write(const DotInstruction &field) {
  FieldWriter inner(b.getContext());
  visitPairs(
      field, DotInstruction(),
      [](const auto &dot, auto visit) { visitDotInstruction(dot, visit); },
      [&](StringRef name, const auto &value, const auto &usual) {
        inner.add(name, value, usual);
      });
  return inner.getFields();
}

/// Reads fields from a dictionary, and finds what is wrong with it.
class FieldReader {
public:
  explicit FieldReader(DictionaryAttr fields) : fields(fields) {}

  template <typename Field> void operator()(StringRef name, Field &field) {
    known.push_back(name);
    if (Attribute value = fields.get(name))
      if (!read(value, field) && wrong.empty())
        wrong = ("'" + name + "' has the wrong type").str();
  }
  /// Empty where all is well.
  std::string getError() {
    for (NamedAttribute field : fields)
      if (wrong.empty() && !llvm::is_contained(known, field.getName()))
        wrong = ("there is no field '" + field.getName().strref() + "'").str();
    return wrong;
  }

private:
  template <typename Integer>
  bool readInteger(Attribute value, Integer &field) {
    auto integer = dyn_cast<IntegerAttr>(value);
    if (!integer || !integer.getType().isInteger(64) ||
        (std::is_unsigned_v<Integer> && integer.getInt() < 0) ||
        int64_t(Integer(integer.getInt())) != integer.getInt())
      return false;
    field = integer.getInt();
    return true;
  }
  bool read(Attribute value, unsigned &field) {
    return readInteger(value, field);
  }
  bool read(Attribute value, int &field) { return readInteger(value, field); }
  bool read(Attribute value, uint64_t &field) {
    return readInteger(value, field);
  }
  bool read(Attribute value, bool &field) {
    auto boolean = dyn_cast<BoolAttr>(value);
    if (boolean)
      field = boolean.getValue();
    return bool(boolean);
  }
  bool read(Attribute value, StringRef &field) {
    auto text = dyn_cast<StringAttr>(value);
    if (text)
      field = text.getValue();
    return bool(text);
  }
  bool read(Attribute value, MachineModel::DeviceCode &field) {
    auto text = dyn_cast<StringAttr>(value);
    if (!text || !llvm::is_contained(kDeviceCodes, text.getValue()))
      return false;
    field = MachineModel::DeviceCode(llvm::find(kDeviceCodes, text.getValue()) -
                                     std::begin(kDeviceCodes));
    return true;
  }
  bool read(Attribute value, Intrinsics &field) {
    auto names = dyn_cast<DictionaryAttr>(value);
    if (!names)
      return false;
    for (NamedAttribute entry : names) {
      StringRef bits = entry.getName();
      auto name = dyn_cast<StringAttr>(entry.getValue());
      unsigned size;
      if (!name || !bits.consume_front("b") || bits.getAsInteger(10, size))
        return false;
      field.push_back({size, name.getValue()});
    }
    return true;
  }
  bool read(Attribute value, DotInstruction &field) {
    auto dictionary = dyn_cast<DictionaryAttr>(value);
    if (!dictionary)
      return false;
    FieldReader inner(dictionary);
    visitDotInstruction(field, inner);
    wrong = inner.getError();
    return wrong.empty();
  }

  DictionaryAttr fields;
  SmallVector<StringRef> known;
  std::string wrong;
};

} // namespace

MachineAttr MachineAttr::get(MLIRContext *context,
                             const MachineModel &machine) {
  FieldWriter writer(context);
  visitPairs(
      machine, MachineModel(),
      [](const auto &model, auto visit) { visitMachineModel(model, visit); },
      [&](StringRef name, const auto &value, const auto &usual) {
        writer.add(name, value, usual);
      });
  return get(context, writer.getFields());
}

MachineModel MachineAttr::getModel() const {
  MachineModel model;
  FieldReader reader(getFields());
  visitMachineModel(model, reader);
  return model;
}

LogicalResult MachineAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                  DictionaryAttr fields) {
  MachineModel model;
  FieldReader reader(fields);
  visitMachineModel(model, reader);
  std::string wrong = reader.getError();
  if (!wrong.empty())
    return emitError() << "of a machine " << wrong;
  return success();
}

//===----------------------------------------------------------------------===//
// Text: #plan.machine<vectorBits = 256, dot = {group = 2}>
//===----------------------------------------------------------------------===//

static void printFields(AsmPrinter &printer, DictionaryAttr fields) {
  llvm::interleaveComma(fields, printer, [&](NamedAttribute field) {
    printer << field.getName().strref() << " = ";
    if (auto inner = dyn_cast<DictionaryAttr>(field.getValue())) {
      printer << "{";
      printFields(printer, inner);
      printer << "}";
    } else {
      printer.printAttributeWithoutType(field.getValue());
    }
  });
}

void MachineAttr::print(AsmPrinter &printer) const {
  printer << "<";
  printFields(printer, getFields());
  printer << ">";
}

/// Dictionaries as values are MLIR's own.
Attribute MachineAttr::parse(AsmParser &parser, Type) {
  NamedAttrList fields;
  auto parseField = [&]() -> ParseResult {
    std::string name;
    Attribute value;
    if (parser.parseKeywordOrString(&name) || parser.parseEqual() ||
        parser.parseAttribute(value))
      return failure();
    fields.set(name, value);
    return success();
  };
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseCommaSeparatedList(AsmParser::Delimiter::LessGreater,
                                     parseField))
    return {};
  auto attr = parser.getChecked<MachineAttr>(
      loc, parser.getContext(), fields.getDictionary(parser.getContext()));
  // Equal models are equal attributes: what is the default is left out.
  return attr ? get(parser.getContext(), attr.getModel()) : attr;
}

//===----------------------------------------------------------------------===//
// The machine of an op
//===----------------------------------------------------------------------===//

MachineModel onnxc::getMachine(Operation *op) {
  for (; op; op = op->getParentOp())
    if (auto machine = attrs::Machine::get(op))
      return machine.getModel();
  MachineModel usual;
  usual.vectorBits = 256;
  usual.numVectorRegisters = 16;
  usual.hasRounding = usual.hasHalfConversion = true;
  return usual;
}

void onnxc::setMachine(ModuleOp module, const MachineModel &machine) {
  attrs::Machine::set(module, MachineAttr::get(module.getContext(), machine));
}

bool onnxc::statesMachine(ModuleOp module) {
  return attrs::Machine::isOn(module);
}

bool onnxc::hasMachine(ModuleOp module, const MachineModel &machine) {
  return attrs::Machine::get(module) ==
         MachineAttr::get(module.getContext(), machine);
}

MachineModel onnxc::getHostMachine(ModuleOp module) {
  auto machine = attrs::HostMachine::get(module);
  return machine ? machine.getModel() : getMachine(module);
}

void onnxc::setHostMachine(ModuleOp module, const MachineModel &machine) {
  attrs::HostMachine::set(module,
                          MachineAttr::get(module.getContext(), machine));
}

void onnxc::becomeHost(ModuleOp module) {
  if (auto machine = attrs::HostMachine::get(module))
    attrs::Machine::set(module, machine);
  attrs::HostMachine::remove(module);
}

// PtxModule.cpp: reads PTX.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "PtxModule.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <cstring>

namespace ptx {

static const struct {
  const char *name;
  Type type;
  unsigned bytes;
} types[] = {{"b8", Type::B8, 1},         {"b16", Type::B16, 2},
             {"b32", Type::B32, 4},       {"b64", Type::B64, 8},
             {"b128", Type::B128, 16},    {"u8", Type::U8, 1},
             {"u16", Type::U16, 2},       {"u32", Type::U32, 4},
             {"u64", Type::U64, 8},       {"s8", Type::S8, 1},
             {"s16", Type::S16, 2},       {"s32", Type::S32, 4},
             {"s64", Type::S64, 8},       {"f16", Type::F16, 2},
             {"f16x2", Type::F16x2, 4},   {"bf16", Type::BF16, 2},
             {"bf16x2", Type::BF16x2, 4}, {"f32", Type::F32, 4},
             {"f64", Type::F64, 8},       {"pred", Type::Pred, 1}};

unsigned sizeOf(Type type) {
  for (const auto &row : types)
    if (row.type == type)
      return row.bytes;
  return 0;
}

Type typeOf(const std::string &name) {
  for (const auto &row : types)
    if (name == row.name)
      return row.type;
  return Type::None;
}

bool isSigned(Type type) {
  return type == Type::S8 || type == Type::S16 || type == Type::S32 ||
         type == Type::S64;
}

bool isFloat(Type type) { return type >= Type::F16 && type <= Type::F64; }

std::string Instruction::text() const {
  std::string result = name;
  for (const std::string &modifier : modifiers)
    result += "." + modifier;
  return result;
}

static const struct {
  const char *name;
  SpecialRegister number;
} specials[] = {
    {"%tid.x", TidX},       {"%tid.y", TidY},       {"%tid.z", TidZ},
    {"%ntid.x", NtidX},     {"%ntid.y", NtidY},     {"%ntid.z", NtidZ},
    {"%ctaid.x", CtaidX},   {"%ctaid.y", CtaidY},   {"%ctaid.z", CtaidZ},
    {"%nctaid.x", NctaidX}, {"%nctaid.y", NctaidY}, {"%nctaid.z", NctaidZ},
    {"%laneid", LaneId},    {"%warpid", WarpId}};

namespace {

class Parser {
public:
  explicit Parser(const std::string &text) : text(text) {}

  Module run() {
    Module module;
    bool hasVersion = false;
    while (!atEnd()) {
      std::string word = next();
      if (word == ".version") {
        hasVersion = true;
        next();
      } else if (word == ".target") {
        std::string target = next();
        if (target.compare(0, 3, "sm_") != 0)
          fail("the target '" + target + "' is unknown");
        module.target = std::atoi(target.c_str() + 3);
        if (peek() == ",")
          fail("options of the target are unknown");
      } else if (word == ".address_size") {
        if (next() != "64")
          fail("addresses must have 64 bits");
      } else if (word == ".visible" || word == ".weak") {
        if (next() != ".entry")
          fail("only .entry is known after " + word);
        Function function = parseFunction();
        module.functions[function.name] = std::move(function);
      } else if (word == ".entry") {
        Function function = parseFunction();
        module.functions[function.name] = std::move(function);
      } else if (word == ".shared" || word == ".extern") {
        if (word == ".extern" && next() != ".shared")
          fail("only .shared is known after .extern");
        parseVariable(globals, globalBytes);
      } else {
        fail("'" + word + "' is unknown");
      }
    }
    if (!hasVersion || !module.target)
      fail(".version or .target is missing");
    return module;
  }

private:
  [[noreturn]] void fail(const std::string &why) {
    throw Error("line " + std::to_string(line) + ": " + why);
  }

  // --- words ---------------------------------------------------------------

  void skip() {
    while (at < text.size()) {
      if (text[at] == '\n')
        ++line;
      if (std::isspace(static_cast<unsigned char>(text[at]))) {
        ++at;
      } else if (text.compare(at, 2, "//") == 0) {
        while (at < text.size() && text[at] != '\n')
          ++at;
      } else if (text.compare(at, 2, "/*") == 0) {
        size_t end = text.find("*/", at);
        if (end == std::string::npos)
          fail("a comment has no end");
        for (; at < end + 2; ++at)
          line += text[at] == '\n';
      } else {
        return;
      }
    }
  }

  bool atEnd() {
    skip();
    return at >= text.size() || text[at] == '\0';
  }

  static bool isWordPart(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '_' ||
           c == '$' || c == '%' || c == '.';
  }

  std::string next() {
    skip();
    if (at >= text.size())
      fail("the text ends too early");
    size_t from = at++;
    // "::" is a part of modifiers like shared::cta.
    if (isWordPart(text[from]))
      while (at < text.size() &&
             (isWordPart(text[at]) ||
              (text[at] == ':' && at + 1 < text.size() &&
               (text[at + 1] == ':' || text[at - 1] == ':'))))
        ++at;
    return text.substr(from, at - from);
  }

  std::string peek() {
    size_t from = at;
    int was = line;
    std::string word = next();
    at = from;
    line = was;
    return word;
  }

  void expect(const char *word) {
    std::string found = next();
    if (found != word)
      fail(std::string("'") + word + "' was expected, not '" + found + "'");
  }

  uint64_t number() {
    std::string word = next();
    char *end;
    uint64_t value = std::strtoull(word.c_str(), &end, 0);
    if (*end && std::strcmp(end, "U") != 0)
      fail("'" + word + "' is no number");
    return value;
  }

  // --- declarations --------------------------------------------------------

  /// .align 16 .b8 name[64];   (the space has been read)
  void parseVariable(std::map<std::string, uint64_t> &into, uint64_t &end) {
    uint64_t align = 1;
    std::string word = next();
    if (word == ".align") {
      align = number();
      word = next();
    }
    Type type = typeOf(word.substr(1));
    if (type == Type::None)
      fail("'" + word + "' is no type");
    align = std::max<uint64_t>(align, sizeOf(type));
    std::string name = next();
    uint64_t count = 1;
    if (peek() == "[") {
      next();
      count = peek() == "]" ? 0 : number();
      expect("]");
    }
    expect(";");
    end = (end + align - 1) / align * align;
    into[name] = end;
    end += count * sizeOf(type);
  }

  void parseParameters(Function &function) {
    expect("(");
    if (peek() == ")") {
      next();
      return;
    }
    for (;;) {
      expect(".param");
      Variable variable;
      std::string word = next();
      Type type = Type::None;
      for (;; word = next()) {
        if (word == ".align") {
          variable.align = number();
        } else if (word == ".ptr") {
          // Says what the pointer points to.
        } else if (word == ".global" || word == ".shared") {
        } else if (word[0] == '.' && typeOf(word.substr(1)) != Type::None) {
          type = typeOf(word.substr(1));
        } else {
          break;
        }
      }
      if (type == Type::None)
        fail("a parameter has no type");
      variable.name = word;
      variable.bytes = sizeOf(type);
      if (peek() == "[") {
        next();
        variable.bytes *= number();
        expect("]");
      }
      // .align of a .ptr is the target's, not the parameter's.
      uint64_t align = sizeOf(type);
      variable.offset = (function.parameterBytes + align - 1) / align * align;
      function.parameterBytes = variable.offset + variable.bytes;
      function.parameters.push_back(variable);
      word = next();
      if (word == ")")
        return;
      if (word != ",")
        fail("',' was expected, not '" + word + "'");
    }
  }

  Function parseFunction() {
    Function function;
    function.name = next();
    registers.clear();
    labels.clear();
    locals.clear();
    shared = globals;
    function.sharedBytes = globalBytes;
    parseParameters(function);
    parameters = function.parameters;
    while (peek() != "{") {
      std::string word = next();
      if (word == ".maxntid" || word == ".reqntid") {
        do
          number();
        while (peek() == "," && next() == ",");
      } else if (word == ".minnctapersm" || word == ".maxnreg") {
        number();
      } else {
        fail("'" + word + "' is unknown");
      }
    }
    next();
    std::vector<std::pair<size_t, std::string>> jumps;
    while (peek() != "}")
      parseStatement(function, jumps);
    next();
    for (auto &[instruction, label] : jumps) {
      auto it = labels.find(label);
      if (it == labels.end())
        fail("there is no label '" + label + "'");
      function.code[instruction].target = it->second;
    }
    return function;
  }

  void parseRegisters(Function &function) {
    Type type = typeOf(next().substr(1));
    if (type == Type::None)
      fail("registers have no type");
    for (;;) {
      std::string name = next();
      uint64_t count = 0;
      if (peek() == "<") {
        next();
        count = number();
        expect(">");
      }
      auto add = [&](const std::string &one) {
        if (!registers.emplace(one, function.numRegisters).second)
          fail("the register '" + one + "' is there twice");
        ++function.numRegisters;
        function.registerNames.push_back(one);
        function.registerTypes.push_back(type);
      };
      if (count == 0)
        add(name);
      for (uint64_t i = 0; i < count; ++i)
        add(name + std::to_string(i));
      std::string word = next();
      if (word == ";")
        return;
      if (word != ",")
        fail("',' was expected, not '" + word + "'");
    }
  }

  void parseStatement(Function &function,
                      std::vector<std::pair<size_t, std::string>> &jumps) {
    std::string word = next();
    if (word == ";")
      return;
    if (word == ".reg")
      return parseRegisters(function);
    if (word == ".shared")
      return parseVariable(shared, function.sharedBytes);
    if (word == ".local")
      return parseVariable(locals, function.localBytes);
    if (word == ".loc" || word == ".file") {
      while (at < text.size() && text[at] != '\n')
        ++at;
      return;
    }
    if (word == ".pragma") {
      // Advice for the assembler.
      while (next() != ";") {
      }
      return;
    }
    Instruction instruction;
    if (word == "@") {
      word = next();
      if (word == "!") {
        instruction.isGuardNegated = true;
        word = next();
      }
      instruction.guard = getRegister(word);
      word = next();
    } else if (peek() == ":") {
      next();
      if (!labels.emplace(word, function.code.size()).second)
        fail("the label '" + word + "' is there twice");
      return;
    }
    instruction.line = line;
    size_t dot = word.find('.');
    instruction.name = word.substr(0, dot);
    while (dot != std::string::npos) {
      size_t end = word.find('.', dot + 1);
      instruction.modifiers.push_back(
          word.substr(dot + 1, end == std::string::npos ? end : end - dot - 1));
      dot = end;
    }
    if (instruction.name == "bra") {
      jumps.push_back({function.code.size(), next()});
      expect(";");
    } else {
      parseOperands(instruction);
    }
    try {
      decode(instruction);
    } catch (const Error &error) {
      fail(error.what());
    }
    function.code.push_back(std::move(instruction));
  }

  void parseOperands(Instruction &instruction) {
    if (peek() == ";") {
      next();
      return;
    }
    for (;;) {
      instruction.operands.push_back(parseOperand());
      std::string word = next();
      // d|p: a second result.
      if (word == "|")
        continue;
      if (word == ";")
        return;
      if (word != ",")
        fail("',' was expected, not '" + word + "'");
    }
  }

  int32_t getRegister(const std::string &name) {
    auto it = registers.find(name);
    if (it == registers.end())
      fail("there is no register '" + name + "'");
    return int32_t(it->second);
  }

  int64_t parseConstant(std::string word) {
    bool isNegative = word == "-";
    if (isNegative)
      word = next();
    // 0f3F800000 and 0d...: the bits of a float.
    if (word.size() > 2 && word[0] == '0' &&
        (word[1] == 'f' || word[1] == 'F' || word[1] == 'd' ||
         word[1] == 'D')) {
      char *end;
      uint64_t bits = std::strtoull(word.c_str() + 2, &end, 16);
      if (*end || isNegative ||
          word.size() != (word[1] == 'f' || word[1] == 'F' ? 10u : 18u))
        fail("'" + word + "' is no number");
      return int64_t(bits);
    }
    char *end;
    uint64_t value = std::strtoull(word.c_str(), &end, 0);
    if (end == word.c_str() || (*end && std::strcmp(end, "U") != 0))
      fail("'" + word + "' is no operand");
    return isNegative ? -int64_t(value) : int64_t(value);
  }

  Operand parseOperand() {
    std::string word = next();
    Operand operand;
    if (word == "{") {
      operand.kind = Operand::Vector;
      for (;;) {
        operand.parts.push_back(parseOperand());
        word = next();
        if (word == "}")
          return operand;
        if (word != ",")
          fail("',' was expected, not '" + word + "'");
      }
    }
    if (word == "[") {
      operand.kind = Operand::Address;
      word = next();
      if (registers.count(word)) {
        operand.reg = getRegister(word);
      } else if (auto variable = findVariable(word)) {
        operand.value = *variable;
      } else if (auto parameter = findParameter(word)) {
        operand.kind = Operand::Parameter;
        operand.value = *parameter;
      } else {
        operand.value = parseConstant(word);
      }
      word = next();
      if (word == "+" || word == "-") {
        int64_t offset = parseConstant(word == "-" ? word : next());
        operand.value += offset;
        word = next();
      }
      if (word != "]")
        fail("']' was expected, not '" + word + "'");
      return operand;
    }
    if (word == "!") {
      operand.isNegated = true;
      word = next();
    }
    if (word == "_") {
      // A result that nobody wants.
      operand.kind = Operand::None;
      return operand;
    }
    if (registers.count(word)) {
      operand.kind = Operand::Register;
      operand.reg = getRegister(word);
      return operand;
    }
    for (const auto &special : specials)
      if (word == special.name) {
        operand.kind = Operand::Special;
        operand.value = special.number;
        return operand;
      }
    if (auto variable = findVariable(word)) {
      operand.kind = Operand::Symbol;
      operand.value = *variable;
      return operand;
    }
    operand.kind = Operand::Immediate;
    operand.value = parseConstant(word);
    return operand;
  }

  const uint64_t *findVariable(const std::string &name) {
    for (auto *space : {&shared, &locals}) {
      auto it = space->find(name);
      if (it != space->end())
        return &it->second;
    }
    return nullptr;
  }

  const uint64_t *findParameter(const std::string &name) {
    for (const Variable &variable : parameters)
      if (variable.name == name)
        return &variable.offset;
    return nullptr;
  }

  const std::string &text;
  size_t at = 0;
  int line = 1;
  std::map<std::string, unsigned> registers;
  std::map<std::string, int32_t> labels;
  std::map<std::string, uint64_t> shared, locals, globals;
  uint64_t globalBytes = 0;
  std::vector<Variable> parameters;
};

} // namespace

Module parse(const std::string &text) { return Parser(text).run(); }

} // namespace ptx

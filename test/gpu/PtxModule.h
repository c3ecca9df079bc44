// PtxModule.h: PTX text as instructions that the interpreter runs.
//
// The parser is strict: a directive, an instruction or a modifier that it does
// not know is an error, for what is ignored gives wrong results silently.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef ONNXC_TEST_GPU_PTXMODULE_H
#define ONNXC_TEST_GPU_PTXMODULE_H

#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace ptx {

/// What is wrong with a program, or what it does wrong.
struct Error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

enum class Type : uint8_t {
  None,
  B8,
  B16,
  B32,
  B64,
  B128,
  U8,
  U16,
  U32,
  U64,
  S8,
  S16,
  S32,
  S64,
  F16,
  F16x2,
  BF16,
  BF16x2,
  F32,
  F64,
  Pred
};
/// Bytes of a value.
unsigned sizeOf(Type type);
bool isSigned(Type type);
bool isFloat(Type type);
/// "u32" -> U32; None where it is no type.
Type typeOf(const std::string &name);

struct Operand {
  enum Kind : uint8_t {
    None,
    Register,
    Immediate,
    Special,  // %tid.x: `value` is a SpecialRegister
    Symbol,   // the address of a variable, `value` its offset in its space
    Address,  // [register or symbol + value]
    Vector,   // {a, b, c, d}
    Parameter // [name + value] in .param space; `value` is the whole offset
  } kind = None;
  /// !p
  bool isNegated = false;
  /// In an address: -1 where there is no register.
  int32_t reg = -1;
  int64_t value = 0;
  std::vector<Operand> parts;
};

enum SpecialRegister {
  TidX,
  TidY,
  TidZ,
  NtidX,
  NtidY,
  NtidZ,
  CtaidX,
  CtaidY,
  CtaidZ,
  NctaidX,
  NctaidY,
  NctaidZ,
  LaneId,
  WarpId,
  NumSpecialRegisters
};

struct Instruction {
  /// The first part, "ld", and all that follows it: "global", "v4", "f32".
  std::string name;
  std::vector<std::string> modifiers;
  /// -1 where there is no guard.
  int32_t guard = -1;
  bool isGuardNegated = false;
  std::vector<Operand> operands;
  /// Of bra: the instruction gone to.
  int32_t target = -1;
  int line = 0;

  // What decode() makes of the name and modifiers.
  int opcode = -1;
  Type type = Type::None, fromType = Type::None;
  /// A comparison, space, rounding, mode of a shuffle...: see Decode.cpp.
  int mode = 0, mode2 = 0;
  unsigned vector = 1;
  bool flag = false;
  /// How the program wrote it.
  std::string text() const;
};

struct Variable {
  std::string name;
  unsigned align = 1;
  uint64_t bytes = 0, offset = 0;
};

struct Function {
  std::string name;
  std::vector<Variable> parameters;
  uint64_t parameterBytes = 0, sharedBytes = 0, localBytes = 0;
  unsigned numRegisters = 0;
  std::vector<std::string> registerNames;
  std::vector<Type> registerTypes;
  std::vector<Instruction> code;
};

struct Module {
  /// 80 for .target sm_80.
  int target = 0;
  std::map<std::string, Function> functions;
};

/// Throws Error with the line.
Module parse(const std::string &text);

/// Fills in the decoded part; throws Error for what is unknown.
void decode(Instruction &instruction);

} // namespace ptx

#endif // ONNXC_TEST_GPU_PTXMODULE_H

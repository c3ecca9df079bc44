// Decode.cpp: names and modifiers become opcodes. What is not listed here is
// unknown, and an error.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Opcodes.h"
#include "PtxModule.h"

#include <cstring>
#include <initializer_list>

namespace ptx {

namespace {

class Decoder {
public:
  explicit Decoder(Instruction &in) : in(in), rest(in.modifiers) {}

  void run() {
    decodeName();
    if (!rest.empty())
      fail("the modifier '." + rest.front() + "' is unknown");
  }

private:
  [[noreturn]] void fail(const std::string &why) {
    throw Error(in.text() + ": " + why);
  }

  bool take(const char *name) {
    for (size_t i = 0; i < rest.size(); ++i)
      if (rest[i] == name) {
        rest.erase(rest.begin() + i);
        return true;
      }
    return false;
  }

  Type takeType() {
    for (size_t i = 0; i < rest.size(); ++i)
      if (Type type = typeOf(rest[i]); type != Type::None) {
        rest.erase(rest.begin() + i);
        return type;
      }
    fail("a type is missing");
  }

  /// The operation, its type, and how many operands it has.
  void set(Opcode opcode, size_t numOperands, Type type) {
    in.opcode = opcode;
    in.type = type;
    require(numOperands);
  }
  void require(size_t numOperands) {
    if (in.operands.size() != numOperands)
      fail("has " + std::to_string(in.operands.size()) + " operands, not " +
           std::to_string(numOperands));
  }
  void requireType(std::initializer_list<Type> allowed) {
    for (Type type : allowed)
      if (type == in.type)
        return;
    fail("is not known for this type");
  }

  void takeRounding(int otherwise) {
    static const struct {
      const char *name;
      Rounding mode;
    } modes[] = {
        {"rn", Nearest},      {"rz", Zero},        {"rm", Down},
        {"rp", Up},           {"rni", NearestInt}, {"rzi", ZeroInt},
        {"rmi", DownInt},     {"rpi", UpInt},      {"approx", Approximate},
        {"full", Approximate}};
    in.mode = otherwise;
    for (const auto &mode : modes)
      if (take(mode.name))
        in.mode = mode.mode;
  }
  void takeFlags(bool canSaturate = true) {
    if (take("ftz"))
      in.mode2 |= FlushSubnormals;
    if (canSaturate && take("sat"))
      in.mode2 |= Saturate;
  }

  /// Arithmetic on integers or floats.
  void arithmetic(Opcode opcode, size_t numOperands) {
    takeRounding(Exact);
    takeFlags();
    Type type = takeType();
    set(opcode, numOperands, type);
    if (!isFloat(type) && (in.mode != Exact || in.mode2 & FlushSubnormals))
      fail("integers are not rounded");
    if (!isFloat(type) && in.mode2 & Saturate && type != Type::S32)
      fail("only .s32 saturates");
    if (isFloat(type) && in.mode > Up && in.mode != Exact)
      fail("is no rounding of this operation");
  }

  void multiply(bool adds) {
    size_t numOperands = adds ? 4 : 3;
    if (take("wide")) {
      set(adds ? MadWide : MulWide, numOperands, takeType());
      requireType({Type::U16, Type::S16, Type::U32, Type::S32});
      return;
    }
    if (take("hi")) {
      if (adds)
        fail("is not known");
      set(MulHi, 3, takeType());
      requireType(
          {Type::U16, Type::S16, Type::U32, Type::S32, Type::U64, Type::S64});
      return;
    }
    bool isLow = take("lo");
    arithmetic(adds ? (isLow ? Mad : Fma) : Mul, numOperands);
    if (isFloat(in.type) == isLow)
      fail(isLow ? "floats have no low half" : "asks for .lo, .hi or .wide");
  }

  void memory(bool isLoad) {
    bool isParam = take("param");
    in.mode = take("shared") || take("shared::cta") ? Shared
              : take("local")                       ? Local
                                                    : Global;
    if (!take("global") && in.mode == Global && !isParam)
      fail("wants a state space");
    if (isLoad && take("nc"))
      in.flag = true;
    // Caches do not change what is read.
    for (const char *hint :
         {"ca", "cg", "cs", "L1::evict_last", "L1::no_allocate", "weak"})
      take(hint);
    in.vector = take("v2") ? 2 : take("v4") ? 4 : 1;
    set(isParam ? LoadParam : isLoad ? Load : Store, 2, takeType());
    if (isParam && !isLoad)
      fail("parameters cannot be written");
    Operand &address = in.operands[isLoad ? 1 : 0];
    Operand &value = in.operands[isLoad ? 0 : 1];
    if (isParam != (address.kind == Operand::Parameter) ||
        (!isParam && address.kind != Operand::Address))
      fail("has no address");
    if (in.vector > 1 &&
        (value.kind != Operand::Vector || value.parts.size() != in.vector))
      fail("wants a list of registers");
  }

  void compare() {
    static const char *const names[] = {
        "eq", "ne",  "lt",  "le",  "gt",  "ge",  "lo",  "ls",  "hi",
        "hs", "equ", "neu", "ltu", "leu", "gtu", "geu", "num", "nan"};
    in.mode = -1;
    for (int i = 0; i < int(std::size(names)); ++i)
      if (take(names[i]))
        in.mode = i;
    if (in.mode < 0)
      fail("compares nothing");
    takeFlags(false);
    // setp.lt.and.s32 p, a, b, c: combined with another predicate.
    in.vector = take("and") ? 1 : take("or") ? 2 : take("xor") ? 3 : 0;
    Type type = takeType();
    set(Setp, in.vector ? 4 : 3, type);
    if (isFloat(type) ? in.mode >= Lo && in.mode <= Hs : in.mode > Hs)
      fail("is no comparison of this type");
  }

  void convert() {
    takeRounding(Exact);
    takeFlags();
    Type to = takeType(), from = takeType();
    in.fromType = from;
    if (in.operands.size() == 3) {
      // cvt.rn.f16x2.f32 d, a, b
      set(Convert, 3, to);
      requireType({Type::F16x2, Type::BF16x2});
      if (from != Type::F32 || in.mode != Nearest)
        fail("is not known");
      return;
    }
    set(Convert, 2, to);
    bool narrows = isFloat(to) && (!isFloat(from) || sizeOf(to) < sizeOf(from));
    bool widens = isFloat(to) && isFloat(from) && sizeOf(to) > sizeOf(from);
    bool toInteger = !isFloat(to) && isFloat(from);
    bool rounds = isFloat(to) && to == from;
    if (narrows && in.mode > Up)
      fail("must say how it rounds");
    if ((toInteger || (rounds && in.mode != Exact)) &&
        (in.mode < NearestInt || in.mode > UpInt))
      fail("must say how it rounds to an integer");
    if ((widens || (!isFloat(to) && !isFloat(from))) && in.mode != Exact)
      fail("is exact");
  }

  void logic(Opcode opcode, size_t numOperands) {
    set(opcode, numOperands, takeType());
    requireType({Type::Pred, Type::B16, Type::B32, Type::B64});
  }

  void approximate(Opcode opcode) {
    takeRounding(Exact);
    takeFlags(false);
    set(opcode, 2, takeType());
    bool canRound = opcode == Sqrt || opcode == Rcp;
    if (in.mode == Exact || (in.mode != Approximate && !canRound))
      fail("must be .approx" + std::string(canRound ? " or rounded" : ""));
    if (in.type == Type::F64 && in.mode != Nearest)
      fail("is not known for .f64");
    requireType({Type::F32, Type::F64});
  }

  void matrix() {
    // mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32
    if (!take("sync") || !take("aligned") || !take("row") || !take("col"))
      fail("wants .sync.aligned...row.col");
    in.mode = take("m16n8k16") ? 16 : take("m16n8k8") ? 8 : 0;
    if (!in.mode)
      fail("is of an unknown shape");
    Type d = takeType(), a = takeType(), b = takeType(), c = takeType();
    if (a != b || d != c || (a != Type::F16 && a != Type::BF16) ||
        (d != Type::F32 && !(d == Type::F16 && a == Type::F16)))
      fail("is of unknown types");
    in.fromType = a;
    set(Mma, 4, d);
    size_t sums = d == Type::F32 ? 4 : 2, columns = in.mode / 8;
    size_t sizes[] = {sums, 2 * columns, columns, sums};
    for (int i = 0; i < 4; ++i) {
      const Operand &operand = in.operands[i];
      size_t size = operand.kind == Operand::Vector ? operand.parts.size() : 1;
      if (size != sizes[i])
        fail("has fragments of the wrong size");
    }
  }

  void loadMatrix() {
    if (!take("sync") || !take("aligned") || !take("m8n8") ||
        !(take("shared") || take("shared::cta")) || !take("b16"))
      fail("is unknown");
    in.vector = take("x1") ? 1 : take("x2") ? 2 : take("x4") ? 4 : 0;
    in.flag = take("trans");
    set(LoadMatrix, 2, Type::B16);
    if (!in.vector || in.operands[1].kind != Operand::Address)
      fail("is unknown");
  }

  void asyncCopy() {
    if (!take("async"))
      fail("is unknown");
    if (take("commit_group"))
      return set(AsyncCommit, 0, Type::None);
    if (take("wait_all"))
      return set(AsyncWaitAll, 0, Type::None);
    if (take("wait_group"))
      return set(AsyncWait, 1, Type::None);
    bool all = take("ca"), global = take("cg");
    if (all == global || !(take("shared") || take("shared::cta")) ||
        !take("global"))
      fail("is unknown");
    take("L2::128B");
    in.opcode = AsyncCopy;
    if (in.operands.size() != 3 && in.operands.size() != 4)
      fail("has the wrong number of operands");
    int64_t bytes = in.operands[2].value;
    if (in.operands[2].kind != Operand::Immediate ||
        !(bytes == 16 || (all && (bytes == 4 || bytes == 8))))
      fail("copies a number of bytes that it cannot");
  }

  void shuffle() {
    if (!take("sync") || !take("b32"))
      fail("is unknown");
    in.mode = take("up")     ? Up_
              : take("down") ? Down_
              : take("bfly") ? Butterfly
              : take("idx")  ? Index
                             : -1;
    if (in.mode < 0 || in.operands.size() < 5 || in.operands.size() > 6)
      fail("is unknown");
    // A second result says whether the source was in range.
    in.flag = in.operands.size() == 6;
    in.opcode = Shuffle;
  }

  bool is(const char *name) const { return in.name == name; }
  bool decodeMove();
  bool decodeArithmetic();
  bool decodeBits();
  bool decodeFlow();
  void decodeName();

  Instruction &in;
  std::vector<std::string> rest;
};

/// What moves values, converts or selects them. False for other instructions.
bool Decoder::decodeMove() {
  if (is("mov")) {
    set(Mov, 2, takeType());
    if (in.operands[1].kind == Operand::Vector)
      in.opcode = Pack;
    else if (in.operands[0].kind == Operand::Vector)
      in.opcode = Unpack;
  } else if (is("ld")) {
    memory(true);
  } else if (is("st")) {
    memory(false);
  } else if (is("cvta")) {
    bool to = take("to");
    if (!take("global") && !take("local") && (to || !take("shared")))
      fail("is unknown");
    set(ToAddress, 2, takeType());
    requireType({Type::U64});
  } else if (is("cvt")) {
    convert();
  } else if (is("selp")) {
    set(Selp, 4, takeType());
  } else if (is("shfl")) {
    shuffle();
  } else if (is("ldmatrix")) {
    loadMatrix();
  } else if (is("cp")) {
    asyncCopy();
  } else {
    return false;
  }
  return true;
}

/// What computes numbers. False for other instructions.
bool Decoder::decodeArithmetic() {
  if (is("add")) {
    arithmetic(Add, 3);
  } else if (is("sub")) {
    arithmetic(Sub, 3);
  } else if (is("mul")) {
    multiply(false);
  } else if (is("mad")) {
    multiply(true);
  } else if (is("fma")) {
    arithmetic(Fma, 4);
    if (!isFloat(in.type) || in.mode == Exact)
      fail("must say how it rounds");
  } else if (is("div")) {
    takeRounding(Exact);
    takeFlags(false);
    set(Div, 3, takeType());
    if (isFloat(in.type) == (in.mode == Exact))
      fail("must say how it rounds");
  } else if (is("rem")) {
    set(Rem, 3, takeType());
    requireType(
        {Type::U16, Type::S16, Type::U32, Type::S32, Type::U64, Type::S64});
  } else if (is("min") || is("max")) {
    takeFlags(false);
    if (take("NaN"))
      in.mode2 |= PropagateNaN;
    set(is("min") ? Min : Max, 3, takeType());
  } else if (is("neg") || is("abs")) {
    takeFlags(false);
    set(is("neg") ? Neg : Abs, 2, takeType());
  } else if (is("sqrt")) {
    approximate(Sqrt);
  } else if (is("rcp")) {
    approximate(Rcp);
  } else if (is("rsqrt")) {
    approximate(Rsqrt);
  } else if (is("ex2")) {
    approximate(Exp2);
  } else if (is("lg2")) {
    approximate(Log2);
  } else if (is("copysign")) {
    set(CopySign, 3, takeType());
    requireType({Type::F32, Type::F64});
  } else if (is("testp")) {
    static const char *const names[] = {"finite",     "infinite", "number",
                                        "notanumber", "normal",   "subnormal"};
    in.mode = -1;
    for (int i = 0; i < int(std::size(names)); ++i)
      if (take(names[i]))
        in.mode = i;
    set(TestProperty, 2, takeType());
    requireType({Type::F32, Type::F64});
    if (in.mode < 0)
      fail("tests nothing");
  } else if (is("mma")) {
    matrix();
  } else {
    return false;
  }
  return true;
}

/// What computes bits. False for other instructions.
bool Decoder::decodeBits() {
  if (is("and")) {
    logic(And, 3);
  } else if (is("or")) {
    logic(Or, 3);
  } else if (is("xor")) {
    logic(Xor, 3);
  } else if (is("not")) {
    logic(Not, 2);
  } else if (is("shl")) {
    logic(Shl, 3);
  } else if (is("shr")) {
    set(Shr, 3, takeType());
    if (isFloat(in.type))
      fail("is not known for floats");
  } else if (is("bfe")) {
    set(BitField, 4, takeType());
    requireType({Type::U32, Type::S32, Type::U64, Type::S64});
  } else if (is("bfi")) {
    set(BitInsert, 5, takeType());
    requireType({Type::B32, Type::B64});
  } else if (is("prmt")) {
    set(Permute, 4, takeType());
    requireType({Type::B32});
  } else if (is("clz")) {
    set(CountZeros, 2, takeType());
    requireType({Type::B32, Type::B64});
  } else if (is("popc")) {
    set(CountOnes, 2, takeType());
    requireType({Type::B32, Type::B64});
  } else if (is("brev")) {
    set(Reverse, 2, takeType());
    requireType({Type::B32, Type::B64});
  } else if (is("lop3")) {
    set(Logic3, 5, takeType());
    requireType({Type::B32});
  } else if (is("shf")) {
    in.flag = take("l");
    if (in.flag == take("r"))
      fail("is unknown");
    in.mode = take("wrap") ? 1 : take("clamp") ? 0 : -1;
    set(Funnel, 4, takeType());
    requireType({Type::B32});
    if (in.mode < 0)
      fail("is unknown");
  } else {
    return false;
  }
  return true;
}

/// What decides, jumps or waits. False for other instructions.
bool Decoder::decodeFlow() {
  if (is("setp")) {
    compare();
  } else if (is("bra")) {
    take("uni");
    set(Branch, 0, Type::None);
  } else if (is("ret") || is("exit")) {
    take("uni");
    set(Exit, 0, Type::None);
  } else if (is("bar") || is("barrier")) {
    if (take("warp")) {
      if (!take("sync"))
        fail("is unknown");
      set(WarpBarrier, 1, Type::None);
      return true;
    }
    if (!take("sync"))
      fail("is unknown");
    take("aligned");
    set(Barrier, 1, Type::None);
    if (in.operands[0].kind != Operand::Immediate || in.operands[0].value != 0)
      fail("only barrier 0 is known");
  } else if (is("membar") || is("fence")) {
    if (!take("gl") && !take("cta"))
      fail("is unknown");
    set(Fence, 0, Type::None);
  } else if (is("vote")) {
    if (!take("sync"))
      fail("is unknown");
    in.mode = take("all")      ? All
              : take("any")    ? Any
              : take("ballot") ? Ballot
                               : -1;
    set(Vote, 3, takeType());
    if (in.mode < 0 || (in.type == Type::B32) != (in.mode == Ballot))
      fail("is unknown");
  } else {
    return false;
  }
  return true;
}

void Decoder::decodeName() {
  if (!decodeMove() && !decodeArithmetic() && !decodeBits() && !decodeFlow())
    fail("the instruction is unknown");
}

} // namespace

void decode(Instruction &instruction) { Decoder(instruction).run(); }

} // namespace ptx

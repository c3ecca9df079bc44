// Opcodes.h: what the interpreter can do.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef ONNXC_TEST_GPU_OPCODES_H
#define ONNXC_TEST_GPU_OPCODES_H

namespace ptx {

enum Opcode {
  Mov,
  Load,
  Store,
  LoadParam,
  ToAddress,
  Add,
  Sub,
  Mul,
  MulHi,
  MulWide,
  Mad,
  MadWide,
  Fma,
  Div,
  Rem,
  Min,
  Max,
  Neg,
  Abs,
  And,
  Or,
  Xor,
  Not,
  Shl,
  Shr,
  Setp,
  Selp,
  Convert,
  Branch,
  Exit,
  Barrier,
  WarpBarrier,
  Sqrt,
  Rcp,
  Rsqrt,
  Exp2,
  Log2,
  CopySign,
  Shuffle,
  Vote,
  LoadMatrix,
  Mma,
  AsyncCopy,
  AsyncCommit,
  AsyncWait,
  AsyncWaitAll,
  BitField,
  BitInsert,
  Permute,
  CountZeros,
  CountOnes,
  Reverse,
  Logic3,
  Funnel,
  TestProperty,
  Fence,
  AtomicAdd,
  Unpack,
  Pack
};

/// In Instruction::mode of Load, Store, AtomicAdd.
enum Space { Global, Shared, Local };

/// In Instruction::mode of Setp.
enum Compare {
  Eq,
  Ne,
  Lt,
  Le,
  Gt,
  Ge,
  Lo,
  Ls,
  Hi,
  Hs,
  Equ,
  Neu,
  Ltu,
  Leu,
  Gtu,
  Geu,
  Num,
  Nan
};

/// In Instruction::mode of arithmetic and conversions.
enum Rounding {
  Nearest,
  Zero,
  Down,
  Up, // to a float
  NearestInt,
  ZeroInt,
  DownInt,
  UpInt,      // to an integer
  Exact,      // none is stated
  Approximate // .approx, .full
};

/// In Instruction::mode2 of arithmetic and conversions.
enum Flags { FlushSubnormals = 1, Saturate = 2, PropagateNaN = 4 };

/// In Instruction::mode of Shuffle and Vote.
enum ShuffleMode { Up_, Down_, Butterfly, Index };
enum VoteMode { All, Any, Ballot };

} // namespace ptx

#endif // ONNXC_TEST_GPU_OPCODES_H

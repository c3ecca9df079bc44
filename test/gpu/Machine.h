// Machine.h: runs a function of a PTX module, warp by warp.
//
// Threads of a warp that are at the same instruction run it together; those
// furthest behind go first, so that they meet again where branches join, and
// at a shuffle, a vote or a warp's barrier they wait for those it names. A
// group's warps run until all wait at a barrier. An instruction that wants
// certain threads together (a barrier, a shuffle, a matrix product) is an error
// where they are not. Approximate operations are wrong on purpose, as far as
// the ISA allows.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef ONNXC_TEST_GPU_MACHINE_H
#define ONNXC_TEST_GPU_MACHINE_H

#include "Memory.h"

#include <array>

namespace ptx {

struct Dim3 {
  uint32_t x = 1, y = 1, z = 1;
  uint64_t count() const { return uint64_t(x) * y * z; }
};

/// Lanes of a warp, a bit each.
using Mask = uint32_t;

class Machine {
public:
  explicit Machine(GlobalMemory &memory) : memory(memory) {}
  /// `parameters` holds them as the function lays them out. Throws Error with
  /// the function, the instruction and the thread.
  void launch(const Function &function, Dim3 grid, Dim3 block,
              const std::vector<uint8_t> &parameters,
              uint64_t dynamicSharedBytes = 0);
  /// Instructions of lanes, of all launches.
  uint64_t numExecuted = 0;

private:
  struct AsyncWrite {
    uint64_t address;
    std::vector<uint8_t> bytes;
  };
  struct Warp {
    uint32_t number = 0;
    /// registers[r * 32 + lane]
    std::vector<uint64_t> registers;
    std::array<int32_t, 32> pc;
    Mask running = 0, waiting = 0, exited = 0, all = 0;
    uint32_t epoch = 0;
    std::vector<uint8_t> local;
    /// Copies on their way: groups committed, and what comes into the next.
    std::vector<std::vector<AsyncWrite>> pendingGroups[32];
    std::vector<AsyncWrite> openGroup[32];
  };

  void runGroup(uint32_t number, Dim3 at);
  void runWarp(Warp &warp);
  void execute(Warp &warp, const Instruction &in, Mask active);
  void executeScalar(Warp &warp, const Instruction &in, Mask active);
  void executeMemory(Warp &warp, const Instruction &in, Mask active);
  void executeShuffle(Warp &warp, const Instruction &in, Mask active);
  void executeVote(Warp &warp, const Instruction &in, Mask active);
  void executeLoadMatrix(Warp &warp, const Instruction &in, Mask active);
  void executeMma(Warp &warp, const Instruction &in, Mask active);
  void executeAsync(Warp &warp, const Instruction &in, Mask active);

  uint64_t get(Warp &warp, const Operand &operand, unsigned lane);
  bool getPredicate(Warp &warp, const Operand &operand, unsigned lane);
  void set(Warp &warp, const Operand &operand, unsigned lane, uint64_t value,
           Type type);
  uint64_t getSpecial(const Warp &warp, int64_t number, unsigned lane);
  uint64_t getAddress(Warp &warp, const Operand &operand, unsigned lane);
  Accessor getAccessor(const Warp &warp, unsigned lane);
  void loadShared(Warp &warp, unsigned lane, uint64_t address, void *to,
                  unsigned bytes);
  void storeShared(Warp &warp, unsigned lane, uint64_t address,
                   const void *from, unsigned bytes);
  Mask getMembers(Warp &warp, const Instruction &in, unsigned lane);
  void requireTogether(const Warp &warp, Mask wanted, Mask active);
  void finishGroup(Warp &warp, unsigned lane);

  GlobalMemory &memory;
  const Function *function = nullptr;
  const std::vector<uint8_t> *parameters = nullptr;
  Dim3 grid, block, at;
  uint32_t groupNumber = 0, groupEpoch = 0;
  std::vector<uint8_t> shared;
  std::vector<bool> isSharedKnown;
  /// Bytes that an asynchronous copy will write.
  std::vector<bool> isSharedPending;
  UsageMap sharedUsage;
  std::vector<Warp> warps;
  unsigned currentLane = 0;
};

/// One scalar operation on bits; see Arithmetic.cpp.
uint64_t compute(const Instruction &in, uint64_t a, uint64_t b, uint64_t c);
bool compareValues(const Instruction &in, uint64_t a, uint64_t b);
uint64_t convertValue(const Instruction &in, uint64_t a, uint64_t b);

float halfToFloat(uint16_t bits);
uint16_t floatToHalf(float value);
float bfloatToFloat(uint16_t bits);
uint16_t floatToBfloat(float value);

} // namespace ptx

#endif // ONNXC_TEST_GPU_MACHINE_H

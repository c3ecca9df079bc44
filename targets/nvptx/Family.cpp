//===- Family.cpp - NVIDIA's GPUs as onnxc sees them ----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "targets/Target.h"

using namespace llvm;

namespace onnxc {

static const TargetName names[] = {
    {"nvptx64", "nvptx64-nvidia-cuda",
     "sm_80, sm_86, sm_89, sm_90, sm_100, sm_120"},
};

static bool handles(const Triple &triple) { return triple.isNVPTX(); }

static Baseline getBaseline(const Triple &triple) {
  // The first with asynchronous copies and tensor cores for all formats.
  return {"sm_80", "+ptx80"};
}

static void describeMachine(const Triple &triple, HasFeature has,
                            MachineModel &model) {
  model.deviceCode = MachineModel::PTX;
  model.hasRounding = true;
  model.hasHalfConversion = true;
  model.groupThreads = 128;
  model.subgroupThreads = 32;
  // Those of the smallest of them, a few a lane.
  model.minThreads = 1 << 14;
  model.sharedBytes = 48 << 10;
  model.hasAsyncCopies = true;
  model.hasMatrixProduct = true;
}

TargetFamily getNvptxFamily() {
  return {"nvptx",     "NVIDIA's GPUs through the CUDA driver: PTX",
          names,       handles,
          getBaseline, describeMachine};
}

} // namespace onnxc

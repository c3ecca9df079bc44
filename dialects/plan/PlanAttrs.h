//===- PlanAttrs.h - What passes tell each other and codegen --------------===//
//
// PlanDialect.td describes them. Another one is a name and a type there, a name
// here, and a rule for the verifier in PlanAttrs.cpp.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_DIALECTS_PLAN_PLANATTRS_H
#define ONNXC_DIALECTS_PLAN_PLANATTRS_H

#include "dialects/onnx/OwnedAttr.h"
#include "dialects/plan/Plan.h"

namespace onnxc::plan::attrs {

using Machine = OwnedAttr<PlanDialect::MachineAttrHelper>;
using HostMachine = OwnedAttr<PlanDialect::HostMachineAttrHelper>;
using Phase = OwnedAttr<PlanDialect::PhaseAttrHelper>;

using Contraction = OwnedAttr<PlanDialect::ContractionAttrHelper>;
using Refused = OwnedAttr<PlanDialect::RefusedAttrHelper>;
using Kernel = OwnedAttr<PlanDialect::KernelAttrHelper>;
using VersionOf = OwnedAttr<PlanDialect::VersionOfAttrHelper>;
using WhenEqual = OwnedAttr<PlanDialect::WhenEqualAttrHelper>;

using Dims = OwnedAttr<PlanDialect::DimsAttrHelper>;
using Scratch = OwnedAttr<PlanDialect::ScratchAttrHelper>;
using Element = OwnedAttr<PlanDialect::ElementAttrHelper>;
using Context = OwnedAttr<PlanDialect::ContextAttrHelper>;

using SharedWeights = OwnedAttr<PlanDialect::SharedWeightsAttrHelper>;
using WeightsFromContext = OwnedAttr<PlanDialect::WeightsFromContextAttrHelper>;

using Interface = OwnedAttr<PlanDialect::InterfaceAttrHelper>;
using Weights = OwnedAttr<PlanDialect::WeightsAttrHelper>;
using Steps = OwnedAttr<PlanDialect::StepsAttrHelper>;
using Arena = OwnedAttr<PlanDialect::ArenaAttrHelper>;
using LargestWeights = OwnedAttr<PlanDialect::LargestWeightsAttrHelper>;
using Allocating = OwnedAttr<PlanDialect::AllocatingAttrHelper>;
using CustomFunctions = OwnedAttr<PlanDialect::CustomFunctionsAttrHelper>;

using Part = OwnedAttr<PlanDialect::PartAttrHelper>;
using DeviceWeights = OwnedAttr<PlanDialect::DeviceWeightsAttrHelper>;
using DeviceParts = OwnedAttr<PlanDialect::DevicePartsAttrHelper>;
using Launch = OwnedAttr<PlanDialect::LaunchAttrHelper>;

} // namespace onnxc::plan::attrs

#endif // ONNXC_DIALECTS_PLAN_PLANATTRS_H

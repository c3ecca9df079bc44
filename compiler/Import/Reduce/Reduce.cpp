//===- Reduce.cpp - The smallest model that still fails -------------------===//
//
// As llvm-reduce does: a command tells whether a model still fails, and
// whatever can go without that changing goes. Large pieces are tried first: a
// model of a thousand nodes takes some dozens of runs to come down to a few,
// and those a run for each node, attribute and size.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/Reduce/Reduce.h"
#include "compiler/Import/Model.h"
#include "compiler/Import/Reduce/FailureCheck.h"
#include "compiler/Import/Reduce/Reductions.h"
#include "mlir/IR/Diagnostics.h"
#include "llvm/Support/FileSystem.h"
#include <google/protobuf/stubs/logging.h>
#include <onnx/defs/printer.h>

using namespace llvm;
using namespace onnxc::reduce;

namespace onnxc {

namespace {

struct Step {
  const char *name;
  bool (*apply)(Candidate &);
};

constexpr Step kSteps[] = {
    {"outputs", keepFewOutputs},
    {"the nodes behind", cutBehind},
    {"outputs", keepFewOutputs},
    {"the nodes in front", cutInFront},
    {"branches", takeBranches},
    {"nodes", removeNodes},
    {"text", clearText},
    {"sizes", shrinkSizes},
    {"optional inputs", removeOptionalInputs},
    {"attributes", removeAttributes},
};

/// The model with all its weights inside.
Error readWhole(Model &model) {
  std::string why;
  mlir::ScopedDiagnosticHandler keep(&model.context,
                                     [&](mlir::Diagnostic &diagnostic) {
                                       if (why.empty())
                                         why = diagnostic.str();
                                       return mlir::success();
                                     });
  bool isRead = succeeded(readModel(model));
  if (isRead) {
    sortNodes(model);
    for (auto &tensor : *model.proto->mutable_graph()->mutable_initializer())
      if (tensor.data_location() == ::onnx::TensorProto::EXTERNAL)
        isRead &=
            succeeded(loadExternal(model, model.getLoc(tensor.name()), tensor));
  }
  return isRead ? Error::success() : createStringError(model.path + ": " + why);
}

Error write(const ::onnx::ModelProto &model, StringRef path) {
  std::error_code code;
  raw_fd_ostream file(path, code);
  std::string bytes;
  model.SerializeToString(&bytes);
  if (!code) {
    file << bytes;
    file.close();
    code = file.error();
    file.clear_error();
  }
  return code ? createStringError("cannot write '" + path +
                                  "': " + code.message())
              : Error::success();
}

std::string describe(const ::onnx::ModelProto &model) {
  return std::to_string(model.graph().node_size()) + " nodes, " +
         std::to_string(model.ByteSizeLong()) + " bytes";
}

} // namespace

static Error runSteps(const ReduceOptions &options, raw_ostream &log) {
  google::protobuf::LogSilencer silence;
  mlir::MLIRContext context;
  Model model(options.input, context);
  if (Error error = readWhole(model))
    return error;
  FailureCheck check(options);
  if (Error error = check.begin(*model.proto))
    return error;
  log << "whole: " << describe(*model.proto) << "\n";
  auto fails = [&](const ::onnx::ModelProto &smaller) {
    return check.fails(smaller);
  };
  Candidate candidate(*model.proto, fails);
  for (bool any = true; any;) {
    any = false;
    for (const Step &step : kSteps) {
      if (!step.apply(candidate))
        continue;
      any = true;
      log << "without " << step.name << ": " << describe(*model.proto) << "\n";
      if (Error error = write(*model.proto, options.output))
        return error;
    }
  }
  if (Error error = write(*model.proto, options.output))
    return error;
  log << options.output << ": " << describe(*model.proto) << ", after "
      << check.getRuns() << " runs\n";
  if (model.proto->ByteSizeLong() < 4096)
    log << ::onnx::ProtoToString(*model.proto) << "\n";
  return Error::success();
}

Error reduceModel(const ReduceOptions &options, raw_ostream &log) {
  try {
    return runSteps(options, log);
  } catch (const std::exception &e) {
    return createStringError(options.input + ": " + getReason(e));
  }
}

} // namespace onnxc

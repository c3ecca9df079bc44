//===- PlanDialect.td - The plan dialect ----------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_DIALECTS_PLAN_PLANDIALECT
#define ONNXC_DIALECTS_PLAN_PLANDIALECT

include "mlir/IR/DialectBase.td"

def Plan_Dialect : Dialect {
  let name = "plan";
  let cppNamespace = "::onnxc::plan";
  let summary = "Calls of kernels, and the buffers between them";
  let description = [{
    @main is a list of these ops once the graph is cut into kernels: calls,
    reinterpretations of buffers, and definitions of symbols.
  }];
  let useDefaultAttributePrinterParser = 1;
}

#endif // ONNXC_DIALECTS_PLAN_PLANDIALECT

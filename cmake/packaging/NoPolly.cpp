//===- NoPolly.cpp - LLVM's archives refer to a plug-in -------------------===//
//
// Debian's libLLVMLTO asks for Polly, which is no archive there. A pass that is
// registered by nobody takes its place.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "llvm/Plugins/PassPlugin.h"

llvm::PassPluginLibraryInfo getPollyPluginInfo();

llvm::PassPluginLibraryInfo getPollyPluginInfo() {
  return {LLVM_PLUGIN_API_VERSION, "none", "", [](llvm::PassBuilder &) {}};
}

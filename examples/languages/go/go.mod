// Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
module digits

go 1.19

require onnxc v0.0.0

// Where onnxc is installed: /usr/share/onnxc/runtime-lite/go.
replace onnxc => ../../../runtime-lite/go

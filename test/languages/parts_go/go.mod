// Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
module parts

go 1.19

require onnxc v0.0.0

replace onnxc => ../../../runtime-lite/go

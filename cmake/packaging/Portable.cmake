# onnxc-portable: onnxc with all that it needs inside, for machines without LLVM.
# It is made of the same objects, and linked with LLVM's archives. It is no part
# of `all` but for tests: they compile with it where it is not older than the
# other one (test/runner_arguments.py), as it starts in two thirds of the time.
#
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

add_executable(onnxc-portable EXCLUDE_FROM_ALL
  $<TARGET_OBJECTS:onnxc> ${CMAKE_CURRENT_LIST_DIR}/NoPolly.cpp)
set_target_properties(onnxc-portable PROPERTIES
  ONNXC_PORTABLE ON
  OUTPUT_NAME onnxc
  RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/portable
  SKIP_BUILD_RPATH ON)
add_dependencies(onnxc-portable onnxc)
target_compile_options(onnxc-portable PRIVATE -fno-exceptions -fno-rtti)
target_link_options(onnxc-portable PRIVATE
  -Wl,--gc-sections -Wl,--as-needed -Wl,--strip-all
  -static-libstdc++ -static-libgcc)
target_link_libraries(onnxc-portable PRIVATE OnnxcPipeline OnnxcImport)

# onnxc_add_library(NAME SOURCES...): a static library of the compiler, with the
# flags and include folders that all of them share. Links go by
# target_link_libraries; MLIR and LLVM are the shared libraries, but for a program
# with the property ONNXC_PORTABLE: that has their archives inside, and those of
# the other libraries.
set(onnxc_is_portable "$<BOOL:$<TARGET_PROPERTY:ONNXC_PORTABLE>>")
add_library(onnxc_llvm_archives INTERFACE)
file(GLOB archives "${LLVM_LIBRARY_DIR}/libMLIR*.a"
     "${LLVM_LIBRARY_DIR}/libLLVM*.a")
list(FILTER archives EXCLUDE REGEX "MLIRCAPI|Test|MLIRMlirOptMain")
target_link_libraries(onnxc_llvm_archives INTERFACE
  -Wl,--start-group ${archives} -Wl,--end-group ${CMAKE_DL_LIBS} m rt)

# onnxc_find_either(VARIABLE NAME): the library NAME, or its archive where a
# portable program is linked.
function(onnxc_find_either variable name)
  find_library(${variable}_SHARED ${name} REQUIRED)
  find_library(${variable}_ARCHIVE lib${name}.a)
  set(${variable} ${${variable}_SHARED} PARENT_SCOPE)
  if(${variable}_ARCHIVE)
    set(${variable} "$<IF:${onnxc_is_portable},${${variable}_ARCHIVE},${${variable}_SHARED}>" PARENT_SCOPE)
  endif()
endfunction()

separate_arguments(onnxc_llvm_definitions NATIVE_COMMAND
  "${LLVM_DEFINITIONS}")
add_library(onnxc_flags INTERFACE)
target_include_directories(onnxc_flags SYSTEM INTERFACE
  ${LLVM_INCLUDE_DIRS} ${MLIR_INCLUDE_DIRS})
target_include_directories(onnxc_flags INTERFACE
  ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
target_compile_definitions(onnxc_flags INTERFACE
  ${onnxc_llvm_definitions})
target_compile_options(onnxc_flags INTERFACE
  -Wall -Wextra -Wno-unused-parameter -Werror -fvisibility-inlines-hidden)
target_link_libraries(onnxc_flags INTERFACE
  "$<IF:${onnxc_is_portable},onnxc_llvm_archives,MLIR>"
  "$<$<NOT:${onnxc_is_portable}>:LLVM>")

# What nearly every file includes, parsed once.
add_library(onnxc_pch OBJECT ${PROJECT_SOURCE_DIR}/cmake/Precompiled.cpp)
target_link_libraries(onnxc_pch PRIVATE onnxc_flags)
target_compile_options(onnxc_pch PRIVATE -fno-exceptions -fno-rtti
  "SHELL:-Xclang -fno-pch-timestamp")
target_precompile_headers(onnxc_pch PRIVATE
  <mlir/Dialect/Affine/IR/AffineOps.h>
  <mlir/Dialect/Arith/IR/Arith.h>
  <mlir/Dialect/Arith/Utils/Utils.h>
  <mlir/Dialect/Bufferization/IR/Bufferization.h>
  <mlir/Dialect/Func/IR/FuncOps.h>
  <mlir/Dialect/GPU/IR/GPUDialect.h>
  <mlir/Dialect/LLVMIR/LLVMDialect.h>
  <mlir/Dialect/Linalg/IR/Linalg.h>
  <mlir/Dialect/Math/IR/Math.h>
  <mlir/Dialect/MemRef/IR/MemRef.h>
  <mlir/Dialect/NVGPU/IR/NVGPUDialect.h>
  <mlir/Dialect/SCF/IR/SCF.h>
  <mlir/Dialect/Tensor/IR/Tensor.h>
  <mlir/Dialect/Vector/IR/VectorOps.h>
  <mlir/IR/BuiltinOps.h>
  <mlir/Pass/Pass.h>
  <mlir/Pass/PassManager.h>
  <mlir/Transforms/DialectConversion.h>
  <mlir/Transforms/GreedyPatternRewriteDriver.h>)

function(onnxc_add_library name)
  add_library(${name} STATIC ${ARGN})
  target_link_libraries(${name} PUBLIC onnxc_flags)
  target_compile_options(${name} PRIVATE -fno-exceptions -fno-rtti)
  target_precompile_headers(${name} REUSE_FROM onnxc_pch)
endfunction()

function(onnxc_add_program name)
  add_executable(${name} ${ARGN})
  target_link_libraries(${name} PRIVATE onnxc_flags)
  target_compile_options(${name} PRIVATE -fno-exceptions -fno-rtti)
  target_precompile_headers(${name} REUSE_FROM onnxc_pch)
  set_target_properties(${name} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
endfunction()

# onnxc_embed(FILE OUTPUT): the bytes of a text for an array of C++.
function(onnxc_embed file output)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  file(READ ${file} bytes HEX)
  string(REGEX REPLACE "(................................)" "\\1\n"
    bytes "${bytes}")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
  file(CONFIGURE OUTPUT ${output} CONTENT "@bytes@" @ONLY)
endfunction()

# onnx's C++ library (parser, checker, schemas, shape inference, inliner,
# version converter) as the static target onnxc::onnx, built from the sources
# that the PyPI package `onnx` carries beside its Python files.
#
# The sources are an install step, never part of this repository. They are
# looked for in ONNXC_ONNX_SOURCE_DIR, in the checkout's .venv, and then where
# `python3` finds the package `onnx`.
#
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

include_guard(GLOBAL)

# The version whose operator sets the dialect is written against.
set(ONNXC_ONNX_VERSION 1.23.2)

set(ONNXC_ONNX_SOURCE_DIR "" CACHE PATH
    "The installed Python package onnx (the folder that holds checker.cc)")

# The package is found without importing it: its own imports need not work.
function(onnxc_find_onnx_sources result)
  if(ONNXC_ONNX_SOURCE_DIR)
    set(${result} "${ONNXC_ONNX_SOURCE_DIR}" PARENT_SCOPE)
    return()
  endif()
  foreach(python IN ITEMS "${PROJECT_SOURCE_DIR}/.venv/bin/python3" python3)
    execute_process(
      COMMAND "${python}" -c
        "import importlib.util as u; print(u.find_spec('onnx').submodule_search_locations[0])"
      OUTPUT_VARIABLE found OUTPUT_STRIP_TRAILING_WHITESPACE
      ERROR_QUIET RESULT_VARIABLE failed)
    if(NOT failed AND EXISTS "${found}/checker.cc")
      set(${result} "${found}" PARENT_SCOPE)
      return()
    endif()
  endforeach()
  message(FATAL_ERROR
    "The C++ sources of onnx were not found. They come with its Python "
    "package: run cmake/setup.sh, or `pip install onnx==${ONNXC_ONNX_VERSION}`"
    ", or set ONNXC_ONNX_SOURCE_DIR to the installed package's folder.")
endfunction()

onnxc_find_onnx_sources(onnx_dir)

# The installer's record beside the package names the version.
file(GLOB onnx_version RELATIVE "${onnx_dir}/.." "${onnx_dir}/../onnx-*.dist-info")
string(REGEX REPLACE "^onnx-(.*)\\.dist-info$" "\\1" onnx_version
       "${onnx_version}")
if(NOT onnx_version STREQUAL ONNXC_ONNX_VERSION)
  message(FATAL_ERROR "${onnx_dir} is onnx ${onnx_version}; onnxc is written "
    "against ${ONNXC_ONNX_VERSION} (cmake/setup.sh installs it).")
endif()
message(STATUS "onnx ${onnx_version}: ${onnx_dir}")

find_program(ONNXC_PROTOC protoc REQUIRED)
find_package(Protobuf 3.12 MODULE REQUIRED)

# Everything is compiled through a link in the build tree, so that paths are
# relative to it and equal in every build tree: ccache then shares the objects.
set(onnx_root "${CMAKE_BINARY_DIR}/onnx-src")
set(onnx_gen "${CMAKE_BINARY_DIR}/onnx-gen")
file(MAKE_DIRECTORY "${onnx_root}" "${onnx_gen}/onnx/common")
file(CREATE_LINK "${onnx_dir}" "${onnx_root}/onnx" SYMBOLIC)

file(GLOB_RECURSE onnx_sources RELATIVE "${onnx_dir}" "${onnx_dir}/*.cc")
# The Python binding, and what other packages may have dropped below.
list(REMOVE_ITEM onnx_sources cpp2py_export.cc)
list(FILTER onnx_sources EXCLUDE REGEX "^(fuzz|test|backend)/")
list(SORT onnx_sources)

# Most of the time goes into onnx's headers, so sources are compiled by the
# half dozen. Not those with explicit specialisations that must come before
# their uses.
set(onnx_alone defs/schema.cc defs/tensor_proto_util.cc)
list(REMOVE_ITEM onnx_sources ${onnx_alone})
list(TRANSFORM onnx_alone PREPEND "${onnx_root}/onnx/")
set(onnx_batches "")
while(onnx_sources)
  list(LENGTH onnx_batches number)
  set(batch "")
  foreach(i RANGE 5)
    list(POP_FRONT onnx_sources source)
    if(source)
      string(APPEND batch "#include \"onnx/${source}\"\n")
    endif()
  endforeach()
  file(CONFIGURE OUTPUT "${onnx_gen}/batch-${number}.cc" CONTENT "${batch}")
  list(APPEND onnx_batches "${onnx_gen}/batch-${number}.cc")
endwhile()

set(onnx_generated "")
foreach(proto IN ITEMS onnx-ml onnx-operators-ml onnx-data)
  add_custom_command(
    OUTPUT "${onnx_gen}/onnx/${proto}.pb.cc" "${onnx_gen}/onnx/${proto}.pb.h"
    COMMAND "${ONNXC_PROTOC}" -I "${onnx_root}" "--cpp_out=${onnx_gen}"
            "${onnx_root}/onnx/${proto}.proto"
    DEPENDS "${onnx_dir}/${proto}.proto"
    COMMENT "protoc ${proto}.proto" VERBATIM)
  list(APPEND onnx_generated "${onnx_gen}/onnx/${proto}.pb.cc"
       "${onnx_gen}/onnx/${proto}.pb.h")
endforeach()

set(ONNX_VERSION "${onnx_version}")
string(REPLACE "." ";" onnx_version_parts "${onnx_version}")
list(GET onnx_version_parts 0 ONNX_VERSION_MAJOR)
list(GET onnx_version_parts 1 ONNX_VERSION_MINOR)
list(GET onnx_version_parts 2 ONNX_VERSION_PATCH)
configure_file("${onnx_dir}/common/version.h.in"
               "${onnx_gen}/onnx/common/version.h" @ONLY)

add_library(onnxc_onnx STATIC EXCLUDE_FROM_ALL
            ${onnx_batches} ${onnx_alone} ${onnx_generated})
add_library(onnxc::onnx ALIAS onnxc_onnx)
target_include_directories(onnxc_onnx SYSTEM PUBLIC
  "${onnx_gen}" "${onnx_root}" ${Protobuf_INCLUDE_DIRS})
# Schemas register themselves when the registry is first asked: nothing that
# the linker could drop from a static library. onnx-ml.proto asks for the lite
# runtime.
target_compile_definitions(onnxc_onnx PUBLIC ONNX_ML=1 ONNX_NAMESPACE=onnx)
onnxc_find_either(ONNXC_PROTOBUF protobuf-lite)
target_link_libraries(onnxc_onnx PUBLIC ${ONNXC_PROTOBUF})
# Not our code: optimised and without its debug checks in every build type, no
# warnings. It throws, and takes typeid, whatever the surroundings ask for.
target_compile_features(onnxc_onnx PUBLIC cxx_std_17)
target_compile_options(onnxc_onnx PRIVATE -O1 -DNDEBUG -g0 -w -fexceptions
                       -frtti)
# Its arithmetic on absurd sizes overflows; what it infers is checked by ours.
if(CMAKE_CXX_FLAGS_DEBUG MATCHES "-fsanitize")
  target_compile_options(onnxc_onnx PRIVATE -fno-sanitize=undefined)
endif()
set_target_properties(onnxc_onnx PROPERTIES
  POSITION_INDEPENDENT_CODE ON
  CXX_CLANG_TIDY "")

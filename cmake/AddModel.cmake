# onnxc_add_model(): compiles an ONNX model at build time into a library.
#
#   onnxc_add_model(TARGET MODEL model.onnx [PREFIX name] [DIMS name=N ...]
#                   [VALUES input=V ...] [CUSTOM_OPS domain::Name=function:rule ...]
#                   [FUNCTIONS file.onnx ...] [CPU name|native] [TARGET triple]
#                   [IMAGES] [OPTIONS ...])
#
# TARGET becomes a static library with the header's folder and the runtime
# attached: target_link_libraries(app PRIVATE TARGET), #include "PREFIX.h".
# PREFIX (by default TARGET) begins the C names. DIMS binds (batch=1) or bounds
# (seq=1..512) free dimensions. VALUES makes inputs constants. CUSTOM_OPS are
# operators that C functions of the project compute, FUNCTIONS models that have
# bodies of functions (docs/custom-operators.md). Programs travel, so without CPU
# there is code for several levels of x86-64, chosen from when the model runs;
# `native` is for the building machine only.
# IMAGES links what reads images, for models with an ImageDecoder.
# In a cross build the triple is the C compiler's unless TARGET names one.
# OPTIONS go to onnxc as they are. The model is compiled again when it, its
# external data or the compiler change.
#
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
include_guard(GLOBAL)

# The triple that the build's own compiler makes code for, if it can be told.
function(onnxc_build_triple result)
  set(triple "")
  foreach(language IN ITEMS C CXX)
    if(triple OR NOT CMAKE_${language}_COMPILER)
      continue()
    elseif(CMAKE_${language}_COMPILER_TARGET)
      set(triple "${CMAKE_${language}_COMPILER_TARGET}")
    else()
      execute_process(COMMAND "${CMAKE_${language}_COMPILER}" -dumpmachine
        OUTPUT_VARIABLE triple OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    endif()
  endforeach()
  set(${result} "${triple}" PARENT_SCOPE)
endfunction()

function(onnxc_add_model name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "IMAGES" "MODEL;PREFIX;CPU;TARGET"
                        "DIMS;VALUES;CUSTOM_OPS;FUNCTIONS;OPTIONS")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "onnxc_add_model(${name}): what is "
      "'${arg_UNPARSED_ARGUMENTS}'? See the head of AddModel.cmake.")
  endif()
  if(NOT arg_MODEL)
    message(FATAL_ERROR "onnxc_add_model(${name}) needs MODEL file.onnx")
  endif()
  if(arg_IMAGES AND NOT TARGET onnxc::rt-images)
    message(FATAL_ERROR "onnxc_add_model(${name}): there is no onnxc-rt-images "
      "for IMAGES to link: onnxc was installed without, or pkg-config does not "
      "find the libraries that it needs ('${ONNXC_IMAGES_MISSING}'). In a cross "
      "build set ONNXC_RUNTIME_IMAGES, and PKG_CONFIG_LIBDIR to the target's.")
  endif()
  if(NOT arg_PREFIX)
    string(MAKE_C_IDENTIFIER "${name}" arg_PREFIX)
  endif()
  get_filename_component(model "${arg_MODEL}" ABSOLUTE)

  if(NOT arg_TARGET AND CMAKE_CROSSCOMPILING)
    onnxc_build_triple(arg_TARGET)
    if(NOT arg_TARGET)
      message(FATAL_ERROR "onnxc_add_model(${name}): the C compiler does not "
        "tell what it compiles for; name it with TARGET triple")
    endif()
  endif()
  if(NOT arg_CPU AND NOT arg_OPTIONS MATCHES "-mcpu=")
    set(processor "${arg_TARGET}")
    if(NOT processor)
      set(processor "${CMAKE_SYSTEM_PROCESSOR}")
    endif()
    if(processor MATCHES "^(x86_64|amd64|AMD64)")
      set(arg_CPU x86-64-v2,x86-64-v3,x86-64-v4)
    elseif(NOT arg_TARGET OR processor MATCHES "^(aarch64|arm64)")
      set(arg_CPU generic)
    endif()
  endif()

  set(flags "--prefix=${arg_PREFIX}")
  if(arg_TARGET)
    list(APPEND flags "--target=${arg_TARGET}")
  endif()
  if(arg_CPU)
    list(APPEND flags "-mcpu=${arg_CPU}")
  endif()
  foreach(dim IN LISTS arg_DIMS)
    list(APPEND flags --dim "${dim}")
  endforeach()
  foreach(value IN LISTS arg_VALUES)
    list(APPEND flags --value "${value}")
  endforeach()
  foreach(operator IN LISTS arg_CUSTOM_OPS)
    list(APPEND flags --custom-op "${operator}")
  endforeach()
  foreach(file IN LISTS arg_FUNCTIONS)
    get_filename_component(file "${file}" ABSOLUTE)
    list(APPEND flags --functions "${file}")
  endforeach()

  # Paths in dependency files are read the way the build tool writes them.
  cmake_policy(PUSH)
  if(POLICY CMP0116)
    cmake_policy(SET CMP0116 NEW)
  endif()
  set(folder "${CMAKE_CURRENT_BINARY_DIR}/onnxc/${name}")
  file(MAKE_DIRECTORY "${folder}")
  set(object "${folder}/${arg_PREFIX}.o")
  set(header "${folder}/${arg_PREFIX}.h")
  add_custom_command(
    OUTPUT "${object}" "${header}"
    COMMAND "${ONNXC_EXECUTABLE}" "${model}" -o "${object}" ${flags}
            ${arg_OPTIONS} -MD -MF "${object}.d"
    DEPENDS "${model}" "${ONNXC_EXECUTABLE}"
    DEPFILE "${object}.d"
    COMMENT "Compiling ${arg_MODEL}"
    VERBATIM)
  cmake_policy(POP)

  add_library(${name} STATIC "${object}" "${header}")
  set_source_files_properties("${object}" PROPERTIES
    EXTERNAL_OBJECT TRUE GENERATED TRUE)
  # No source tells CMake which language links it; the archiver is the same.
  get_property(languages GLOBAL PROPERTY ENABLED_LANGUAGES)
  if("C" IN_LIST languages)
    set_target_properties(${name} PROPERTIES LINKER_LANGUAGE C)
  else()
    set_target_properties(${name} PROPERTIES LINKER_LANGUAGE CXX)
  endif()
  target_include_directories(${name} INTERFACE "${folder}")
  target_link_libraries(${name} PUBLIC onnxc::rt)
  if(arg_IMAGES)
    target_link_libraries(${name} PUBLIC onnxc::rt-images)
  endif()
endfunction()

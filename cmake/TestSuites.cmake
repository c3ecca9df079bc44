# Test suites. ctest is the umbrella: each of its tests is a suite, which counts
# its own tests (test/run_suite.py says how) and is added with one line:
#
#   onnxc_add_suite(NAME [LONG] [ONE_CORE] [JUNIT FILE] [TIMEOUT SECONDS]
#                   COMMAND ...)
#   onnxc_add_unit_tests(NAME LIBRARIES ...)   Catch2: NAME/*.cpp
#
# A command may name a program by $<TARGET_FILE:target>; a Python runner takes
# ${onnxc_runner_arguments} (test/runner_arguments.py). Tests added with plain
# add_test() count as one each.
#
# LONG is for what takes minutes and would not fit the budget of docs/testing.md:
# test/run-all.sh leaves it out, `ctest -L long` runs it. ONE_CORE is for what
# runs one thing at a time: another such suite may run beside it.
#
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
include_guard(GLOBAL)

# The virtual environment that cmake/setup.sh makes has what the tests import.
if(NOT Python3_EXECUTABLE AND EXISTS "${PROJECT_SOURCE_DIR}/.venv/bin/python3")
  set(Python3_EXECUTABLE "${PROJECT_SOURCE_DIR}/.venv/bin/python3")
endif()
find_package(Python3 REQUIRED COMPONENTS Interpreter)

set(onnxc_runner_arguments --build ${PROJECT_BINARY_DIR})

include(ProcessorCount)
ProcessorCount(onnxc_cores)

# A suite is labelled with its name up to the first dash: `ctest -L unit`.
function(onnxc_add_suite name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "LONG;ONE_CORE" "JUNIT;TIMEOUT" "COMMAND")
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 1500)
    if(arg_LONG)
      set(arg_TIMEOUT 14400)
    endif()
  endif()
  set(junit "")
  if(arg_JUNIT)
    set(junit --junit "${arg_JUNIT}")
  endif()
  add_test(NAME ${name}
    COMMAND "${Python3_EXECUTABLE}" "${PROJECT_SOURCE_DIR}/test/run_suite.py"
            "${PROJECT_BINARY_DIR}/test-results" ${name} ${junit}
            -- ${arg_COMMAND})
  string(REGEX REPLACE "-.*" "" labels ${name})
  if(arg_LONG)
    list(APPEND labels long)
  endif()
  set(cores ${onnxc_cores})
  if(arg_ONE_CORE)
    set(cores 1)
  endif()
  set_tests_properties(${name} PROPERTIES
    TIMEOUT ${arg_TIMEOUT} LABELS "${labels}" PROCESSORS ${cores})
endfunction()

# The suite unit-NAME: all of NAME/*.cpp below the caller, in one program.
function(onnxc_add_unit_tests name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "LIBRARIES")
  file(GLOB sources CONFIGURE_DEPENDS
       "${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.cpp")
  add_executable(onnxc-unit-${name} ${sources})
  target_link_libraries(onnxc-unit-${name} PRIVATE onnxc_catch_main
                        onnxc_flags ${arg_LIBRARIES})
  onnxc_add_suite(unit-${name} ONE_CORE COMMAND $<TARGET_FILE:onnxc-unit-${name}>)
endfunction()

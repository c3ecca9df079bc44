# onnxc_write_family_lists(PREFIX DECLARATION CALL FILES...): a line for each of
# the files, in PREFIXDecls.inc and PREFIXCalls.inc of the build folder, with
# @name@ for the file's name. So a new file is in the list by its name alone.
#
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
function(onnxc_write_family_lists prefix declaration call)
  set(declarations "")
  set(calls "")
  foreach(file ${ARGN})
    get_filename_component(name ${file} NAME_WE)
    string(REPLACE "@name@" ${name} line "${declaration}")
    string(APPEND declarations "${line}\n")
    string(REPLACE "@name@" ${name} line "${call}")
    string(APPEND calls "${line}\n")
  endforeach()
  file(CONFIGURE OUTPUT ${prefix}Decls.inc CONTENT "${declarations}" @ONLY)
  file(CONFIGURE OUTPUT ${prefix}Calls.inc CONTENT "${calls}" @ONLY)
endfunction()

# `ninja docs`: the reference of every op and pass, from their definitions, as
# Markdown in BUILD/docs.
#
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

set(onnxc_docs ${PROJECT_BINARY_DIR}/docs)
set(onnxc_doc_files "")
set(onnxc_doc_includes -I ${PROJECT_SOURCE_DIR} -I ${PROJECT_BINARY_DIR})
foreach(folder ${MLIR_INCLUDE_DIRS})
  list(APPEND onnxc_doc_includes -I ${folder})
endforeach()

# onnxc_doc(NAME SOURCE GENERATOR...): docs/NAME.md from a .td file.
function(onnxc_doc name source)
  add_custom_command(
    OUTPUT ${onnxc_docs}/${name}.md
    COMMAND ${MLIR_TABLEGEN_EXE} ${ARGN} ${onnxc_doc_includes}
            ${PROJECT_SOURCE_DIR}/${source} -o ${onnxc_docs}/${name}.md
    DEPENDS ${PROJECT_SOURCE_DIR}/${source}
    COMMENT "Writing docs/${name}.md" VERBATIM)
  list(APPEND onnxc_doc_files ${onnxc_docs}/${name}.md)
  set(onnxc_doc_files ${onnxc_doc_files} PARENT_SCOPE)
endfunction()

file(MAKE_DIRECTORY ${onnxc_docs})
file(GLOB families CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR}
     ${PROJECT_SOURCE_DIR}/dialects/onnx/*Ops.td)
foreach(family ${families})
  string(REGEX REPLACE ".*/(.*)\\.td$" "onnx-\\1" name ${family})
  onnxc_doc(${name} ${family} -gen-op-doc)
endforeach()
onnxc_doc(plan dialects/plan/PlanOps.td -gen-dialect-doc -dialect=plan)
file(GLOB pass_files CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR}
     ${PROJECT_SOURCE_DIR}/passes/*/*Passes.td)
foreach(file ${pass_files})
  string(REGEX REPLACE ".*/(.*)Passes\\.td$" "passes-\\1" name ${file})
  onnxc_doc(${name} ${file} -gen-pass-doc)
endforeach()
add_custom_target(docs DEPENDS ${onnxc_doc_files})

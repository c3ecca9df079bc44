# `ninja site`: the pages of docs/ and what is generated beside them, as HTML in
# BUILD/site/html, with links checked.
#
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

add_custom_target(site
  COMMAND "${Python3_EXECUTABLE}" "${PROJECT_SOURCE_DIR}/docs/site/build_site.py"
          --build "${PROJECT_BINARY_DIR}"
  USES_TERMINAL VERBATIM)
add_dependencies(site docs)

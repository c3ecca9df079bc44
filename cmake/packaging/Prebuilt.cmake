# A wheel of what another build tree, ONNXC_PREBUILT, has built.
#
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

add_custom_target(onnxc-wheel)
foreach(component IN ITEMS development wheel)
  install(CODE "
    execute_process(
      COMMAND \"${CMAKE_COMMAND}\" --install \"${ONNXC_PREBUILT}\"
              --prefix \"\${CMAKE_INSTALL_PREFIX}\" --component ${component}
              --strip
      COMMAND_ERROR_IS_FATAL ANY)
    " COMPONENT ${component})
endforeach()

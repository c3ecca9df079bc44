# What is in the Python wheel: the component `wheel` beside `development`, and
# `ninja wheel`, which makes one of this build tree. pyproject.toml makes one
# from the sources.
#
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

if(NOT TARGET onnxc-python OR NOT TARGET onnxc)
  return()
endif()
include(${CMAKE_CURRENT_LIST_DIR}/Portable.cmake)

set(in_wheel COMPONENT wheel EXCLUDE_FROM_ALL)
install(TARGETS onnxc-portable onnxc-run RUNTIME DESTINATION bin ${in_wheel})
install(TARGETS onnxc-python LIBRARY DESTINATION . ${in_wheel})
set(parts onnxc-portable onnxc-run onnxc-python onnxc-rt)
if(TARGET onnxc-python-images)
  install(TARGETS onnxc-python-images LIBRARY DESTINATION . ${in_wheel})
  list(APPEND parts onnxc-python-images onnxc-rt-images)
endif()

add_custom_target(onnxc-wheel DEPENDS ${parts})
add_custom_target(wheel
  COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/make_wheel.py
          --build ${PROJECT_BINARY_DIR}
  DEPENDS onnxc-wheel USES_TERMINAL VERBATIM)

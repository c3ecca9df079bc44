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

# The licences of what is inside, as Debian and onnx's package have them.
foreach(name IN ITEMS llvm-22-dev libmlir-22-dev liblld-22-dev libprotobuf-dev
    libzstd-dev zlib1g-dev libjpeg62-turbo libpng16-16 libtiff6 libwebp7
    libwebpdemux2 libopenjp2-7 liblzma5 libdeflate0 libjbig0 liblerc4)
  if(EXISTS /usr/share/doc/${name}/copyright)
    install(FILES /usr/share/doc/${name}/copyright
      DESTINATION share/licenses RENAME ${name}.txt ${in_wheel})
  endif()
endforeach()
file(GLOB onnx_licence "${onnx_dir}/../onnx-*.dist-info/licenses/LICENSE")
if(onnx_licence)
  install(FILES "${onnx_licence}"
    DESTINATION share/licenses RENAME onnx.txt ${in_wheel})
endif()

add_custom_target(onnxc-wheel DEPENDS ${parts})
add_custom_target(wheel
  COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/make_wheel.py
          --build ${PROJECT_BINARY_DIR}
  DEPENDS onnxc-wheel USES_TERMINAL VERBATIM)

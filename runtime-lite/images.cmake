# Finds the libraries that read image formats, as PkgConfig::ONNXC_IMAGES. Where
# they are not, ONNXC_IMAGES_MISSING says why. The installed package reads this
# file, too: a program links what onnxc-rt-images was built with.
#
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# As in cmake/onnxc-rt-images.pc.in.
set(ONNXC_IMAGES_MODULES libjpeg libpng libtiff-4>=4.5 libwebp libwebpdemux
  libopenjp2)
find_package(PkgConfig QUIET)
if(PkgConfig_FOUND)
  pkg_check_modules(ONNXC_IMAGES QUIET IMPORTED_TARGET GLOBAL
    ${ONNXC_IMAGES_MODULES})
endif()
if(NOT TARGET PkgConfig::ONNXC_IMAGES)
  list(JOIN ONNXC_IMAGES_MODULES ", " ONNXC_IMAGES_MISSING)
  string(PREPEND ONNXC_IMAGES_MISSING "pkg-config does not find all of ")
endif()

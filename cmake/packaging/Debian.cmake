# `cpack` in a build tree makes a Debian package of what `cmake --install` puts
# where, for /usr. It depends on Debian's LLVM, whose libraries the programs load.
#
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME onnxc)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_CONTACT "onnxc <onnxc@packages.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Ahead-of-time compiler of ONNX models")
# So that files written at installation know /usr, not a temporary folder.
set(CPACK_SET_DESTDIR ON)
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_COMPRESSION_TYPE gzip)
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "cmake, gcc | clang")
set(CPACK_PACKAGE_DIRECTORY ${PROJECT_BINARY_DIR}/dist)
include(CPack)

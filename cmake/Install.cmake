# What `cmake --install` puts where: the programs, the runtime (library,
# header, and its sources for cross builds), and the packages by which CMake
# and pkg-config find them. The component `development` is what also the Python
# wheel takes: it lies anywhere, so that paths in it are relative.
#
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

foreach(program IN ITEMS onnxc onnxc-opt onnxc-run)
  if(TARGET ${program})
    # LLVM may lie outside the loader's folders.
    set_target_properties(${program} PROPERTIES
      INSTALL_RPATH_USE_LINK_PATH ON)
    install(TARGETS ${program} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  endif()
endforeach()

set_target_properties(onnxc-rt PROPERTIES EXPORT_NAME rt)
install(TARGETS onnxc-rt EXPORT onnxcTargets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development
  INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(DIRECTORY "${PROJECT_SOURCE_DIR}/runtime-lite/include/onnxc"
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development)
if(TARGET onnxc-rt-images)
  # Apart, as only who has the libraries of image formats can link it.
  set_target_properties(onnxc-rt-images PROPERTIES EXPORT_NAME rt-images)
  install(TARGETS onnxc-rt-images EXPORT onnxcImagesTargets
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development
    INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
endif()
set(ONNXC_INSTALL_SOURCES ${CMAKE_INSTALL_DATADIR}/onnxc)
install(DIRECTORY "${PROJECT_SOURCE_DIR}/runtime-lite"
  DESTINATION ${ONNXC_INSTALL_SOURCES} COMPONENT development
  USE_SOURCE_PERMISSIONS # of scripts
  PATTERN native EXCLUDE PATTERN __pycache__ EXCLUDE)
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE"
  "${PROJECT_SOURCE_DIR}/docs/third-party.md"
  DESTINATION ${CMAKE_INSTALL_DOCDIR})

set(package ${CMAKE_INSTALL_LIBDIR}/cmake/onnxc)
install(EXPORT onnxcTargets NAMESPACE onnxc:: DESTINATION ${package}
  COMPONENT development)
if(TARGET onnxc-rt-images)
  install(EXPORT onnxcImagesTargets NAMESPACE onnxc:: DESTINATION ${package}
    COMPONENT development)
endif()
configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/onnxcConfig.cmake.in"
  "${PROJECT_BINARY_DIR}/package/onnxcConfig.cmake"
  INSTALL_DESTINATION ${package}
  PATH_VARS CMAKE_INSTALL_BINDIR ONNXC_INSTALL_SOURCES)
write_basic_package_version_file(
  "${PROJECT_BINARY_DIR}/package/onnxcConfigVersion.cmake"
  COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
install(FILES
  "${PROJECT_BINARY_DIR}/package/onnxcConfig.cmake"
  "${PROJECT_BINARY_DIR}/package/onnxcConfigVersion.cmake"
  "${PROJECT_SOURCE_DIR}/cmake/AddModel.cmake"
  DESTINATION ${package} COMPONENT development)

# Written at installation, whose --prefix may differ from the configured one.
set(pc_files onnxc-rt)
if(TARGET onnxc-rt-images)
  list(APPEND pc_files onnxc-rt-images)
endif()
foreach(folder IN ITEMS LIBDIR INCLUDEDIR)
  if(IS_ABSOLUTE "${CMAKE_INSTALL_${folder}}")
    set(ONNXC_PC_${folder} "${CMAKE_INSTALL_${folder}}")
  else()
    set(ONNXC_PC_${folder} "\${prefix}/${CMAKE_INSTALL_${folder}}")
  endif()
endforeach()
foreach(name IN LISTS pc_files)
  install(CODE "
    set(PROJECT_VERSION \"${PROJECT_VERSION}\")
    set(ONNXC_PC_LIBDIR [[${ONNXC_PC_LIBDIR}]])
    set(ONNXC_PC_INCLUDEDIR [[${ONNXC_PC_INCLUDEDIR}]])
    configure_file(\"${PROJECT_SOURCE_DIR}/cmake/${name}.pc.in\"
      \"${PROJECT_BINARY_DIR}/package/${name}.pc\" @ONLY)
    ")
  install(FILES "${PROJECT_BINARY_DIR}/package/${name}.pc"
    DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endforeach()

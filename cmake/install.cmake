# SPDX-License-Identifier: GPL-2.0-or-later
# The target "uninstall" removes installed files. Include this before any install().

# CMake's install_manifest.txt has no folders and no $DESTDIR, and is written last. So a script
# records the files before they are installed, separately for each $DESTDIR.
configure_file(${CMAKE_CURRENT_LIST_DIR}/record.cmake.in record.cmake @ONLY)
install(SCRIPT ${CMAKE_CURRENT_BINARY_DIR}/record.cmake ALL_COMPONENTS)

configure_file(${CMAKE_CURRENT_LIST_DIR}/uninstall.cmake.in uninstall.cmake @ONLY)
add_custom_target(uninstall COMMAND ${CMAKE_COMMAND} -P ${CMAKE_CURRENT_BINARY_DIR}/uninstall.cmake)

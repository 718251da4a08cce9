# SPDX-License-Identifier: GPL-2.0-or-later
# Taking away what was installed: the target "uninstall". Included before any install().

# CMake's install_manifest.txt knows neither folders nor $DESTDIR, and is written last: what is about
# to be installed is recorded first, for each $DESTDIR apart.
configure_file(${CMAKE_CURRENT_LIST_DIR}/record.cmake.in record.cmake @ONLY)
install(SCRIPT ${CMAKE_CURRENT_BINARY_DIR}/record.cmake ALL_COMPONENTS)

configure_file(${CMAKE_CURRENT_LIST_DIR}/uninstall.cmake.in uninstall.cmake @ONLY)
add_custom_target(uninstall COMMAND ${CMAKE_COMMAND} -P ${CMAKE_CURRENT_BINARY_DIR}/uninstall.cmake)

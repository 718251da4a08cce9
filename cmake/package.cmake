# SPDX-License-Identifier: GPL-2.0-or-later
# Debian packages by CPack, one for each component. scripts/package.sh builds them.

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME nvgre)
set(CPACK_PACKAGE_CONTACT "nvgre maintainers <maintainers@nvgre.example>")
set(CPACK_COMPONENTS_ALL tool library development)
if(NVGRE_PLUGIN)
  list(APPEND CPACK_COMPONENTS_ALL wireshark)
endif()
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_STRIP_FILES ON)
set(CPACK_SET_DESTDIR ON) # the plugin's destination is absolute
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SOURCE nvgre)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(version ${PROJECT_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE})

# The end of each package's description.
set(about "NVGRE (RFC 7637) carries tenants' Ethernet frames in GRE over IPv4 or
IPv6 and tells the tenants' virtual subnets apart by a 24-bit VSID.")

set(CPACK_DEBIAN_TOOL_PACKAGE_NAME nvgre-pcap)
set(CPACK_DEBIAN_TOOL_PACKAGE_SECTION net)
set(CPACK_DEBIAN_TOOL_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_TOOL_PACKAGE_SUGGESTS wireshark-nvgre)
set(CPACK_COMPONENT_TOOL_DESCRIPTION "edit, examine and replay NVGRE captures
The command nvgre-pcap puts the packets of captures into NVGRE and takes
them out again, rewrites and replays them, and tells what is in them:
tenants, addresses, flows, departures from the standard. It reads and writes
pcap and pcapng, compressed too.
.
${about}")

set(library_package libnvgre${PROJECT_VERSION_MAJOR})
set(CPACK_DEBIAN_LIBRARY_PACKAGE_NAME ${library_package})
set(CPACK_DEBIAN_LIBRARY_PACKAGE_SECTION libs)
set(CPACK_COMPONENT_LIBRARY_DESCRIPTION "NVGRE codec library
libnvgre takes NVGRE packets apart and makes their headers: GRE, VSID and
FlowID, outer IPv4 and IPv6. It allocates nothing, keeps no state and calls
nothing but memory functions.
.
${about}")

set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libnvgre-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS "${library_package} (= ${version})")
set(CPACK_COMPONENT_DEVELOPMENT_DESCRIPTION "NVGRE codec library - development files
Headers and a static library of libnvgre, which takes NVGRE packets apart
and makes their headers, with files for pkg-config and CMake.
.
${about}")

set(CPACK_DEBIAN_WIRESHARK_PACKAGE_NAME wireshark-nvgre)
set(CPACK_DEBIAN_WIRESHARK_PACKAGE_SECTION net)
set(CPACK_DEBIAN_WIRESHARK_PACKAGE_SHLIBDEPS ON) # finds Wireshark's release by its library
set(CPACK_DEBIAN_WIRESHARK_PACKAGE_RECOMMENDS "wireshark | tshark")
set(CPACK_DEBIAN_WIRESHARK_PACKAGE_ENHANCES "wireshark, tshark")
set(CPACK_COMPONENT_WIRESHARK_DESCRIPTION "Wireshark plugin and profile for NVGRE
The plugin shows VSID and FlowID where Wireshark shows an opaque GRE key,
keeps tenants with the same addresses apart, remarks on departures from the
standard and has statistics of tenants. The profile NVGRE has columns,
colours and filter buttons.
.
${about}")

# A package that links the library needs the version that introduced the functions it calls.
file(READ ${CMAKE_SOURCE_DIR}/codec/libnvgre.map map)
string(REGEX MATCHALL "nvgre_[a-z0-9_]+" functions "${map}")
set(soname libnvgre.so.${PROJECT_VERSION_MAJOR})
set(node NVGRE_${PROJECT_VERSION_MAJOR})
set(symbols "${soname} ${library_package} #MINVER#\n ${node}@${node} ${PROJECT_VERSION}\n")
foreach(function ${functions})
  string(APPEND symbols " ${function}@${node} ${PROJECT_VERSION}\n")
endforeach()
set(control ${CMAKE_CURRENT_BINARY_DIR}/packaging)
file(WRITE ${control}/symbols "${symbols}")
file(WRITE ${control}/shlibs
  "libnvgre ${PROJECT_VERSION_MAJOR} ${library_package} (>= ${PROJECT_VERSION})\n")
file(WRITE ${control}/triggers "activate-noawait ldconfig\n")
set(CPACK_DEBIAN_LIBRARY_PACKAGE_CONTROL_EXTRA
  ${control}/symbols ${control}/shlibs ${control}/triggers)

# If CPack computed the library's dependencies, it would add scripts that call ldconfig, although
# the trigger does so already.
configure_file(${CMAKE_CURRENT_LIST_DIR}/library_depends.cmake.in packaging/library_depends.cmake @ONLY)
set(CPACK_PROJECT_CONFIG_FILE ${control}/library_depends.cmake)

# Adds copyright, changelogs and other files that only packages have.
configure_file(${CMAKE_CURRENT_LIST_DIR}/stage.cmake.in packaging/stage.cmake @ONLY)
set(CPACK_PRE_BUILD_SCRIPTS ${control}/stage.cmake)
include(CPack)

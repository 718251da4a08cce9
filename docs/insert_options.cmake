# SPDX-License-Identifier: GPL-2.0-or-later
# Makes a manual or a completion of a template, in which @OPTIONS@, @COMMANDS@, @VSIDS_AWK@ and
# @PROJECT_VERSION@ stand for what comes from the tables of options and from elsewhere:
#   cmake -DPROGRAM=option_tables -DKIND=man|bash|zsh -DCOMMAND=NAME -DPROJECT_VERSION=VERSION
#         -DTEMPLATE=FILE -DOUT=FILE -P insert_options.cmake
function(print_tables out)
  execute_process(COMMAND ${PROGRAM} ${ARGN} OUTPUT_VARIABLE text OUTPUT_STRIP_TRAILING_WHITESPACE
    COMMAND_ERROR_IS_FATAL ANY)
  set(${out} "${text}" PARENT_SCOPE)
endfunction()

if(COMMAND)
  print_tables(OPTIONS man ${COMMAND})
elseif(NOT KIND STREQUAL man)
  print_tables(OPTIONS ${KIND})
  file(READ ${CMAKE_CURRENT_LIST_DIR}/completion/vsids.awk VSIDS_AWK)
  string(REGEX REPLACE "^(#[^\n]*\n)+" "" VSIDS_AWK "${VSIDS_AWK}")
endif()
print_tables(COMMANDS ${KIND}-commands)
configure_file(${TEMPLATE} ${OUT} @ONLY)
file(TOUCH ${OUT}) # unchanged text is no reason to make it again each time

# SizeTest.cmake: prints the size of the runtime, member by member, and fails
# where the core needs anything from outside itself.
#   cmake -DARCHIVE=libonnxc-rt.a -DSIZE=size -DNM=nm -P SizeTest.cmake
#
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
cmake_minimum_required(VERSION 3.20)
set(core Check Cpu Dtype Run Status)

execute_process(COMMAND ${SIZE} -A ${ARCHIVE}
  OUTPUT_VARIABLE sections COMMAND_ERROR_IS_FATAL ANY)
set(member "")
set(total_core 0)
set(total_hosted 0)
string(REPLACE "\n" ";" lines "${sections}")
macro(print_member)
  if(member)
    math(EXPR total_${part} "${total_${part}} + ${bytes}")
    message("${part}  ${member}: ${bytes} bytes")
  endif()
endmacro()
foreach(line IN LISTS lines)
  if(line MATCHES "^([A-Za-z]+)\\.c\\.o ")
    print_member()
    set(member ${CMAKE_MATCH_1})
    set(bytes 0)
    set(part hosted)
    if(member IN_LIST core)
      set(part core)
    endif()
  elseif(line MATCHES "^\\.(text|rodata|data|bss)[^ ]* +([0-9]+)")
    math(EXPR bytes "${bytes} + ${CMAKE_MATCH_2}")
  endif()
endforeach()
print_member()
message("core: ${total_core} bytes, hosted: ${total_hosted} bytes")

execute_process(COMMAND ${NM} -A ${ARCHIVE}
  OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY)
string(REPLACE "\n" ";" lines "${symbols}")
foreach(line IN LISTS lines)
  if(line MATCHES "([A-Za-z]+)\\.c\\.o: +U ([^ ]+)")
    set(member ${CMAKE_MATCH_1})
    set(symbol ${CMAKE_MATCH_2})
    # What position independence and sanitizers bring is not ours.
    if(member IN_LIST core AND NOT symbol MATCHES
       "^(onnxc_|_GLOBAL_OFFSET_TABLE_|__asan|__ubsan|__tsan|__stack_chk)")
      message(SEND_ERROR "the core's ${member}.c needs ${symbol}")
    endif()
  endif()
endforeach()

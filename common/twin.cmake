# Twins: NAME.cpp and NAME.py print the same NAME.out. This file finds the
# Pythons to run the twin with, declares the tests, and, run as a script, is
# the test:
#
#   cmake -DEXPECTED=NAME.out -P twin.cmake -- PROGRAM [ARGUMENT]...
if(CMAKE_SCRIPT_MODE_FILE)
  set(command "")
  set(seen FALSE)
  math(EXPR last "${CMAKE_ARGC} - 1")
  foreach(i RANGE ${last})
    if(seen)
      list(APPEND command "${CMAKE_ARGV${i}}")
    elseif(CMAKE_ARGV${i} STREQUAL "--")
      set(seen TRUE)
    endif()
  endforeach()
  execute_process(COMMAND ${command} OUTPUT_VARIABLE printed
                  RESULT_VARIABLE status)
  file(READ ${EXPECTED} expected)
  if(NOT status EQUAL 0)
    message("${printed}")
    message(FATAL_ERROR "exit status ${status}, after printing the above")
  elseif(NOT printed STREQUAL expected)
    message("expected:\n${expected}\nprinted:\n${printed}")
    message(FATAL_ERROR "the output differs from ${EXPECTED}")
  endif()
  return()
endif()

set(ASYNCIO_TWIN_SCRIPT ${CMAKE_CURRENT_LIST_FILE})
set(ASYNCIO_RUN_TWIN ${CMAKE_CURRENT_LIST_DIR}/run_twin.py)

# Sets `result` to a Python of exactly this version ("3.12"), or of any version
# from 3.12 on (""), or to nothing. A name on PATH may be a version manager's
# shim that runs nothing, so each candidate has to answer.
function(find_python_version result version)
  set(home "$ENV{HOME}")
  file(GLOB managed
    "${home}/.pyenv/versions/${version}*/bin/python3"
    "$ENV{PYENV_ROOT}/versions/${version}*/bin/python3"
    "${home}/.local/share/uv/python/cpython-${version}*/bin/python3"
    "/opt/python/${version}*/bin/python3"
    "/usr/local/opt/python@${version}/bin/python3")
  set(on_path "")
  foreach(name IN ITEMS python${version} python3)
    find_program(found NAMES ${name} NO_CACHE)
    list(APPEND on_path ${found})
    unset(found)
  endforeach()
  set(${result} "" PARENT_SCOPE)
  foreach(python IN LISTS on_path managed)
    execute_process(
      COMMAND ${python} -c "import sys; print('%d.%d' % sys.version_info[:2])"
      OUTPUT_VARIABLE answer OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    if((version AND answer STREQUAL version) OR
       (NOT version AND answer VERSION_GREATER_EQUAL 3.12))
      set(${result} ${python} PARENT_SCOPE)
      return()
    endif()
  endforeach()
endfunction()

# The order of events is CPython 3.12's and 3.13's: a twin runs with both. An
# older Python orders some events in another way; a newer one has to do alone.
set(ASYNCIO_PYTHONS "")
set(ASYNCIO_PYTHON_NAMES "")
foreach(version IN ITEMS 3.12 3.13)
  find_python_version(python "${version}")
  if(python)
    list(APPEND ASYNCIO_PYTHONS ${python})
    list(APPEND ASYNCIO_PYTHON_NAMES python${version})
  endif()
endforeach()
if(NOT ASYNCIO_PYTHONS)
  find_python_version(ASYNCIO_PYTHONS "")
  if(ASYNCIO_PYTHONS)
    set(ASYNCIO_PYTHON_NAMES python3)
  endif()
endif()
if(ASYNCIO_PYTHONS)
  list(GET ASYNCIO_PYTHONS 0 ASYNCIO_PYTHON)
  message(STATUS "Python for the twins: ${ASYNCIO_PYTHONS}")
else()
  set(ASYNCIO_PYTHON "")
  message(STATUS "Python for the twins: none of 3.12 or later; not checked")
endif()

# The tests of one twin: the C++ program on each selector, the Python program in
# each Python. Both run on a clock that jumps to the next deadline.
function(add_twin_tests folder name target selectors)
  set(expected ${CMAKE_CURRENT_SOURCE_DIR}/${name}.out)
  set(compare ${CMAKE_COMMAND} -DEXPECTED=${expected}
      -P ${ASYNCIO_TWIN_SCRIPT} --)
  if(NOT selectors)
    add_test(NAME ${folder}/${name} COMMAND ${compare} $<TARGET_FILE:${target}>)
    set_test_environment(${folder}/${name} ASYNCIO_CLOCK=virtual)
  endif()
  foreach(selector IN LISTS selectors)
    set(test ${folder}/${name}/${selector})
    add_test(NAME ${test} COMMAND ${compare} $<TARGET_FILE:${target}>)
    set_test_environment(${test} ASYNCIO_CLOCK=virtual
                         ASYNCIO_SELECTOR=${selector})
  endforeach()
  set(script ${CMAKE_CURRENT_SOURCE_DIR}/${name}.py)
  foreach(python version IN ZIP_LISTS ASYNCIO_PYTHONS ASYNCIO_PYTHON_NAMES)
    set(test ${folder}/${name}.py/${version})
    add_test(NAME ${test}
      COMMAND ${compare} ${python} ${ASYNCIO_RUN_TWIN} ${script})
    set_test_environment(${test})
  endforeach()
  if(NOT ASYNCIO_PYTHONS)
    set(test ${folder}/${name}.py)
    add_test(NAME ${test}
      COMMAND ${CMAKE_COMMAND} -E echo "skipped: no Python 3.12 or later")
    set_tests_properties(${test} PROPERTIES SKIP_REGULAR_EXPRESSION "^skipped")
  endif()
endfunction()

# chapter() is the one call that declares a chapter.
#
#   chapter(
#     LIBRARY event_loop.cpp handle.cpp   # what it adds to the library
#     PROGRAMS crawl periodic             # NAME.cpp, an executable each
#     TWINS call_family                   # NAME.cpp, NAME.py and NAME.out
#     TESTS event_loop_test               # NAME.cpp, on every selector
#     TESTS_ONCE heap_test                # NAME.cpp, that needs no selector
#     BENCHMARKS benchmark)               # NAME.cpp, built and never judged
#
# Every list may be absent. Without LIBRARY the library is headers alone.
# For the folder NN-name it makes
#
#   asyncio_NN       the library, which links all lower chapters and common/;
#                    alias asyncio::NN
#   chapterNN        builds this stage and what it stands on
#   chapterNN_NAME   one executable, build/chapters/NN-name/NAME
#
# and these tests: NN-name/NAME_test (from chapter 05 on one for each selector,
# NN-name/NAME_test/epoll), NN-name/NAME for each twin, and lesson/NN-name.

include(${CMAKE_CURRENT_LIST_DIR}/twin.cmake)

function(chapter)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" ""
    "LIBRARY;PROGRAMS;TWINS;TESTS;TESTS_ONCE;BENCHMARKS")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "chapter(): unknown: ${arg_UNPARSED_ARGUMENTS}")
  endif()
  cmake_path(GET CMAKE_CURRENT_SOURCE_DIR FILENAME folder)
  string(SUBSTRING ${folder} 0 2 number)

  chapter_library(${number} ${arg_LIBRARY})
  add_custom_target(chapter${number})
  foreach(name IN LISTS arg_PROGRAMS arg_TWINS arg_BENCHMARKS)
    chapter_program(${number} ${name})
  endforeach()
  if("crawl" IN_LIST arg_PROGRAMS)
    add_dependencies(crawls chapter${number}_crawl)
  endif()

  # Before chapter 05 there is no loop that could choose a selector.
  set(selectors "")
  if(number GREATER_EQUAL 5)
    set(selectors ${ASYNCIO_SELECTORS})
  endif()
  foreach(name IN LISTS arg_TESTS arg_TESTS_ONCE)
    chapter_program(${number} ${name})
    target_link_libraries(chapter${number}_${name} PRIVATE asyncio_test)
  endforeach()
  foreach(name IN LISTS arg_TESTS)
    add_chapter_test(${folder}/${name} chapter${number}_${name} "${selectors}")
  endforeach()
  foreach(name IN LISTS arg_TESTS_ONCE)
    add_chapter_test(${folder}/${name} chapter${number}_${name} "")
  endforeach()
  foreach(name IN LISTS arg_TWINS)
    add_twin_tests(${folder} ${name} chapter${number}_${name} "${selectors}")
  endforeach()
  add_lesson_test(${folder} chapters/${folder}/README.md)
endfunction()

# asyncio_NN, on top of the chapter before it.
function(chapter_library number)
  set(below asyncio_common)
  get_property(newest GLOBAL PROPERTY ASYNCIO_NEWEST_CHAPTER)
  if(newest)
    set(below ${newest})
  endif()
  if(ARGN)
    add_library(asyncio_${number} STATIC ${ARGN})
    target_link_libraries(asyncio_${number} PUBLIC ${below})
    target_precompile_headers(asyncio_${number} REUSE_FROM asyncio_common)
  else()
    add_library(asyncio_${number} INTERFACE)
    target_link_libraries(asyncio_${number} INTERFACE ${below})
  endif()
  add_library(asyncio::${number} ALIAS asyncio_${number})
  set_property(GLOBAL PROPERTY ASYNCIO_NEWEST_CHAPTER asyncio_${number})
endfunction()

# NAME.cpp becomes build/chapters/NN-name/NAME. Targets share one space of names
# and every stage has a crawl, so the target's name carries the number.
function(chapter_program number name)
  set(target chapter${number}_${name})
  add_executable(${target} ${name}.cpp)
  set_target_properties(${target} PROPERTIES OUTPUT_NAME ${name})
  target_link_libraries(${target} PRIVATE asyncio_${number})
  target_precompile_headers(${target} REUSE_FROM asyncio_common)
  add_dependencies(chapter${number} ${target})
endfunction()

# One test, or one for each selector.
function(add_chapter_test name target selectors)
  if(NOT selectors)
    add_test(NAME ${name} COMMAND ${target})
    set_test_environment(${name})
  endif()
  foreach(selector IN LISTS selectors)
    add_test(NAME ${name}/${selector} COMMAND ${target})
    set_test_environment(${name}/${selector} ASYNCIO_SELECTOR=${selector})
  endforeach()
endfunction()

# What every test is told: where the sources and the programs stand. Exit status
# 77 says that the test was skipped.
function(set_test_environment name)
  set(environment ASYNCIO_SOURCE_DIR=${PROJECT_SOURCE_DIR}
                  ASYNCIO_BUILD_DIR=${PROJECT_BINARY_DIR} ${ARGN})
  if(ASYNCIO_SANITIZE MATCHES "thread")
    list(APPEND environment
         TSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/common/tsan.supp)
  endif()
  set_tests_properties(${name} PROPERTIES
    ENVIRONMENT "${environment}"
    SKIP_RETURN_CODE 77
    TIMEOUT ${ASYNCIO_TEST_TIMEOUT})
endfunction()

# Proves every excerpt and output that a lesson or a deck shows.
function(add_lesson_test name file)
  add_test(NAME lesson/${name}
    COMMAND common_lesson_check --root ${PROJECT_SOURCE_DIR}
            --build ${PROJECT_BINARY_DIR} --python "${ASYNCIO_PYTHON}"
            ${PROJECT_SOURCE_DIR}/${file})
  set_test_environment(lesson/${name})
endfunction()

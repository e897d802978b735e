# Writes one deck as one HTML page, with its pictures and the viewer inside:
#
#   cmake -D DECK=slides/05-callbacks.md -D PAGE=build/slides/05-callbacks.html
#         -P slides/deck.cmake

include(${CMAKE_CURRENT_LIST_DIR}/embed.cmake)
read_viewer()
read_escaped("${DECK}" DECK_TEXT)
deck_title("${DECK_TEXT}" TITLE)

# The pictures that the deck names. The opening bracket of `](name.svg)` is left
# out of the match: see embed.cmake.
string(REGEX MATCHALL "\\([^()\n]*\\.svg\\)" names "${DECK_TEXT}")
list(REMOVE_DUPLICATES names)
cmake_path(GET DECK PARENT_PATH folder)
set(PICTURES "")
foreach(name IN LISTS names)
  string(REGEX REPLACE "[()]" "" name "${name}")
  if(NOT EXISTS "${folder}/${name}")
    message(WARNING "${DECK}: there is no picture ${name}")
    continue()
  endif()
  read_escaped("${folder}/${name}" svg)
  string(APPEND PICTURES
         "<pre hidden data-picture=\"${name}\">${svg}</pre>\n")
endforeach()

write_page(viewer.html.in "${PAGE}")

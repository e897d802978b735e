# Writes the list of all decks:
#
#   cmake -D "DECKS=a.md;b.md" -D PAGE=build/slides/index.html
#         -P slides/index.cmake

include(${CMAKE_CURRENT_LIST_DIR}/embed.cmake)
read_viewer()

set(ROWS "")
set(all_slides 0)
set(all_minutes 0)
foreach(deck IN LISTS DECKS)
  cmake_path(GET deck STEM name)
  read_escaped("${deck}" text)
  deck_title("${text}" title)
  # The front matter ends with the first line --- that has a line before it, and
  # each of the others begins one slide more.
  string(REGEX MATCHALL "\n---\n" ends "${text}")
  list(LENGTH ends slides)
  # The notes of a slide begin with its minutes.
  string(REGEX MATCHALL "!--[ \n]*[0-9]+ min\\." notes "${text}")
  set(minutes 0)
  foreach(note IN LISTS notes)
    string(REGEX MATCH "[0-9]+" number "${note}")
    math(EXPR minutes "${minutes} + ${number}")
  endforeach()
  string(APPEND ROWS "<tr><td><a href=\"${name}.html\">${title}</a></td>"
         "<td>${slides}</td><td>${minutes}</td></tr>\n")
  math(EXPR all_slides "${all_slides} + ${slides}")
  math(EXPR all_minutes "${all_minutes} + ${minutes}")
endforeach()
string(APPEND ROWS "<tr><th>All</th>"
       "<td>${all_slides}</td><td>${all_minutes}</td></tr>\n")

write_page(index.html.in "${PAGE}")

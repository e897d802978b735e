# What deck.cmake and index.cmake share: reading files into pages.
#
# CMake's lists are strings with semicolons, and brackets in a list keep it from
# being split. So a file's text is never a list here: it is always quoted, and
# what is cut out of it has neither of the two.

# A text file, as it must be written inside of HTML.
function(read_escaped file variable)
  file(READ "${file}" text)
  string(REPLACE "&" "&amp;" text "${text}")
  string(REPLACE "<" "&lt;" text "${text}")
  set(${variable} "${text}" PARENT_SCOPE)
endfunction()

# The viewer's files, for @VIEWER_JS@ and its like in the templates.
macro(read_viewer)
  foreach(file IN ITEMS colours.css viewer.css theme.js highlight.js markdown.js
          viewer.js)
    string(TOUPPER ${file} name)
    string(REPLACE "." "_" name ${name})
    file(READ ${CMAKE_CURRENT_LIST_DIR}/${file} ${name})
  endforeach()
endmacro()

# The title of the deck's front matter.
function(deck_title text variable)
  string(REGEX MATCH "\ntitle: *([^\n]*)" line "${text}")
  set(${variable} "${CMAKE_MATCH_1}" PARENT_SCOPE)
endfunction()

# What @NAME@ stands for is put in as it is: an @ or a backslash in a deck does
# no harm. configure_file leaves an equal file alone, so its time is set here,
# or the build would do it again and again.
macro(write_page template output)
  configure_file(${CMAKE_CURRENT_LIST_DIR}/${template} "${output}" @ONLY)
  file(TOUCH "${output}")
endmacro()

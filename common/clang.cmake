# The compiler of the `clang` and `libcxx` presets: $CLANGXX if it is set, else
# the newest clang++ of 16 and later that PATH has, else plain clang++.
if(DEFINED ENV{CLANGXX})
  set(CMAKE_CXX_COMPILER $ENV{CLANGXX})
else()
  find_program(ASYNCIO_CLANGXX NAMES
    clang++-21 clang++-20 clang++-19 clang++-18 clang++-17 clang++-16 clang++
    REQUIRED)
  set(CMAKE_CXX_COMPILER ${ASYNCIO_CLANGXX})
endif()

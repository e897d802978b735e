// proof.hpp proves an exercise and its solution: the skeleton compiles without
// a warning and fails its test for the reason told, the solution passes, also
// under AddressSanitizer, and each usual wrong answer fails in its own words.
// Each claim is printed as a line "ok ..." or "BAD ...".
//
// Thread: the loop's.

#pragma once

#include <string>

#include "08-coroutines/coro.hpp"
#include "exercises/learn/checker.hpp"

namespace learn {

// How many claims do not hold.
asyncio::Coro<int> prove(const Checker& checker, std::string name);

// What can be said of its files without building them, each fault on a line:
// stray files, a README that lacks something, an include from a chapter that
// the reader has not reached.
std::string file_faults(const Toolchain& toolchain, const Exercise& exercise);

}  // namespace learn

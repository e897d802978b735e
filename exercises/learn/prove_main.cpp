// prove NAME proves one exercise, see proof.hpp: what CTest runs as
// exercise/NN-chapter/M-name. The exit status is 0 if every claim holds.

#include <cstdio>
#include <exception>

#include "10-tasks/runner.hpp"
#include "exercises/learn/proof.hpp"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: prove NN-chapter/M-name\n", stderr);
    return 2;
  }
  try {
    const learn::Checker checker(learn::read_toolchain(LEARN_BUILD_FILE));
    return asyncio::run(learn::prove(checker, argv[1])) == 0 ? 0 : 1;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "prove: %s\n", error.what());
  } catch (const asyncio::Interrupted&) {
    std::fputs("prove: interrupted\n", stderr);
  }
  return 1;
}

// The libFuzzer program for the parsers of RESP; only clang has libFuzzer.
//
//   cmake --build build/clang --target resp_fuzzer
//   mkdir corpus
//   build/clang/chapters/19-database/resp_fuzzer corpus -max_total_time=60
//
// It puts the messages to begin with into the folder that is named first.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

#include "19-database/fuzz_resp.hpp"

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  const std::string folder = *argc > 1 ? (*argv)[1] : "-";
  int number = 0;
  for (std::string_view seed : fuzz::seeds) {
    if (folder[0] == '-') break;  // an option
    const std::string path = folder + "/seed" + std::to_string(++number);
    std::FILE* file = std::fopen(path.c_str(), "wbe");
    if (!file) break;
    std::fwrite(seed.data(), 1, seed.size(), file);
    std::fclose(file);
  }
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  fuzz::fuzz_resp({reinterpret_cast<const char*>(data), size});
  return 0;
}

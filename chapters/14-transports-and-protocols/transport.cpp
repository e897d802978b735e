#include "14-transports-and-protocols/transport.hpp"

#include <string>

namespace asyncio {

void Transport::writelines(std::span<const std::string_view> pieces) {
  std::string all;
  for (std::string_view piece : pieces) all += piece;
  write(all);
}

}  // namespace asyncio

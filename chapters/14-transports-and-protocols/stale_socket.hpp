// Private to this chapter.

#pragma once

#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <string>

#include "common/address.hpp"

namespace asyncio {

// Removes the file that an earlier socket has left behind at a Unix
// address: it stays when the socket is closed, and bind() refuses a path that
// exists. Any other kind of file is left alone; bind() then tells of it.
inline void remove_stale_socket(const Address& address) {
  if (address.family() != AF_UNIX) return;
  const auto* name = reinterpret_cast<const sockaddr_un*>(address.data());
  if (name->sun_path[0] == '\0') return;  // an abstract one is no file
  const std::string path = address.str();
  struct stat status;
  if (::stat(path.c_str(), &status) != 0) return;
  if (S_ISSOCK(status.st_mode)) ::unlink(path.c_str());
}

}  // namespace asyncio

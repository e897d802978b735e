// platform.hpp is the one switch for what only Linux has. Code asks for the
// feature (ASYNCIO_HAS_EPOLL), never for the system, and stands beside a POSIX
// fallback. Building with ASYNCIO_PORTABLE defined chooses the fallbacks on
// Linux too, which is how the suite tests what runs on macOS.

#pragma once

#if defined(__linux__) && !defined(ASYNCIO_PORTABLE)
#define ASYNCIO_HAS_EPOLL 1
#define ASYNCIO_HAS_ACCEPT4 1  // also SOCK_NONBLOCK and SOCK_CLOEXEC
#define ASYNCIO_HAS_PIPE2 1
#define ASYNCIO_HAS_EVENTFD 1
#define ASYNCIO_HAS_PIDFD 1
#define ASYNCIO_HAS_VFORK 1
#else
#define ASYNCIO_HAS_EPOLL 0
#define ASYNCIO_HAS_ACCEPT4 0
#define ASYNCIO_HAS_PIPE2 0
#define ASYNCIO_HAS_EVENTFD 0
#define ASYNCIO_HAS_PIDFD 0
#define ASYNCIO_HAS_VFORK 0
#endif

// kevent.hpp is <sys/event.h> where the system has it, and otherwise a small
// emulation on top of poll(): the two filters that a selector needs, level-
// triggered, with the flags EV_ADD and EV_DELETE. Names, numbers and errors are
// those of the manual page kqueue(2). It differs in one thing: a descriptor
// that is closed leaves the list at the next wait, and not at once.
//
// One thread. Close the queue with close().

#pragma once

#if __has_include(<sys/event.h>)

#include <sys/event.h>
#include <sys/time.h>
#include <sys/types.h>

#else

#include <time.h>

#include <cstdint>

struct kevent {
  std::uintptr_t ident;  // the descriptor
  short filter;          // EVFILT_READ or EVFILT_WRITE
  unsigned short flags;
  unsigned fflags;
  std::intptr_t data;  // here always 0
  void* udata;         // the caller's, given back with each event
};

#define EVFILT_READ (-1)
#define EVFILT_WRITE (-2)
#define EV_ADD 0x0001     // again: changes udata
#define EV_DELETE 0x0002  // ENOENT if it is not there
#define EV_EOF 0x8000     // in an event: the other side has gone

#define EV_SET(event, a, b, c, d, e, f) \
  (*(event) = {(a), (b), (c), (d), (e), (f)})

// Makes a queue. -1 and errno if it cannot.
int kqueue();

// A struct and a function of one name, as in the system's header: g++ takes
// that for a mistake.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow"

// Makes the changes, then waits until there are events, at most `timeout`
// (null: as long as it takes), and stores up to `room` of them. Returns how
// many, or -1 and errno: a change was refused, or EINVAL, EINTR. With no room
// it does not wait.
int kevent(int queue, const struct kevent* changes, int how_many,
           struct kevent* events, int room, const struct timespec* timeout);

#pragma GCC diagnostic pop

#endif

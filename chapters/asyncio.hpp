#pragma once

// The whole library: what chapters 02 to 13 have built. A program that wants
// one part of it includes that part's header, whose path names the lesson
// that explains it.

#include "02-threads/thread_pool.hpp"
#include "04-selector/selector.hpp"
#include "05-callbacks/event_loop.hpp"
#include "05-callbacks/periodic_callback.hpp"
#include "06-state-machines/socket_machines.hpp"
#include "07-generators/generator.hpp"
#include "08-coroutines/coro.hpp"
#include "08-coroutines/root.hpp"
#include "09-futures/future.hpp"
#include "09-futures/outcome.hpp"
#include "09-futures/run_until_complete.hpp"
#include "10-tasks/runner.hpp"
#include "10-tasks/sleep.hpp"
#include "10-tasks/sock.hpp"
#include "10-tasks/task.hpp"
#include "11-gather/as_completed.hpp"
#include "11-gather/gather.hpp"
#include "11-gather/wait.hpp"
#include "12-cancellation/shield.hpp"
#include "12-cancellation/task_group.hpp"
#include "12-cancellation/timeout.hpp"
#include "12-cancellation/wait_for.hpp"
#include "13-synchronization/barrier.hpp"
#include "13-synchronization/limit.hpp"
#include "13-synchronization/queue.hpp"

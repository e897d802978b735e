// commands.hpp is what `learn COMMAND` does, but for watch.hpp. Each returns
// the program's exit status: 0, or 1 if what was asked for did not come about.
// A mistake in the command line is a cli::UsageError.
//
// They print to standard output. One thread; the Coro ones on a loop.

#pragma once

#include "08-coroutines/coro.hpp"
#include "exercises/learn/session.hpp"

namespace learn {

int list_command(const Session& session);
int hint_command(const Session& session);
int solution_command(const Session& session);
int copy_command(const Session& session);

// Makes it the current one, and shows its task.
int start_command(Session& session);

// Asks first.
asyncio::Coro<int> reset_command(Session& session);

// One, some, or all; for a person, or as JSON for a program.
asyncio::Coro<int> check_command(Session& session);

}  // namespace learn

#include "16-threads-and-executors/executor.hpp"

#include <stdexcept>

namespace asyncio {

void ThreadPoolExecutor::execute(std::unique_ptr<Work> work) {
  try {
    pool_.submit([work = std::move(work)] { work->run(); });
  } catch (const std::logic_error&) {
    throw std::runtime_error("cannot schedule new futures after shutdown");
  }
}

void ThreadPoolExecutor::shutdown(bool wait, bool cancel_futures) {
  const auto pending =
      cancel_futures ? ThreadPool::Pending::drop : ThreadPool::Pending::run;
  if (wait) {
    pool_.shutdown(pending);
  } else {
    pool_.close(pending);
  }
}

}  // namespace asyncio

#include "10-tasks/task.hpp"

namespace asyncio {

AnyTask current_task() {
  get_running_loop();  // throws outside of one
  return AnyTask(TaskRegistry::current());
}

std::vector<AnyTask> all_tasks() { return all_tasks(get_running_loop()); }

std::vector<AnyTask> all_tasks(EventLoop& loop) {
  std::vector<AnyTask> tasks;
  for (TaskBase* task : loop.service<TaskRegistry>().all()) {
    tasks.push_back(AnyTask(task));
  }
  return tasks;
}

}  // namespace asyncio

#include "02-threads/thread_pool.hpp"

#include <algorithm>
#include <cstdio>
#include <stdexcept>

#include "common/error.hpp"

namespace asyncio {

void ThreadPool::print_error(const std::exception_ptr& error) {
  std::fprintf(stderr, "ThreadPool: a job failed: %s\n",
               describe(error).c_str());
}

std::size_t ThreadPool::default_threads() {
  const std::size_t processors = std::thread::hardware_concurrency();
  return std::min<std::size_t>(32, processors + 4);
}

ThreadPool::ThreadPool(std::size_t max_threads, ErrorHandler on_error)
    : max_threads_(max_threads), on_error_(on_error) {
  if (max_threads > 0) return;
  throw std::invalid_argument("ThreadPool: max_threads must be greater than 0");
}

void ThreadPool::add(std::unique_ptr<Job> job) {
  const std::lock_guard lock(mutex_);
  if (closed_) throw std::logic_error("ThreadPool: submit after shutdown");
  jobs_.push_back(std::move(job));
  // A thread that was started or notified and has not got here yet still counts
  // as idle, and its job as waiting: so these two numbers fit each other.
  if (jobs_.size() > idle_ && running_ < max_threads_) start_thread();
  work_.notify_one();
}

void ThreadPool::start_thread() {
  try {
    threads_.emplace_back(&ThreadPool::work, this);
    ++running_;
    ++idle_;
  } catch (const std::system_error& error) {
    if (running_ > 0) return;  // those that there are will do the job
    jobs_.pop_back();
    throw os_error(error.code().value(), "start", "thread");
  }
}

// What each thread does: a job, the next, until there are no more to come.
void ThreadPool::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    work_.wait(lock, [&] { return closed_ || !jobs_.empty(); });
    --idle_;
    if (jobs_.empty()) break;
    std::unique_ptr<Job> job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    run(std::move(job));
    lock.lock();
    ++idle_;
  }
  // Told while the mutex is held: whoever waits may destroy the pool as soon
  // as it is free.
  if (--running_ == 0) ended_.notify_all();
}

// Without the mutex: jobs run, and die, side by side.
void ThreadPool::run(std::unique_ptr<Job> job) const {
  try {
    job->run();
  } catch (...) {
    on_error_(std::current_exception());
  }
}

void ThreadPool::close(Pending pending) {
  Jobs dropped;  // dies after the mutex is free: it runs foreign code
  const std::lock_guard lock(mutex_);
  closed_ = true;
  if (pending == Pending::drop) dropped.swap(jobs_);
  work_.notify_all();
}

void ThreadPool::shutdown(Pending pending) {
  close(pending);
  std::vector<std::thread> threads;
  {
    std::unique_lock lock(mutex_);
    ended_.wait(lock, [&] { return running_ == 0; });
    threads.swap(threads_);
  }
  for (std::thread& thread : threads) thread.join();
}

std::size_t ThreadPool::threads() const {
  const std::lock_guard lock(mutex_);
  return running_;
}

std::size_t ThreadPool::idle() const {
  const std::lock_guard lock(mutex_);
  return idle_;
}

std::size_t ThreadPool::pending() const {
  const std::lock_guard lock(mutex_);
  return jobs_.size();
}

}  // namespace asyncio

#include "cpp/threads/sliced_call.h"

namespace batchnorm {
namespace {

// Passes over so many bytes take about a millisecond.
constexpr size_t kMostTaskBytes = size_t{2} * 1024 * 1024;

}  // namespace

bool SlicedCall::Coordinate(size_t threads) {
  threads_ = threads;
  coordinated_ = RunOnCoordinator(&errand_);
  return coordinated_;
}

void SlicedCall::Lead(void* raw) {
  SlicedCall* call = static_cast<SlicedCall*>(raw);
  if (!call->serial_.IsAborted()) {
    const ExecutorScope scope(call);
    call->function_(call->argument_);
  }
  std::lock_guard<std::mutex> lock(call->mutex_);
  call->done_ = true;
  // Still with the lock: without it somebody may have destroyed the call by now.
  call->work_.NotifyAll();
  call->call_done_.NotifyAll();
}

bool SlicedCall::Work(std::chrono::nanoseconds time) {
  const auto end = std::chrono::steady_clock::now() + time;
  const ExecutorScope scope(&serial_);
  std::unique_lock<std::mutex> lock(mutex_);
  if (!coordinated_ && !done_) {
    lock.unlock();
    if (!serial_.IsAborted()) function_(argument_);
    lock.lock();
    done_ = true;
  }
  while (work_.WaitUntil(lock, end, [this] { return done_ || next_ < count_; }) && !done_) {
    const size_t i = next_++;
    ++running_;
    lock.unlock();
    task_function_(task_, i);
    lock.lock();
    if (--running_ == 0 && next_ >= count_) phase_done_.NotifyOne();
    if (std::chrono::steady_clock::now() >= end) break;
  }
  return done_;
}

bool SlicedCall::Abort() {
  std::lock_guard<std::mutex> lock(mutex_);
  if (done_) return false;
  serial_.Abort();
  next_ = count_;
  if (running_ == 0) phase_done_.NotifyOne();
  return true;
}

void SlicedCall::Wait() {
  std::unique_lock<std::mutex> lock(mutex_);
  call_done_.Wait(lock, [this] { return done_ || !coordinated_; });
}

void SlicedCall::Run(size_t count, TaskFunction function, const void* task) {
  std::unique_lock<std::mutex> lock(mutex_);
  if (serial_.IsAborted()) return;
  task_function_ = function;
  task_ = task;
  count_ = count;
  next_ = 0;
  work_.NotifyAll();
  phase_done_.Wait(lock, [this] { return next_ >= count_ && running_ == 0; });
}

TaskLimits SlicedCall::Limits() const { return {threads_, kMostTaskBytes}; }

}  // namespace batchnorm

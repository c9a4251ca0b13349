#ifndef BATCHNORM_THREADS_SERIAL_EXECUTOR_H_
#define BATCHNORM_THREADS_SERIAL_EXECUTOR_H_

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "cpp/threads/executor.h"

namespace batchnorm {

// Runs all tasks on the calling thread, until it is aborted.
class SerialExecutor final : public Executor {
 public:
  void Run(size_t count, TaskFunction function, const void* task) override {
    for (size_t i = 0; i < count && !IsAborted(); ++i) function(task, i);
  }
  TaskLimits Limits() const override { return {1, SIZE_MAX}; }

  // From any thread.
  void Abort() { aborted_.store(true, std::memory_order_relaxed); }
  bool IsAborted() const { return aborted_.load(std::memory_order_relaxed); }

 private:
  std::atomic<bool> aborted_{false};
};

}  // namespace batchnorm

#endif  // BATCHNORM_THREADS_SERIAL_EXECUTOR_H_

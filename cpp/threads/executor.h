#ifndef BATCHNORM_THREADS_EXECUTOR_H_
#define BATCHNORM_THREADS_EXECUTOR_H_

#include <cstddef>

namespace batchnorm {

using TaskFunction = void (*)(const void* task, size_t i);

// How a call is best cut into tasks: for so many threads, and so that none takes longer than some
// passes over so many bytes.
struct TaskLimits {
  size_t threads;
  size_t bytes;
};

// Runs tasks in place of the thread pool, for the threads that have it.
class Executor {
 public:
  // As ParallelFor, but an executor may also leave out tasks: whoever asked for that throws the
  // results away.
  virtual void Run(size_t count, TaskFunction function, const void* task) = 0;
  virtual TaskLimits Limits() const = 0;

 protected:
  ~Executor() = default;
};

// That of the calling thread, or null.
Executor* CurrentExecutor();

// Gives the calling thread an executor as long as it lives.
class ExecutorScope {
 public:
  explicit ExecutorScope(Executor* executor);
  ExecutorScope(const ExecutorScope&) = delete;
  ExecutorScope& operator=(const ExecutorScope&) = delete;
  ~ExecutorScope();

 private:
  Executor* before_;
};

}  // namespace batchnorm

#endif  // BATCHNORM_THREADS_EXECUTOR_H_

#ifndef BATCHNORM_THREADS_THREAD_POOL_H_
#define BATCHNORM_THREADS_THREAD_POOL_H_

#include <cstddef>

#include "cpp/threads/executor.h"

namespace batchnorm {

// How many threads a call may use, the calling one among them; at least 1. One number and one pool
// for the whole process: callers on several threads share it instead of adding up.
size_t NumThreads();
void SetNumThreads(size_t threads);
// The same, where no number was set before.
void SetDefaultNumThreads(size_t threads);

// Those of the executor that the calling thread has, or else all threads and any task.
TaskLimits CurrentTaskLimits();

namespace internal {
void RunTasks(size_t count, TaskFunction function, const void* task);
}  // namespace internal

// Calls task(i) for each i < count, in any order, on the pool's threads and the calling one, and
// returns when all are done. While another caller has the pool, the calling thread does it all.
// Where the calling thread has an executor, that one takes the place of the pool.
template <class Task>
void ParallelFor(size_t count, const Task& task) {
  internal::RunTasks(
      count, [](const void* t, size_t i) { (*static_cast<const Task*>(t))(i); }, &task);
}

}  // namespace batchnorm

#endif  // BATCHNORM_THREADS_THREAD_POOL_H_

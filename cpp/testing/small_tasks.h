#ifndef BATCHNORM_TESTING_SMALL_TASKS_H_
#define BATCHNORM_TESTING_SMALL_TASKS_H_

#include <cstddef>

#include "cpp/threads/executor.h"

namespace batchnorm {

// Runs tasks from the last to the first, and asks for tasks as small as can be.
class SmallTasks final : public Executor {
 public:
  void Run(size_t count, TaskFunction function, const void* task) override {
    while (count-- != 0) function(task, count);
  }
  TaskLimits Limits() const override { return {2, 1}; }
};

}  // namespace batchnorm

#endif  // BATCHNORM_TESTING_SMALL_TASKS_H_

#ifndef BATCHNORM_THREADS_SLICED_CALL_H_
#define BATCHNORM_THREADS_SLICED_CALL_H_

#include <chrono>
#include <cstddef>
#include <mutex>

#include "cpp/threads/coordinators.h"
#include "cpp/threads/executor.h"
#include "cpp/threads/platform_threads.h"
#include "cpp/threads/serial_executor.h"

namespace batchnorm {

// A call whose work other threads do a little at a time: function(argument) runs on a coordinator,
// and whoever calls Work() takes the tasks of its ParallelFor. The bits are those of any other
// number of threads.
class SlicedCall final : private Executor {
 public:
  SlicedCall(void (*function)(void*), void* argument) : function_(function), argument_(argument) {}
  SlicedCall(const SlicedCall&) = delete;
  SlicedCall& operator=(const SlicedCall&) = delete;

  // Before any Work(): puts the call on a coordinator, for so many threads to work on. Without
  // this, or where it is false since no thread can be had, the first Work() runs all of the call.
  bool Coordinate(size_t threads);

  // Works on the call until it is done or the time is over, which one task may exceed. Whether it
  // is done: then nobody touches it any more but those that are still in here.
  bool Work(std::chrono::nanoseconds time);

  // From any thread: leaves out the tasks that nobody has begun. Whether the call was not done yet,
  // so that its results are not to be used.
  bool Abort();

  // After Abort(), in place of Work(): returns when the call is done.
  void Wait();

 private:
  void Run(size_t count, TaskFunction function, const void* task) override;
  TaskLimits Limits() const override;

  static void Lead(void* call);

  void (*function_)(void*);
  void* argument_;
  Errand errand_ = {&SlicedCall::Lead, this};
  size_t threads_ = 1;
  bool coordinated_ = false;
  // Has the abort flag, and runs what tasks share out themselves.
  SerialExecutor serial_;

  std::mutex mutex_;
  // There are tasks, or the call is done.
  Condition work_;
  // The last task is done.
  Condition phase_done_;
  Condition call_done_;
  bool done_ = false;
  // The tasks of the ParallelFor that runs.
  TaskFunction task_function_ = nullptr;
  const void* task_ = nullptr;
  size_t count_ = 0;
  size_t next_ = 0;
  size_t running_ = 0;
};

}  // namespace batchnorm

#endif  // BATCHNORM_THREADS_SLICED_CALL_H_

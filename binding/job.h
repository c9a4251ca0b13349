#ifndef BATCHNORM_BINDING_JOB_H_
#define BATCHNORM_BINDING_JOB_H_

#include <node_api.h>

#include <cstddef>
#include <memory>

#include "binding/arguments.h"
#include "binding/call.h"
#include "binding/references.h"
#include "binding/status.h"
#include "cpp/threads/sliced_call.h"

namespace batchnorm {

// A started call. libuv's threads work on it in turns of some milliseconds, so that others get
// theirs in between; all but the turns happens on the event loop.
class Job {
 public:
  // finished(env, job) follows the last turn, and deletes the job.
  Job(napi_env env, double id, void (*finished)(napi_env env, Job* job));
  Job(const Job&) = delete;
  Job& operator=(const Job&) = delete;
  // When no turn is pending; a coordinator that still leads the call is waited for.
  ~Job() { Stop(); }

  // Takes over a call with its arguments, and the function that is called when it is done. False
  // where memory ran out.
  bool Hold(std::unique_ptr<Call> call, const Arguments& arguments, napi_value done);

  double id() const { return id_; }
  // Whether it takes longer than a turn, and so needs a coordinator.
  bool IsLong() const;

  // Queues the first turns. False, and nothing is queued, where memory ran out.
  bool Begin();
  void Abort();
  // When no turn is pending: deletes the job and calls done.
  static void End(napi_env env, Job* job);

  // Its neighbours in the list that it is in.
  Job* before = nullptr;
  Job* after = nullptr;

 private:
  // What one of libuv's threads does before others get theirs.
  struct Turn {
    Job* job = nullptr;
    napi_async_work work = nullptr;
    bool done = false;
  };

  bool Queue(Turn* turn);
  void Ended(Turn* turn);
  // Leaves out what nobody has begun, and waits for the rest. Whether all was done before.
  bool Stop();

  napi_env env_;
  double id_;
  void (*finished_)(napi_env env, Job* job);
  std::unique_ptr<Call> call_;
  // The function, then the arrays.
  References held_;
  Status status_ = Status::kOutOfMemory;
  bool aborted_ = false;
  // Turns at a time, and how many of them are queued or run.
  size_t threads_ = 1;
  size_t pending_ = 0;
  std::unique_ptr<Turn[]> turns_;
  SlicedCall sliced_;
};

}  // namespace batchnorm

#endif  // BATCHNORM_BINDING_JOB_H_

#include "binding/jobs.h"

#include <memory>
#include <new>
#include <string_view>

#include "binding/arguments.h"
#include "binding/call.h"
#include "binding/environment.h"
#include "binding/job.h"
#include "binding/job_list.h"
#include "binding/job_table.h"
#include "binding/operations.h"
#include "binding/status.h"

namespace batchnorm {
namespace {

// The operation of that name, or null.
const Operation* FindOperation(napi_env env, napi_value value) {
  char name[32];
  size_t length = 0;
  if (napi_get_value_string_utf8(env, value, name, sizeof(name), &length) != napi_ok) {
    return nullptr;
  }
  for (const Operation* operation : kOperations) {
    if (std::string_view(name, length) == operation->name) return operation;
  }
  return nullptr;
}

bool IsFunction(napi_env env, napi_value value) {
  napi_valuetype type;
  return napi_typeof(env, value, &type) == napi_ok && type == napi_function;
}

// The started calls of an environment.
class Jobs {
 public:
  Jobs() = default;
  Jobs(const Jobs&) = delete;
  Jobs& operator=(const Jobs&) = delete;
  // When the environment ends: no turn is pending any more.
  ~Jobs() {
    while (Job* job = waiting_.first()) {
      waiting_.Remove(job);
      delete job;
    }
  }

  // Sets *id where it is kOk.
  Status Start(napi_env env, napi_value name, napi_value values, napi_value done, double* id) {
    const Operation* operation = FindOperation(env, name);
    if (operation == nullptr || !IsFunction(env, done)) return Status::kWrongType;
    Arguments arguments(env, values);
    std::unique_ptr<Call> call = operation->read(arguments);
    if (arguments.status() != Status::kOk) return arguments.status();
    if (call == nullptr) return Status::kOutOfMemory;
    *id = ++last_id_;
    std::unique_ptr<Job> job(new (std::nothrow) Job(env, *id, Finished));
    if (job == nullptr || !job->Hold(std::move(call), arguments, done)) return Status::kOutOfMemory;
    if (job->IsLong() && long_ >= kMostLong) {
      waiting_.Add(job.release());
    } else if (Begin(job.get())) {
      job.release();
    } else {
      return Status::kOutOfMemory;
    }
    return Status::kOk;
  }

  void Abort(napi_env env, double id) {
    if (!(id >= 1.0 && id <= last_id_)) return;
    if (Job* job = running_.Find(id)) {
      job->Abort();
    } else if (Job* job = waiting_.Find(id)) {
      job->Abort();
      // Its turn comes at once, for there is nothing to do.
      BeginWaiting(env, job);
    }
  }

 private:
  // More at a time would not be faster, and each takes a coordinator. Calls of other environments
  // do not count: their event loops may be blocked.
  static constexpr size_t kMostLong = 4;

  static void Finished(napi_env env, Job* job);

  bool Begin(Job* job) {
    if (!job->Begin()) return false;
    running_.Add(job);
    if (job->IsLong()) ++long_;
    return true;
  }

  void BeginWaiting(napi_env env, Job* job) {
    waiting_.Remove(job);
    if (!Begin(job)) Job::End(env, job);
  }

  void End(napi_env env, Job* job) {
    running_.Remove(job);
    if (job->IsLong()) --long_;
    while (long_ < kMostLong && waiting_.first() != nullptr && CanCallJavaScript(env)) {
      BeginWaiting(env, waiting_.first());
    }
    Job::End(env, job);
  }

  JobTable running_;
  JobList waiting_;
  size_t long_ = 0;
  double last_id_ = 0.0;
};

// That of the environment, or null.
Jobs* JobsOf(napi_env env) {
  void* jobs = nullptr;
  napi_get_instance_data(env, &jobs);
  return static_cast<Jobs*>(jobs);
}

void Jobs::Finished(napi_env env, Job* job) { JobsOf(env)->End(env, job); }

}  // namespace

void SetUpJobs(napi_env env) {
  std::unique_ptr<Jobs> jobs(new (std::nothrow) Jobs);
  const auto finalize = [](napi_env, void* raw, void*) { delete static_cast<Jobs*>(raw); };
  if (napi_set_instance_data(env, jobs.get(), finalize, nullptr) == napi_ok) jobs.release();
}

napi_value StartEntry(napi_env env, napi_callback_info info) {
  // Missing arguments become undefined, which is neither a name nor a function.
  size_t count = 3;
  napi_value values[3];
  Jobs* jobs = JobsOf(env);
  Status status = Status::kOutOfMemory;
  double id = 0.0;
  if (jobs != nullptr && napi_get_cb_info(env, info, &count, values, nullptr, nullptr) == napi_ok) {
    status = jobs->Start(env, values[0], values[1], values[2], &id);
  }
  napi_value result = nullptr;
  napi_create_double(env, status == Status::kOk ? id : -static_cast<double>(status), &result);
  return result;
}

napi_value AbortEntry(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value value;
  Jobs* jobs = JobsOf(env);
  double id = 0.0;
  if (jobs != nullptr && napi_get_cb_info(env, info, &count, &value, nullptr, nullptr) == napi_ok &&
      napi_get_value_double(env, value, &id) == napi_ok) {
    jobs->Abort(env, id);
  }
  return nullptr;
}

}  // namespace batchnorm

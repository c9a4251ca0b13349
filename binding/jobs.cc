#include "binding/jobs.h"

#include <atomic>
#include <memory>
#include <new>
#include <string_view>

#include "binding/arguments.h"
#include "binding/call.h"
#include "binding/operations.h"
#include "binding/references.h"
#include "binding/status.h"

namespace batchnorm {
namespace {

// A started call.
struct Job {
  explicit Job(napi_env env) : held(env) {}

  double id = 0.0;
  std::unique_ptr<Call> call;
  // done, then the arrays.
  References held;
  napi_async_work work = nullptr;
  std::atomic<bool> aborted{false};
  Status status = Status::kAborted;
  Job* next = nullptr;
};

// The started calls of an environment.
struct Jobs {
  double last_id = 0.0;
  Job* first = nullptr;
};

Jobs* JobsOf(napi_env env) {
  void* jobs = nullptr;
  napi_get_instance_data(env, &jobs);
  return static_cast<Jobs*>(jobs);
}

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

void Execute(napi_env, void* raw) {
  Job* job = static_cast<Job*>(raw);
  if (!job->aborted) job->status = job->call->Run();
}

void Complete(napi_env env, napi_status, void* raw) {
  const std::unique_ptr<Job> job(static_cast<Job*>(raw));
  Job** link = &JobsOf(env)->first;
  while (*link != job.get()) link = &(*link)->next;
  *link = job->next;
  napi_delete_async_work(env, job->work);
  napi_value done = job->held[0];
  napi_value undefined;
  napi_value status;
  // While the environment ends, nothing can be called.
  if (done != nullptr && napi_get_undefined(env, &undefined) == napi_ok &&
      napi_create_int32(env, static_cast<int>(job->status), &status) == napi_ok) {
    napi_call_function(env, undefined, done, 1, &status, nullptr);
  }
}

Status Queue(napi_env env, Job* job) {
  napi_value name;
  if (napi_create_string_latin1(env, "batchnorm", NAPI_AUTO_LENGTH, &name) != napi_ok ||
      napi_create_async_work(env, nullptr, name, Execute, Complete, job, &job->work) != napi_ok) {
    return Status::kOutOfMemory;
  }
  if (napi_queue_async_work(env, job->work) == napi_ok) return Status::kOk;
  napi_delete_async_work(env, job->work);
  return Status::kOutOfMemory;
}

// Sets *id.
Status Start(napi_env env, const napi_value (&values)[3], double* id) {
  const Operation* operation = FindOperation(env, values[0]);
  napi_valuetype type;
  if (operation == nullptr || napi_typeof(env, values[2], &type) != napi_ok ||
      type != napi_function) {
    return Status::kWrongType;
  }
  Arguments arguments(env, values[1]);
  std::unique_ptr<Job> job(new (std::nothrow) Job(env));
  if (job == nullptr) return Status::kOutOfMemory;
  job->call = operation->read(arguments);
  if (arguments.status() != Status::kOk) return arguments.status();
  if (job->call == nullptr || !job->held.Add(values[2]) || !job->held.AddArrays(arguments)) {
    return Status::kOutOfMemory;
  }
  const Status status = Queue(env, job.get());
  if (status != Status::kOk) return status;
  Jobs* jobs = JobsOf(env);
  *id = job->id = ++jobs->last_id;
  job->next = jobs->first;
  jobs->first = job.release();
  return Status::kOk;
}

}  // namespace

void SetUpJobs(napi_env env) {
  const auto finalize = [](napi_env, void* jobs, void*) { delete static_cast<Jobs*>(jobs); };
  napi_set_instance_data(env, new Jobs, finalize, nullptr);
}

napi_value StartEntry(napi_env env, napi_callback_info info) {
  size_t count = 3;
  napi_value values[3];
  napi_value result = nullptr;
  if (napi_get_cb_info(env, info, &count, values, nullptr, nullptr) != napi_ok) return result;
  double id = 0.0;
  const Status status = Start(env, values, &id);
  napi_create_double(env, status == Status::kOk ? id : -static_cast<double>(status), &result);
  return result;
}

napi_value AbortEntry(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value value;
  double id = 0.0;
  if (napi_get_cb_info(env, info, &count, &value, nullptr, nullptr) == napi_ok &&
      napi_get_value_double(env, value, &id) == napi_ok) {
    for (Job* job = JobsOf(env)->first; job != nullptr; job = job->next) {
      if (job->id == id) job->aborted = true;
    }
  }
  return nullptr;
}

}  // namespace batchnorm

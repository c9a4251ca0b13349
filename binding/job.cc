#include "binding/job.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <new>

#include "binding/environment.h"
#include "cpp/threads/thread_pool.h"

namespace batchnorm {
namespace {

constexpr std::chrono::milliseconds kTurn{2};

// What one thread moves in a turn, at the 4 GB/s that nearly any machine reaches.
constexpr size_t kTurnBytes = size_t{8} * 1024 * 1024;

// As libuv reads it. More turns at a time than its threads would keep others waiting for nothing.
size_t NumLibuvThreads() {
  static const size_t threads = [] {
    const char* text = getenv("UV_THREADPOOL_SIZE");
    return static_cast<size_t>(text == nullptr ? 4 : std::max(atoi(text), 1));
  }();
  return threads;
}

}  // namespace

Job::Job(napi_env env, double id, void (*finished)(napi_env env, Job* job))
    : env_(env),
      id_(id),
      finished_(finished),
      held_(env),
      sliced_(
          [](void* raw) {
            Job* job = static_cast<Job*>(raw);
            job->status_ = job->call_->Run();
          },
          this) {}

bool Job::Hold(std::unique_ptr<Call> call, const Arguments& arguments, napi_value done) {
  call_ = std::move(call);
  const size_t turns = call_->MovedBytes() / kTurnBytes + 1;
  threads_ = std::min({turns, NumThreads(), NumLibuvThreads()});
  turns_.reset(new (std::nothrow) Turn[threads_]);
  return turns_ != nullptr && held_.Add(done) && held_.AddArrays(arguments);
}

bool Job::IsLong() const { return call_->MovedBytes() > kTurnBytes; }

bool Job::Begin() {
  const bool divided = IsLong() && !aborted_ && sliced_.Coordinate(threads_);
  for (size_t i = 0; i < (divided ? threads_ : 1); ++i) Queue(&turns_[i]);
  return pending_ != 0;
}

void Job::Abort() {
  if (sliced_.Abort()) aborted_ = true;
}

bool Job::Queue(Turn* turn) {
  const auto execute = [](napi_env, void* raw) {
    Turn* turn = static_cast<Turn*>(raw);
    turn->done = turn->job->sliced_.Work(kTurn);
  };
  const auto complete = [](napi_env env, napi_status, void* raw) {
    Turn* turn = static_cast<Turn*>(raw);
    napi_delete_async_work(env, turn->work);
    turn->job->Ended(turn);
  };
  turn->job = this;
  napi_value name;
  if (napi_create_string_latin1(env_, "batchnorm", NAPI_AUTO_LENGTH, &name) != napi_ok ||
      napi_create_async_work(env_, nullptr, name, execute, complete, turn, &turn->work) !=
          napi_ok) {
    return false;
  }
  if (napi_queue_async_work(env_, turn->work) != napi_ok) {
    napi_delete_async_work(env_, turn->work);
    return false;
  }
  ++pending_;
  return true;
}

void Job::Ended(Turn* turn) {
  --pending_;
  if (!turn->done && CanCallJavaScript(env_) && Queue(turn)) return;
  if (pending_ == 0) finished_(env_, this);
}

bool Job::Stop() {
  if (!sliced_.Abort()) return true;
  sliced_.Wait();
  return false;
}

void Job::End(napi_env env, Job* job) {
  // Not done where the environment ends, or memory ran out for another turn.
  Status status = job->Stop() ? job->status_ : Status::kOutOfMemory;
  if (job->aborted_) status = Status::kAborted;
  napi_value function = job->held_[0];
  delete job;
  napi_value receiver;
  napi_value argument;
  if (function != nullptr && napi_get_undefined(env, &receiver) == napi_ok &&
      napi_create_int32(env, static_cast<int>(status), &argument) == napi_ok) {
    napi_call_function(env, receiver, function, 1, &argument, nullptr);
  }
}

}  // namespace batchnorm

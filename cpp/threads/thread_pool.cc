#include "cpp/threads/thread_pool.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>

#include "cpp/threads/platform_threads.h"

namespace batchnorm {
namespace {

// Calls often follow each other closely: waking a sleeping thread costs more than a small call.
constexpr std::chrono::microseconds kSpin{50};

class Pool {
 public:
  size_t NumThreads() const {
    return std::max<size_t>(threads_.load(std::memory_order_relaxed), 1);
  }
  void SetNumThreads(size_t threads) {
    threads_.store(std::max<size_t>(threads, 1), std::memory_order_relaxed);
  }
  void SetDefaultNumThreads(size_t threads) {
    size_t unset = 0;
    threads_.compare_exchange_strong(unset, std::max<size_t>(threads, 1));
  }

  void Run(size_t count, TaskFunction function, const void* task) {
    const size_t helpers = std::min(count, NumThreads()) - 1;
    if (helpers == 0 || taken_.exchange(true, std::memory_order_acquire)) {
      for (size_t i = 0; i < count; ++i) function(task, i);
      return;
    }
    StartUpTo(helpers);
    function_ = function;
    task_ = task;
    count_ = count;
    next_.store(0, std::memory_order_relaxed);
    Call(std::min(helpers, started_));
    Work();
    WaitForHelpers();
    taken_.store(false, std::memory_order_release);
  }

 private:
  // Lets so many helpers join: those that spin see it, as many more as are missing are woken.
  void Call(size_t helpers) {
    std::lock_guard<std::mutex> lock(mutex_);
    wanted_.store(helpers, std::memory_order_release);
    const size_t spinning = spinning_.load(std::memory_order_relaxed);
    for (size_t i = spinning; i < helpers; ++i) wake_.NotifyOne();
  }

  // Those that have not joined by now find no work left and are not waited for.
  void WaitForHelpers() {
    SpinWhile([this] { return working_.load(std::memory_order_acquire) != 0; });
    std::unique_lock<std::mutex> lock(mutex_);
    wanted_.store(0, std::memory_order_relaxed);
    done_.Wait(lock, [this] { return working_.load(std::memory_order_relaxed) == 0; });
  }

  // Where the system gives no more threads, those there are do the work.
  void StartUpTo(size_t helpers) {
    while (started_ < helpers && StartThread(&Pool::Main, this)) ++started_;
  }

  static void Main(void* pool) { static_cast<Pool*>(pool)->Serve(); }

  void Serve() {
    std::unique_lock<std::mutex> lock(mutex_);
    for (;;) {
      wake_.Wait(lock, [this] { return wanted_.load(std::memory_order_relaxed) != 0; });
      wanted_.fetch_sub(1, std::memory_order_relaxed);
      working_.fetch_add(1, std::memory_order_relaxed);
      lock.unlock();
      Work();
      lock.lock();
      if (working_.fetch_sub(1, std::memory_order_release) == 1) done_.NotifyOne();
      // Only who took part expects the next call soon.
      spinning_.fetch_add(1, std::memory_order_relaxed);
      lock.unlock();
      SpinWhile([this] { return wanted_.load(std::memory_order_acquire) == 0; });
      lock.lock();
      spinning_.fetch_sub(1, std::memory_order_relaxed);
    }
  }

  void Work() {
    for (;;) {
      const size_t i = next_.fetch_add(1, std::memory_order_relaxed);
      if (i >= count_) return;
      function_(task_, i);
    }
  }

  template <class Predicate>
  static void SpinWhile(const Predicate predicate) {
    const auto end = std::chrono::steady_clock::now() + kSpin;
    while (predicate() && std::chrono::steady_clock::now() < end) {
    }
  }

  // 0 until somebody sets it.
  std::atomic<size_t> threads_{0};
  // Whether some caller's tasks run.
  std::atomic<bool> taken_{false};

  TaskFunction function_ = nullptr;
  const void* task_ = nullptr;
  size_t count_ = 0;
  std::atomic<size_t> next_{0};

  std::mutex mutex_;
  Condition wake_;
  Condition done_;
  size_t started_ = 0;
  // How many may still join the tasks that run.
  std::atomic<size_t> wanted_{0};
  std::atomic<size_t> working_{0};
  std::atomic<size_t> spinning_{0};
};

// Never destroyed: its threads sleep on it until the process ends.
Pool& GetPool() {
  static Pool* pool = new Pool;
  return *pool;
}

}  // namespace

size_t NumThreads() { return GetPool().NumThreads(); }
void SetNumThreads(size_t threads) { GetPool().SetNumThreads(threads); }
void SetDefaultNumThreads(size_t threads) { GetPool().SetDefaultNumThreads(threads); }

TaskLimits CurrentTaskLimits() {
  const Executor* executor = CurrentExecutor();
  return executor == nullptr ? TaskLimits{NumThreads(), SIZE_MAX} : executor->Limits();
}

namespace internal {
void RunTasks(size_t count, TaskFunction function, const void* task) {
  if (count <= 1) {
    if (count == 1) function(task, 0);
  } else if (Executor* executor = CurrentExecutor()) {
    executor->Run(count, function, task);
  } else {
    GetPool().Run(count, function, task);
  }
}
}  // namespace internal

}  // namespace batchnorm

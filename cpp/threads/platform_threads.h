#ifndef BATCHNORM_THREADS_PLATFORM_THREADS_H_
#define BATCHNORM_THREADS_PLATFORM_THREADS_H_

#include <chrono>
#include <mutex>

#ifdef _WIN32
#include <condition_variable>
#else
#include <pthread.h>
#include <time.h>
#endif

namespace batchnorm {

// Starts a detached thread that runs function(argument). False where the system refuses, which
// std::thread could say only by an exception.
bool StartThread(void (*function)(void*), void* argument);

// std::condition_variable, whose wait asks for a newer libstdc++ than Node.js does.
class Condition {
 public:
  template <class Predicate>
  void Wait(std::unique_lock<std::mutex>& lock, const Predicate& predicate) {
    while (!predicate()) WaitOnce(lock);
  }

  // Whether the predicate held by then.
  template <class Predicate>
  bool WaitUntil(std::unique_lock<std::mutex>& lock, std::chrono::steady_clock::time_point end,
                 const Predicate& predicate) {
    while (!predicate()) {
      const auto left = end - std::chrono::steady_clock::now();
      if (left <= left.zero()) return false;
      WaitOnceFor(lock, std::chrono::duration_cast<std::chrono::nanoseconds>(left));
    }
    return true;
  }

#ifdef _WIN32
  void NotifyOne() { condition_.notify_one(); }
  void NotifyAll() { condition_.notify_all(); }

 private:
  void WaitOnce(std::unique_lock<std::mutex>& lock) { condition_.wait(lock); }
  void WaitOnceFor(std::unique_lock<std::mutex>& lock, std::chrono::nanoseconds time) {
    condition_.wait_for(lock, time);
  }

  std::condition_variable condition_;
#else
  void NotifyOne() { pthread_cond_signal(&condition_); }
  void NotifyAll() { pthread_cond_broadcast(&condition_); }

 private:
  void WaitOnce(std::unique_lock<std::mutex>& lock) {
    pthread_cond_wait(&condition_, lock.mutex()->native_handle());
  }
  // By the clock of the wall, which every C library has: when it is set, one wait gets shorter or
  // longer.
  void WaitOnceFor(std::unique_lock<std::mutex>& lock, std::chrono::nanoseconds time) {
    using std::chrono::nanoseconds;
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const auto end = (std::chrono::duration_cast<nanoseconds>(now) + time).count();
    constexpr auto kSecond = nanoseconds::period::den;
    timespec at;
    at.tv_sec = static_cast<time_t>(end / kSecond);
    at.tv_nsec = static_cast<long>(end % kSecond);
    pthread_cond_timedwait(&condition_, lock.mutex()->native_handle(), &at);
  }

  pthread_cond_t condition_ = PTHREAD_COND_INITIALIZER;
#endif
};

}  // namespace batchnorm

#endif  // BATCHNORM_THREADS_PLATFORM_THREADS_H_

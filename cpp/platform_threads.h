#ifndef BATCHNORM_PLATFORM_THREADS_H_
#define BATCHNORM_PLATFORM_THREADS_H_

#include <mutex>

#ifdef _WIN32
#include <condition_variable>
#else
#include <pthread.h>
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

#ifdef _WIN32
  void NotifyOne() { condition_.notify_one(); }

 private:
  void WaitOnce(std::unique_lock<std::mutex>& lock) { condition_.wait(lock); }

  std::condition_variable condition_;
#else
  void NotifyOne() { pthread_cond_signal(&condition_); }

 private:
  void WaitOnce(std::unique_lock<std::mutex>& lock) {
    pthread_cond_wait(&condition_, lock.mutex()->native_handle());
  }

  pthread_cond_t condition_ = PTHREAD_COND_INITIALIZER;
#endif
};

}  // namespace batchnorm

#endif  // BATCHNORM_PLATFORM_THREADS_H_

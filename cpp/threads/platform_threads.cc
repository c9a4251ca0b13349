#include "cpp/threads/platform_threads.h"

#include <memory>
#include <new>

#ifdef _WIN32
#include <process.h>
#include <windows.h>
#else
#include <signal.h>
#endif

// Node.js runs on older C libraries than the one that this may be built on: their version of the
// symbol is still there. A sanitizer puts its own function in its place, which has no version.
#if defined(__GLIBC__) && !defined(BATCHNORM_SANITIZED)
#if defined(__x86_64__)
__asm__(".symver pthread_create, pthread_create@GLIBC_2.2.5");
#elif defined(__aarch64__)
__asm__(".symver pthread_create, pthread_create@GLIBC_2.17");
#endif
#endif

namespace batchnorm {
namespace {

struct Start {
  void (*function)(void*);
  void* argument;

  void Run() const { function(argument); }
};

}  // namespace

#ifdef _WIN32

bool StartThread(void (*function)(void*), void* argument) {
  std::unique_ptr<Start> start(new (std::nothrow) Start{function, argument});
  if (start == nullptr) return false;
  const auto main = [](void* raw) -> unsigned {
    std::unique_ptr<Start>(static_cast<Start*>(raw))->Run();
    return 0;
  };
  const uintptr_t thread = _beginthreadex(nullptr, 0, main, start.get(), 0, nullptr);
  if (thread == 0) return false;
  start.release();
  CloseHandle(reinterpret_cast<HANDLE>(thread));
  return true;
}

#else

bool StartThread(void (*function)(void*), void* argument) {
  std::unique_ptr<Start> start(new (std::nothrow) Start{function, argument});
  if (start == nullptr) return false;
  const auto main = [](void* raw) -> void* {
    std::unique_ptr<Start>(static_cast<Start*>(raw))->Run();
    return nullptr;
  };
  pthread_attr_t detached;
  if (pthread_attr_init(&detached) != 0) return false;
  pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
  // A new thread inherits the mask: signals stay with the threads that expect them. In C libraries
  // that have threads this sets the calling one's mask, as the newer pthread_sigmask does.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, &before);
  pthread_t thread;
  const bool started = pthread_create(&thread, &detached, main, start.get()) == 0;
  sigprocmask(SIG_SETMASK, &before, nullptr);
  pthread_attr_destroy(&detached);
  if (started) start.release();
  return started;
}

#endif

}  // namespace batchnorm

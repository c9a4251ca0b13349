#include "cpp/threads/coordinators.h"

#include <cstddef>
#include <mutex>

#include "cpp/threads/platform_threads.h"

namespace batchnorm {
namespace {

// So many stay for errands to come.
constexpr size_t kMostFree = 4;

class Coordinators {
 public:
  bool Run(Errand* errand) {
    std::lock_guard<std::mutex> lock(mutex_);
    // A thread for each: an errand that waited for the end of another could wait for ever.
    if (waiting_ == free_) {
      if (!StartThread(&Coordinators::Main, this)) return false;
      ++free_;
    }
    errand->next = first_;
    first_ = errand;
    ++waiting_;
    wake_.NotifyOne();
    return true;
  }

 private:
  static void Main(void* coordinators) { static_cast<Coordinators*>(coordinators)->Serve(); }

  void Serve() {
    std::unique_lock<std::mutex> lock(mutex_);
    for (;;) {
      wake_.Wait(lock, [this] { return first_ != nullptr; });
      --free_;
      --waiting_;
      const Errand errand = *first_;
      first_ = first_->next;
      lock.unlock();
      errand.function(errand.argument);
      lock.lock();
      if (free_ >= kMostFree) return;
      ++free_;
    }
  }

  std::mutex mutex_;
  Condition wake_;
  Errand* first_ = nullptr;
  // Errands that no thread has taken yet, and threads that have none; never fewer of these.
  size_t waiting_ = 0;
  size_t free_ = 0;
};

// Never destroyed: its threads sleep on it until the process ends.
Coordinators& GetCoordinators() {
  static Coordinators* coordinators = new Coordinators;
  return *coordinators;
}

}  // namespace

bool RunOnCoordinator(Errand* errand) { return GetCoordinators().Run(errand); }

}  // namespace batchnorm

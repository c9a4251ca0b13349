// How kernels go through sets that share what belongs to the elements: several at a time.

#if defined(BATCHNORM_SETS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef BATCHNORM_SETS_INL_H_
#undef BATCHNORM_SETS_INL_H_
#else
#define BATCHNORM_SETS_INL_H_
#endif

#include <stdint.h>

#include <type_traits>

#include "cpp/lanes-inl.h"
#include "cpp/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace batchnorm {
namespace HWY_NAMESPACE {

// A sum waits for itself, element by element: those of several sets fill the time, as many as
// registers hold.
constexpr size_t kSetsTogether = kLaneVecs <= 2 ? 4 : kLaneVecs <= 4 ? 2 : 1;

// Where adjacent sets put what they write, one after the other.
template <typename T>
class DirectOutput {
 public:
  HWY_INLINE DirectOutput(T* y, size_t size) : next_(y), size_(size) {}

  HWY_INLINE T* Next() {
    T* set = next_;
    next_ += size_;
    return set;
  }

 private:
  T* next_;
  size_t size_;
};

// The same for short sets, past the cache: they wait until there are some KB of them, since the
// lines at the ends of what is written at a time cost double.
template <typename T>
class StagedOutput {
 public:
  HWY_INLINE StagedOutput(T* y, size_t size) : y_(y), size_(size) {}

  // Short sets that do not begin and end with a line.
  static bool Takes(const T* y, size_t size) {
    constexpr size_t kLineBytes = 64;
    return size <= kElements / 4 &&
           (reinterpret_cast<uintptr_t>(y) | size * sizeof(T)) % kLineBytes != 0;
  }

  HWY_INLINE T* Next() {
    if (count_ + size_ > kElements) Flush();
    count_ += size_;
    return staged_ + count_ - size_;
  }

  // Also after the last set.
  HWY_INLINE void Flush() {
    const hn::ScalableTag<T> d;
    const T* staged = staged_;
    Transform<true>(y_, count_, [=](const auto vec, size_t i) BATCHNORM_INLINE_ATTR {
      return vec.Load(d, staged + i);
    });
    y_ += count_;
    count_ = 0;
  }

 private:
  static constexpr size_t kElements = 8 * 1024 / sizeof(T);

  HWY_ALIGN T staged_[kElements];
  T* y_;
  size_t size_;
  size_t count_ = 0;
};

// Calls write(stream, output) with the output of sets of `size` elements, the first one at y;
// stream() says whether what is written there goes past the cache.
template <bool kStream, typename T, class Write>
HWY_INLINE void WithSetsOutput(T* y, size_t size, const Write write) {
  if (kStream && StagedOutput<T>::Takes(y, size)) {
    StagedOutput<T> output(y, size);
    write(std::false_type(), output);
    output.Flush();
  } else {
    DirectOutput<T> output(y, size);
    write(std::integral_constant<bool, kStream>(), output);
  }
}

// From the end of a run to the next one: at once, also behind the last one of a set.
constexpr size_t kNoJump = 0;

}  // namespace HWY_NAMESPACE
}  // namespace batchnorm
HWY_AFTER_NAMESPACE();

#endif  // BATCHNORM_SETS_INL_H_

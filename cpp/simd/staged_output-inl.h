// Output past the cache of runs that are shorter than some lines.

#if defined(BATCHNORM_SIMD_STAGED_OUTPUT_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef BATCHNORM_SIMD_STAGED_OUTPUT_INL_H_
#undef BATCHNORM_SIMD_STAGED_OUTPUT_INL_H_
#else
#define BATCHNORM_SIMD_STAGED_OUTPUT_INL_H_
#endif

#include <stddef.h>
#include <stdint.h>

#include <type_traits>

#include "cpp/simd/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace batchnorm {
namespace HWY_NAMESPACE {

// Where adjacent runs of one length put what they write, one after the other.
template <typename T>
class DirectOutput {
 public:
  HWY_INLINE DirectOutput(T* y, size_t length) : next_(y), length_(length) {}

  HWY_INLINE T* Next() {
    T* run = next_;
    next_ += length_;
    return run;
  }

 private:
  T* next_;
  size_t length_;
};

// The same for short runs, past the cache: they wait until there are some KB of them, since the
// lines at the ends of what is written at a time cost double.
template <typename T>
class StagedOutput {
 public:
  HWY_INLINE StagedOutput(T* y, size_t length) : y_(y), length_(length) {}

  // Short runs that do not begin and end with a line.
  static bool Takes(const T* y, size_t length) {
    constexpr size_t kLineBytes = 64;
    return length <= kElements / 4 &&
           (reinterpret_cast<uintptr_t>(y) | length * sizeof(T)) % kLineBytes != 0;
  }

  HWY_INLINE T* Next() {
    if (count_ + length_ > kElements) Flush();
    count_ += length_;
    return staged_ + count_ - length_;
  }

  // Also after the last run.
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
  size_t length_;
  size_t count_ = 0;
};

// Calls write(stream, output) with the output of runs of `length` elements, the first one at y;
// stream() says whether what is written there goes past the cache.
template <bool kStream, typename T, class Write>
HWY_INLINE void WithStagedOutput(T* y, size_t length, const Write write) {
  if (kStream && StagedOutput<T>::Takes(y, length)) {
    StagedOutput<T> output(y, length);
    write(std::false_type(), output);
    output.Flush();
  } else {
    DirectOutput<T> output(y, length);
    write(std::integral_constant<bool, kStream>(), output);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace batchnorm
HWY_AFTER_NAMESPACE();

#endif  // BATCHNORM_SIMD_STAGED_OUTPUT_INL_H_

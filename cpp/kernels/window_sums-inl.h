// Sums over windows of neighbours, by additions alone: a sum that slides along would lose digits as
// it takes elements away again.

#if defined(BATCHNORM_KERNELS_WINDOW_SUMS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef BATCHNORM_KERNELS_WINDOW_SUMS_INL_H_
#undef BATCHNORM_KERNELS_WINDOW_SUMS_INL_H_
#else
#define BATCHNORM_KERNELS_WINDOW_SUMS_INL_H_
#endif

#include <stddef.h>

#include "cpp/simd/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace batchnorm {
namespace HWY_NAMESPACE {

// to[i] = a[i] + b[i]. `to` may be either of them, or begin before where they do.
HWY_INLINE void AddAll(const double* a, const double* b, double* to, size_t length) {
  ForEachWideVec(length, [=](const auto vec, size_t i) BATCHNORM_INLINE_ATTR {
    vec.Store(hn::Add(vec.LoadWide(a + i), vec.LoadWide(b + i)), WideTag(), to + i);
  });
}

// sums[i] = values[i] + values[i + step] + ... + values[i + (count - 1) * step] for i < length, in
// an order that depends on the count alone. Overwrites the values. As many additions as `count` has
// bits, and ones: sums of 1, 2, 4, ... neighbours add up to those of any count.
HWY_INLINE void WindowSums(double* values, double* sums, size_t length, size_t step, size_t count) {
  size_t done = 0;
  for (size_t width = 1;; width *= 2) {
    if ((count & width) != 0) {
      const double* part = values + done * step;
      if (done == 0) {
        ForEachWideVec(length, [=](const auto vec, size_t i) BATCHNORM_INLINE_ATTR {
          vec.Store(vec.LoadWide(part + i), WideTag(), sums + i);
        });
      } else {
        AddAll(sums, part, sums, length);
      }
      done += width;
      if (done == count) return;
    }
    AddAll(values, values + width * step, values, length + (count - 2 * width) * step);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace batchnorm
HWY_AFTER_NAMESPACE();

#endif  // BATCHNORM_KERNELS_WINDOW_SUMS_INL_H_

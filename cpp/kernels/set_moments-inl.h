// Moments of adjacent sets of at most one block each, several at a time.

#if defined(BATCHNORM_KERNELS_SET_MOMENTS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef BATCHNORM_KERNELS_SET_MOMENTS_INL_H_
#undef BATCHNORM_KERNELS_SET_MOMENTS_INL_H_
#else
#define BATCHNORM_KERNELS_SET_MOMENTS_INL_H_
#endif

#include <algorithm>
#include <cmath>

#include "cpp/kernels/run_moments-inl.h"
#include "cpp/layout/blocks.h"
#include "cpp/numerics/chan.h"
#include "cpp/simd/prefetch-inl.h"
#include "cpp/simd/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace batchnorm {
namespace HWY_NAMESPACE {

// Fetches what follows kSets sets: where the sets from kBegin to before kEnd will be.
template <size_t kBegin, size_t kEnd, size_t kSets, typename T>
HWY_INLINE void PrefetchSets(const T* x, size_t size, size_t i) {
  const size_t ahead = std::max(kAhead<T>, kSets * size);
  for (size_t s = kBegin; s < kEnd; ++s) PrefetchToL2(x + s * size + i, ahead);
}

// sums[s] = that of the deviations from shift[s] over set s.
template <size_t kSets, class Add, typename T, class Prefetch>
HWY_INLINE void SumDeviationsOfSets(const Add add, const T* x, size_t size, const double* shift,
                                    double* sums, const Prefetch prefetch) {
  LaneSums lanes[kSets];
  WideVec wide_shift[kSets];
  for (size_t s = 0; s < kSets; ++s) wide_shift[s] = hn::Set(WideTag(), shift[s]);
  AddDeviations<kSets>(add, x, size, size, wide_shift, lanes, prefetch);
  for (size_t s = 0; s < kSets; ++s) sums[s] = lanes[s].Total();
}

// moments[s] of each of kSets sets: to the bit what MomentsOfGroup gives, and not inlined either.
template <bool kCentered, size_t kSets, typename T>
HWY_NOINLINE void MomentsOfSets(const T* x, size_t size, Moments* moments) {
  // Each pass fetches a part of what follows, so that memory is busy all the time.
  constexpr size_t kFetchedFirst = kCentered ? (kSets + 1) / 2 : kSets;
  const auto fetch_first = [=](size_t i) BATCHNORM_INLINE_ATTR {
    PrefetchSets<0, kFetchedFirst, kSets>(x, size, i);
  };
  const auto fetch_rest = [=](size_t i) BATCHNORM_INLINE_ATTR {
    PrefetchSets<kFetchedFirst, kSets, kSets>(x, size, i);
  };
  double mean[kSets] = {};
  double sums[kSets];
  if (kCentered) {
    double first[kSets];
    for (size_t s = 0; s < kSets; ++s) first[s] = static_cast<double>(x[s * size]);
    SumDeviationsOfSets<kSets>(AddDeviation(), x, size, first, sums, fetch_first);
    for (size_t s = 0; s < kSets; ++s) mean[s] = first[s] + sums[s] / static_cast<double>(size);
    SumDeviationsOfSets<kSets>(AddSquaredDeviation(), x, size, mean, sums, fetch_rest);
  } else {
    SumDeviationsOfSets<kSets>(AddSquaredDeviation(), x, size, mean, sums, fetch_first);
  }
  for (size_t s = 0; s < kSets; ++s) {
    moments[s] = {size, mean[s], sums[s]};
    if (std::isfinite(mean[s])) continue;
    // An infinity as shift makes NaN of what is inf.
    moments[s] = MomentsOfBlock<kCentered>(x + s * size, Block{0, 1, size, 0}, size);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace batchnorm
HWY_AFTER_NAMESPACE();

#endif  // BATCHNORM_KERNELS_SET_MOMENTS_INL_H_

// Moments of one group of runs: Welford by blocks.

#if defined(BATCHNORM_KERNELS_RUN_MOMENTS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef BATCHNORM_KERNELS_RUN_MOMENTS_INL_H_
#undef BATCHNORM_KERNELS_RUN_MOMENTS_INL_H_
#else
#define BATCHNORM_KERNELS_RUN_MOMENTS_INL_H_
#endif

#include <cmath>

#include "cpp/layout/blocks.h"
#include "cpp/layout/shape.h"
#include "cpp/numerics/chan.h"
#include "cpp/simd/lanes-inl.h"
#include "cpp/simd/prefetch-inl.h"
#include "cpp/simd/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace batchnorm {
namespace HWY_NAMESPACE {

// Adds x[i] - shift.
struct AddDeviation {
  HWY_INLINE WideVec operator()(WideVec sum, WideVec deviation) const {
    return hn::Add(sum, deviation);
  }
};

// Adds (x[i] - shift)^2.
struct AddSquaredDeviation {
  HWY_INLINE WideVec operator()(WideVec sum, WideVec deviation) const {
    return hn::MulAdd(deviation, deviation, sum);
  }
};

// Adds the deviations from shift[s] of x[s * stride..s * stride + length) to the lanes of sums[s],
// for kRuns runs at a time; prefetch(i) is called before element i is read.
template <size_t kRuns, class Add, typename T, class Prefetch>
HWY_INLINE void AddDeviations(const Add add, const T* x, size_t length, size_t stride,
                              const WideVec (&shift)[kRuns], LaneSums (&sums)[kRuns],
                              const Prefetch prefetch) {
  size_t i = 0;
  for (; i + kLanes <= length; i += kLanes) {
    prefetch(i);
    for (size_t k = 0; k < kLaneVecs; ++k) {
      for (size_t s = 0; s < kRuns; ++s) {
        const WideVec value = LoadWide(x + s * stride + i + k * kWideLanes);
        sums[s].v[k] = add(sums[s].v[k], hn::Sub(value, shift[s]));
      }
    }
  }
  // k stays a constant of the unrolled loop: an index known late would put the sums in memory.
  for (size_t k = 0; k < kLaneVecs && i < length; ++k, i += kWideLanes) {
    const PartialVec vec{HWY_MIN(length - i, kWideLanes)};
    for (size_t s = 0; s < kRuns; ++s) {
      const WideVec deviation = hn::Sub(vec.LoadWide(x + s * stride + i), shift[s]);
      sums[s].v[k] = add(sums[s].v[k], vec.Within(deviation));
    }
  }
}

template <class Add, typename T>
HWY_INLINE double SumDeviations(const Add add, const T* x, const Block& block, size_t run_stride,
                                double shift) {
  LaneSums sums[1];
  const WideVec wide_shift[1] = {hn::Set(WideTag(), shift)};
  for (size_t r = 0; r < block.runs; ++r) {
    const T* run = x + r * run_stride;
    AddDeviations<1>(add, run, block.length, 0, wide_shift, sums,
                     [=, &block](size_t i) BATCHNORM_INLINE_ATTR {
                       PrefetchAhead(run + i, block.length - i, block.jump);
                     });
  }
  return sums[0].Total();
}

// In what follows, deviations are those from the mean, or where it is not centered from 0: the
// mean is 0 then.

template <bool kCentered, typename T>
HWY_INLINE Moments MomentsOfBlock(const T* x, const Block& block, size_t run_stride) {
  const double count = static_cast<double>(block.Count());
  if (!kCentered) {
    return {block.Count(), 0.0, SumDeviations(AddSquaredDeviation(), x, block, run_stride, 0.0)};
  }
  // Deviations from the first element are exact 0 in a constant block, so its mean is exact too.
  const double first = static_cast<double>(x[0]);
  double mean = first + SumDeviations(AddDeviation(), x, block, run_stride, first) / count;
  // An infinity as shift makes NaN of what is inf.
  if (!std::isfinite(mean)) mean = SumDeviations(AddDeviation(), x, block, run_stride, 0.0) / count;
  return {block.Count(), mean, SumDeviations(AddSquaredDeviation(), x, block, run_stride, mean)};
}

template <bool kCentered, typename T>
HWY_INLINE Moments MomentsOfChunk(const T* x, const Block& chunk, size_t run_stride) {
  Moments all;
  BlockCursor blocks(chunk.runs, run_stride, chunk.length, kBlockBytes / sizeof(T));
  Block block;
  while (blocks.Next(&block)) {
    all.Merge(MomentsOfBlock<kCentered>(x + block.offset, block, run_stride));
  }
  return all;
}

// Moments of the group that starts at x.
// Not inlined: a copy in each of its callers would cost compilers minutes.
template <bool kCentered = true, typename T>
HWY_NOINLINE Moments MomentsOfGroup(const T* x, const Runs& runs) {
  Moments all;
  BlockCursor chunks(runs.runs, runs.run_stride, runs.length, kChunkBytes / sizeof(T));
  Block chunk;
  while (chunks.Next(&chunk)) {
    all.Merge(MomentsOfChunk<kCentered>(x + chunk.offset, chunk, runs.run_stride));
  }
  return all;
}

}  // namespace HWY_NAMESPACE
}  // namespace batchnorm
HWY_AFTER_NAMESPACE();

#endif  // BATCHNORM_KERNELS_RUN_MOMENTS_INL_H_

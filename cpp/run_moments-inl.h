// Moments of one group of runs: Welford by blocks.

#if defined(BATCHNORM_RUN_MOMENTS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef BATCHNORM_RUN_MOMENTS_INL_H_
#undef BATCHNORM_RUN_MOMENTS_INL_H_
#else
#define BATCHNORM_RUN_MOMENTS_INL_H_
#endif

#include <cmath>

#include "cpp/blocks.h"
#include "cpp/chan.h"
#include "cpp/lanes-inl.h"
#include "cpp/prefetch-inl.h"
#include "cpp/shape.h"

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

// Adds the deviations from `shift` of x[0..length) to the lanes.
template <class Add, typename T>
HWY_INLINE void AddDeviations(const Add add, const T* x, size_t length, size_t jump, WideVec shift,
                              LaneSums& sums) {
  size_t i = 0;
  for (; i + kLanes <= length; i += kLanes) {
    PrefetchAhead(x + i, length - i, jump);
    for (size_t k = 0; k < kLaneVecs; ++k) {
      sums.v[k] = add(sums.v[k], hn::Sub(LoadWide(x + i + k * kWideLanes), shift));
    }
  }
  // k stays a constant of the unrolled loop: an index known late would put the sums in memory.
  for (size_t k = 0; k < kLaneVecs && i < length; ++k, i += kWideLanes) {
    const size_t count = HWY_MIN(length - i, kWideLanes);
    const WideVec deviation = hn::Sub(LoadWidePartial(x + i, count), shift);
    sums.v[k] = add(sums.v[k], hn::IfThenElseZero(hn::FirstN(WideTag(), count), deviation));
  }
}

template <class Add, typename T>
HWY_INLINE double SumDeviations(const Add add, const T* x, const Block& block, size_t run_stride,
                                double shift) {
  LaneSums sums;
  const WideVec wide_shift = hn::Set(WideTag(), shift);
  for (size_t r = 0; r < block.runs; ++r) {
    AddDeviations(add, x + r * run_stride, block.length, block.jump, wide_shift, sums);
  }
  return sums.Total();
}

template <typename T>
HWY_INLINE Moments MomentsOfBlock(const T* x, const Block& block, size_t run_stride) {
  const double count = static_cast<double>(block.Count());
  // Deviations from the first element are exact 0 in a constant block, so its mean is exact too.
  const double first = static_cast<double>(x[0]);
  double mean = first + SumDeviations(AddDeviation(), x, block, run_stride, first) / count;
  // An infinity as shift makes NaN of what is inf.
  if (!std::isfinite(mean)) mean = SumDeviations(AddDeviation(), x, block, run_stride, 0.0) / count;
  return {block.Count(), mean, SumDeviations(AddSquaredDeviation(), x, block, run_stride, mean)};
}

template <typename T>
HWY_INLINE Moments MomentsOfChunk(const T* x, const Block& chunk, size_t run_stride) {
  Moments all;
  BlockCursor blocks(chunk.runs, run_stride, chunk.length, kBlockBytes / sizeof(T));
  Block block;
  while (blocks.Next(&block)) all.Merge(MomentsOfBlock(x + block.offset, block, run_stride));
  return all;
}

// Moments of the group that starts at x.
template <typename T>
HWY_INLINE Moments MomentsOfGroup(const T* x, const Runs& runs) {
  Moments all;
  BlockCursor chunks(runs.runs, runs.run_stride, runs.length, kChunkBytes / sizeof(T));
  Block chunk;
  while (chunks.Next(&chunk)) all.Merge(MomentsOfChunk(x + chunk.offset, chunk, runs.run_stride));
  return all;
}

}  // namespace HWY_NAMESPACE
}  // namespace batchnorm
HWY_AFTER_NAMESPACE();

#endif  // BATCHNORM_RUN_MOMENTS_INL_H_

#include "cpp/kernels/group_forward.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpp/kernels/group_forward.cc"
#include "hwy/foreach_target.h"
// After foreach_target.h: these are compiled once a target.
#include "cpp/kernels/apply-inl.h"
#include "cpp/kernels/normalize-inl.h"
#include "cpp/kernels/run_moments-inl.h"
#include "cpp/kernels/set_moments-inl.h"
#include "cpp/kernels/sets-inl.h"
#include "cpp/simd/dispatch.h"
#include "cpp/simd/staged_output-inl.h"

HWY_BEFORE_NAMESPACE();
namespace batchnorm {
namespace HWY_NAMESPACE {

HWY_INLINE void SetStatistics(const Moments& moments, double eps, const BatchStatistics& statistics,
                              size_t set) {
  statistics.mean[set] = moments.mean;
  statistics.variance[set] = moments.m2;
  FinishStatistics(statistics, set, moments.count, eps);
}

// The statistics of kSets sets from `set` on, each of at most one block.
template <size_t kSets, typename T>
HWY_INLINE void StatisticsOfSets(const T* x, const Sets& sets, size_t set, double eps,
                                 const BatchStatistics& statistics) {
  Moments moments[kSets];
  x += set * sets.Size();
  if (sets.centered) {
    MomentsOfSets<true, kSets>(x, sets.Size(), moments);
  } else {
    MomentsOfSets<false, kSets>(x, sets.Size(), moments);
  }
  for (size_t s = 0; s < kSets; ++s) SetStatistics(moments[s], eps, statistics, set + s);
}

template <typename T>
HWY_INLINE void StatisticsOfLargeSet(const T* x, const Sets& sets, size_t set, double eps,
                                     const BatchStatistics& statistics) {
  const Runs run = {1, 0, 1, sets.Size(), sets.Size()};
  x += set * sets.Size();
  const Moments moments = sets.centered ? MomentsOfGroup(x, run) : MomentsOfGroup<false>(x, run);
  SetStatistics(moments, eps, statistics, set);
}

// Calls normalize(set) for each set, once its statistics are there.
template <typename T, class Normalize>
HWY_INLINE void ForEachSet(const T* x, const Sets& sets, const SetRange& range, double eps,
                           const BatchStatistics& statistics, const Normalize normalize) {
  size_t set = range.begin;
  if (sets.Size() > kBlockBytes / sizeof(T)) {
    for (; set < range.end; ++set) {
      StatisticsOfLargeSet(x, sets, set, eps, statistics);
      normalize(set);
    }
    return;
  }
  for (; set + kSetsTogether <= range.end; set += kSetsTogether) {
    StatisticsOfSets<kSetsTogether>(x, sets, set, eps, statistics);
    for (size_t s = 0; s < kSetsTogether; ++s) normalize(set + s);
  }
  for (; set < range.end; ++set) {
    StatisticsOfSets<1>(x, sets, set, eps, statistics);
    normalize(set);
  }
}

template <bool kStream, typename T, typename P>
HWY_INLINE void ForwardRuns(const T* x, T* y, const Sets& sets, const SetRange& range,
                            const Affine<P>& affine, double eps,
                            const BatchStatistics& statistics) {
  const size_t size = sets.Size();
  const auto write = [=, &sets, &range, &affine, &statistics](const auto stream,
                                                              auto& output) HWY_ATTR {
    const auto normalize = [=, &sets, &affine, &statistics, &output](size_t set) HWY_ATTR {
      const size_t channel = sets.FirstChannel(set);
      for (size_t k = 0; k < sets.channels; ++k) {
        const NormalizeCoefficients<Compute<T>> coefficients = {
            statistics.mean[set], statistics.invstd[set] * affine.Weight(channel + k),
            affine.Bias(channel + k)};
        constexpr size_t kOffset = 0;
        NormalizeRun<stream()>(x + set * size + k * sets.length,
                               PlainOutput<T>(Output<T>(output.Next())), kOffset, sets.length,
                               kNoJump, coefficients);
      }
    };
    ForEachSet(x, sets, range, eps, statistics, normalize);
  };
  WithStagedOutput<kStream>(y + range.begin * size, sets.length, write);
}

template <bool kStream, bool kBias, typename T>
HWY_INLINE void NormalizeElements(const T* x, T* y, size_t length, double mean, double invstd,
                                  const ElementAffine<Compute<T>>& affine) {
  const hn::ScalableTag<Compute<T>> d;
  const Split<Compute<T>> split(mean);
  const auto finite_invstd = FiniteScale<Compute<T>>(invstd);
  const auto mean_high = hn::Set(d, split.high);
  const auto scale = hn::Set(d, finite_invstd);
  const auto rest = hn::Set(d, -split.low * finite_invstd);
  Transform<kStream>(y, length, [=](const auto vec, size_t i) BATCHNORM_INLINE_ATTR {
    const auto deviation = hn::Sub(vec.Load(d, x + i), mean_high);
    const auto normalized = hn::MulAdd(deviation, scale, rest);
    const auto weight = vec.Load(d, affine.weight + i);
    if (!kBias) return hn::Mul(normalized, weight);
    return hn::MulAdd(normalized, weight, vec.Load(d, affine.bias + i));
  });
}

template <bool kStream, bool kBias, typename T>
HWY_INLINE void ForwardElements(const T* x, T* y, const Sets& sets, const SetRange& range,
                                const ElementAffine<Compute<T>>& affine, double eps,
                                const BatchStatistics& statistics) {
  const size_t size = sets.Size();
  const auto write = [=, &sets, &range, &affine, &statistics](const auto stream,
                                                              auto& output) HWY_ATTR {
    const auto normalize = [=, &sets, &affine, &statistics, &output](size_t set) HWY_ATTR {
      NormalizeElements<stream(), kBias>(x + set * size, output.Next(), size, statistics.mean[set],
                                         statistics.invstd[set],
                                         affine.From(sets.FirstChannel(set) * sets.length));
    };
    ForEachSet(x, sets, range, eps, statistics, normalize);
  };
  WithStagedOutput<kStream>(y + range.begin * size, size, write);
}

template <typename T, typename P>
void ForwardRunsOf(const T* x, T* y, const Sets& sets, const SetRange& range,
                   const Affine<P>& affine, double eps, const BatchStatistics& statistics,
                   Stores stores) {
  WithStores(stores, [=, &sets, &range, &affine, &statistics](const auto stream) HWY_ATTR {
    ForwardRuns<stream()>(x, y, sets, range, affine, eps, statistics);
  });
}

template <typename T>
void ForwardElementsOf(const T* x, T* y, const Sets& sets, const SetRange& range,
                       const ElementAffine<Compute<T>>& affine, double eps,
                       const BatchStatistics& statistics, Stores stores) {
  WithStores(stores, [=, &sets, &range, &affine, &statistics](const auto stream) HWY_ATTR {
    if (affine.bias == nullptr) {
      ForwardElements<stream(), false>(x, y, sets, range, affine, eps, statistics);
    } else {
      ForwardElements<stream(), true>(x, y, sets, range, affine, eps, statistics);
    }
  });
}

}  // namespace HWY_NAMESPACE
}  // namespace batchnorm
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace batchnorm {

template <typename T, typename P>
void GroupForwardRuns(const T* x, T* y, const Sets& sets, const SetRange& range,
                      const Affine<P>& affine, double eps, const BatchStatistics& statistics,
                      Stores stores) {
  BATCHNORM_DISPATCH((GroupForwardRuns<T, P>), ForwardRunsOf, x, y, sets, range, affine, eps,
                     statistics, stores);
}
BATCHNORM_INSTANTIATE_WITH_PARAMETERS(GroupForwardRuns);

template <typename T>
void GroupForwardElements(const T* x, T* y, const Sets& sets, const SetRange& range,
                          const ElementAffine<Compute<T>>& affine, double eps,
                          const BatchStatistics& statistics, Stores stores) {
  BATCHNORM_DISPATCH((GroupForwardElements<T>), ForwardElementsOf, x, y, sets, range, affine, eps,
                     statistics, stores);
}
BATCHNORM_INSTANTIATE_FLOATS(GroupForwardElements);

}  // namespace batchnorm
#endif  // HWY_ONCE

#include "cpp/kernels/group_backward.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpp/kernels/group_backward.cc"
#include "hwy/foreach_target.h"
// After foreach_target.h: these are compiled once a target.
#include "cpp/kernels/apply-inl.h"
#include "cpp/kernels/backward_apply-inl.h"
#include "cpp/kernels/backward_reduce-inl.h"
#include "cpp/kernels/sets-inl.h"
#include "cpp/simd/dispatch.h"
#include "cpp/simd/staged_output-inl.h"

HWY_BEFORE_NAMESPACE();
namespace batchnorm {
namespace HWY_NAMESPACE {

template <bool kStream, typename T, typename P>
HWY_INLINE void BackwardRuns(const T* dy, const T* x, T* dx, const Sets& sets,
                             const SetRange& range, const ForwardState<P>& state,
                             const ParameterGradients& sums) {
  const size_t size = sets.Size();
  const Runs run = {1, sets.length, 1, sets.length, sets.length};
  const auto write = [=, &sets, &range, &state, &sums, &run](const auto stream,
                                                             auto& output) HWY_ATTR {
    for (size_t set = range.begin; set < range.end; ++set) {
      const PlainGradient<T> gradient{OutputGradient<T>(dy + set * size)};
      const T* values = x + set * size;
      const size_t first = set * sets.channels;
      const size_t channel = sets.FirstChannel(set);
      for (size_t k = 0; k < sets.channels; ++k) {
        const size_t offset = k * sets.length;
        const GradSums of_run =
            ReduceGroup(gradient + offset, values + offset, run, state.mean[set]);
        sums.bias[first + k] = of_run.sum;
        sums.weight[first + k] = of_run.dot;
      }
      const auto coefficients = SetCoefficients<Compute<T>>(
          ChannelSet{set, channel, sets.channels, sets.length, sets.centered}, state,
          sums.From(first));
      for (size_t k = 0; k < sets.channels; ++k) {
        const size_t offset = k * sets.length;
        BackwardApplyRun<stream()>(gradient + offset, values + offset, output.Next(), sets.length,
                                   kNoJump, coefficients.WithWeight(state.Weight(channel + k)));
      }
    }
  };
  WithStagedOutput<kStream>(dx + range.begin * size, sets.length, write);
}

// Sets with the same weights, one a sample: those of a tile, rows `stride` elements apart.
template <typename T>
struct ElementRows {
  // From row r on.
  ElementRows From(size_t r) const {
    return {dy + r * stride,   x + r * stride,      rows - r, length, stride, ahead, weight,
            mean + r * period, invstd + r * period, period,   sums};
  }

  const T* dy;
  const T* x;
  size_t rows;
  size_t length;
  size_t stride;
  // How far to fetch.
  size_t ahead;
  const Compute<T>* weight;
  // These `period` apart.
  const double* mean;
  const double* invstd;
  size_t period;
  // Of the elements' parameters.
  ParameterGradients sums;
};

// Adds to total[r] the sums of g and g * (x - mean) over elements begin..end-1 of row r, and to the
// parameters' gradients.
// Not inlined: a copy in each of its callers would cost compilers minutes.
template <size_t kRows, typename T>
HWY_NOINLINE void ReduceElements(const ElementRows<T>& rows, size_t begin, size_t end,
                                 GradSums* total) {
  const WideTag d;
  LaneSums sums[kRows];
  LaneSums dots[kRows];
  WideVec mean[kRows];
  WideVec invstd[kRows];
  for (size_t r = 0; r < kRows; ++r) {
    mean[r] = hn::Set(d, rows.mean[r * rows.period]);
    invstd[r] = hn::Set(d, rows.invstd[r * rows.period]);
  }
  const auto add = [&](const auto vec, size_t i, size_t k) BATCHNORM_INLINE_ATTR {
    const WideVec weight = vec.LoadWide(rows.weight + i);
    WideVec grad_weight = vec.LoadWide(rows.sums.weight + i);
    WideVec grad_bias = vec.LoadWide(rows.sums.bias + i);
    for (size_t r = 0; r < kRows; ++r) {
      const size_t j = i + r * rows.stride;
      const WideVec grad = vec.LoadWide(rows.dy + j);
      // Past the end 0 * (0 - mean) is NaN for an infinite mean.
      const WideVec deviation = vec.Within(hn::Sub(vec.LoadWide(rows.x + j), mean[r]));
      const WideVec product = hn::Mul(grad, deviation);
      sums[r].v[k] = hn::MulAdd(grad, weight, sums[r].v[k]);
      dots[r].v[k] = hn::MulAdd(product, weight, dots[r].v[k]);
      grad_weight = hn::MulAdd(product, invstd[r], grad_weight);
      grad_bias = hn::Add(grad_bias, grad);
    }
    vec.Store(grad_weight, d, rows.sums.weight + i);
    vec.Store(grad_bias, d, rows.sums.bias + i);
  };
  size_t i = begin;
  for (; i + kLanes <= end; i += kLanes) {
    for (size_t r = 0; r < kRows; ++r) {
      PrefetchToL2(rows.dy + i + r * rows.stride, rows.ahead);
      PrefetchToL2(rows.x + i + r * rows.stride, rows.ahead);
    }
    for (size_t k = 0; k < kLaneVecs; ++k) add(WholeVec(), i + k * kWideLanes, k);
  }
  for (size_t k = 0; k < kLaneVecs && i < end; ++k, i += kWideLanes) {
    add(PartialVec{HWY_MIN(end - i, kWideLanes)}, i, k);
  }
  for (size_t r = 0; r < kRows; ++r) total[r].Add({sums[r].Total(), dots[r].Total()});
}

template <bool kStream, typename T>
HWY_INLINE void ApplyElements(const ElementRows<T>& rows, T* dx,
                              const BackwardCoefficients<Compute<T>>& c) {
  const hn::ScalableTag<Compute<T>> d;
  const auto vecs = BackwardVecsOf(d, c);
  Transform<kStream>(dx, rows.length, [=, &rows](const auto vec, size_t i) BATCHNORM_INLINE_ATTR {
    auto at = vecs;
    at.weight = vec.Load(d, rows.weight + i);
    return at.Apply(vec.Load(d, rows.dy + i), vec.Load(d, rows.x + i));
  });
}

// Rows of a tile. A few stay in cache until their sums are known; long ones do not, and then many
// share the loading of their parameters' gradients.
constexpr size_t kLongTileRows = 64;
template <typename T>
constexpr size_t TileRows(size_t length) {
  constexpr size_t kLongBytes = 128 * 1024;
  return length * sizeof(T) > kLongBytes ? kLongTileRows : kSetsTogether;
}

// next() is where the rows' dx go, one after the other.
template <bool kStream, typename T, class Next>
HWY_INLINE void BackwardTile(const ElementRows<T>& rows, bool centered, const Next next) {
  // By blocks, so that long sums keep their digits.
  constexpr size_t kBlock = kBlockBytes / sizeof(T);
  GradSums total[kLongTileRows];
  std::fill_n(total, rows.rows, GradSums{0.0, 0.0});
  for (size_t i = 0; i < rows.length; i += kBlock) {
    const size_t end = HWY_MIN(i + kBlock, rows.length);
    size_t r = 0;
    for (; r + kSetsTogether <= rows.rows; r += kSetsTogether) {
      ReduceElements<kSetsTogether>(rows.From(r), i, end, total + r);
    }
    for (; r < rows.rows; ++r) ReduceElements<1>(rows.From(r), i, end, total + r);
  }
  for (size_t r = 0; r < rows.rows; ++r) {
    const ElementRows<T> row = rows.From(r);
    ApplyElements<kStream>(row, next(r),
                           SetCoefficients<Compute<T>>(*row.mean, *row.invstd, centered,
                                                       total[r].sum, total[r].dot, rows.length));
  }
}

template <bool kStream, typename T>
HWY_INLINE void BackwardElements(const T* dy, const T* x, T* dx, const Sets& sets,
                                 const SampleSets& part, const ForwardState<Compute<T>>& state,
                                 const ParameterGradients& sums) {
  const size_t size = sets.Size();
  const size_t stride = sets.period * size;
  const size_t tile = TileRows<T>(size);
  // In a tile of long rows the next block of a row follows.
  const size_t ahead = tile == kSetsTogether ? HWY_MAX(kAhead<T>, tile * stride) : kAhead<T>;
  const auto rows_of = [=, &sets, &part, &state, &sums](size_t sample, size_t p) HWY_ATTR {
    const size_t set = sample * sets.period + p;
    return ElementRows<T>{dy + set * size,
                          x + set * size,
                          HWY_MIN(tile, part.end_sample - sample),
                          size,
                          stride,
                          ahead,
                          state.weight + p * size,
                          state.mean + set,
                          state.invstd + set,
                          sets.period,
                          sums.From(p * size)};
  };
  if (sets.period == 1) {
    const auto write = [=, &sets, &part](const auto stream, auto& output) HWY_ATTR {
      const auto next = [&output](size_t) HWY_ATTR { return output.Next(); };
      for (size_t sample = part.first_sample; sample < part.end_sample; sample += tile) {
        BackwardTile<stream()>(rows_of(sample, 0), sets.centered, next);
      }
    };
    WithStagedOutput<kStream>(dx + part.first_sample * size, size, write);
    return;
  }
  // So many adjacent sets that memory is read in pieces of a block, while the sums of their
  // elements stay in cache.
  const size_t adjacent = HWY_MAX(kBlockBytes / sizeof(T) / size, size_t{1});
  for (size_t begin = part.sets.begin; begin < part.sets.end; begin += adjacent) {
    const size_t end = HWY_MIN(begin + adjacent, part.sets.end);
    for (size_t sample = part.first_sample; sample < part.end_sample; sample += tile) {
      for (size_t p = begin; p < end; ++p) {
        T* first = dx + (sample * sets.period + p) * size;
        const auto next = [=](size_t r) HWY_ATTR { return first + r * stride; };
        BackwardTile<kStream>(rows_of(sample, p), sets.centered, next);
      }
    }
  }
}

template <typename T, typename P>
void BackwardRunsOf(const T* dy, const T* x, T* dx, const Sets& sets, const SetRange& range,
                    const ForwardState<P>& state, const ParameterGradients& sums, Stores stores) {
  WithStores(stores, [=, &sets, &range, &state, &sums](const auto stream)
                         HWY_ATTR { BackwardRuns<stream()>(dy, x, dx, sets, range, state, sums); });
}

template <typename T>
void BackwardElementsOf(const T* dy, const T* x, T* dx, const Sets& sets, const SampleSets& part,
                        const ForwardState<Compute<T>>& state, const ParameterGradients& sums,
                        Stores stores) {
  WithStores(stores, [=, &sets, &part, &state, &sums](const auto stream) HWY_ATTR {
    BackwardElements<stream()>(dy, x, dx, sets, part, state, sums);
  });
}

}  // namespace HWY_NAMESPACE
}  // namespace batchnorm
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace batchnorm {

template <typename T, typename P>
void GroupBackwardRuns(const T* dy, const T* x, T* dx, const Sets& sets, const SetRange& range,
                       const ForwardState<P>& state, const ParameterGradients& sums,
                       Stores stores) {
  BATCHNORM_DISPATCH((GroupBackwardRuns<T, P>), BackwardRunsOf, dy, x, dx, sets, range, state, sums,
                     stores);
}
BATCHNORM_INSTANTIATE_WITH_PARAMETERS(GroupBackwardRuns);

template <typename T>
void GroupBackwardElements(const T* dy, const T* x, T* dx, const Sets& sets, const SampleSets& part,
                           const ForwardState<Compute<T>>& state, const ParameterGradients& sums,
                           Stores stores) {
  BATCHNORM_DISPATCH((GroupBackwardElements<T>), BackwardElementsOf, dy, x, dx, sets, part, state,
                     sums, stores);
}
BATCHNORM_INSTANTIATE_FLOATS(GroupBackwardElements);

}  // namespace batchnorm
#endif  // HWY_ONCE

#include "cpp/group_norm.h"

#include <algorithm>
#include <atomic>
#include <cmath>

#include "cpp/chan.h"
#include "cpp/scratch.h"
#include "cpp/thread_pool.h"
#include "cpp/threaded_columns.h"
#include "cpp/threaded_runs.h"

namespace batchnorm {
namespace {

bool IsEmpty(const Shape& shape) { return shape.n == 0 || shape.c == 0 || shape.s == 0; }

// Each channel of each sample, one behind the other.
Runs ChannelRuns(const Shape& shape) { return {shape.n * shape.c, shape.s, 1, 0, shape.s}; }

// Calls run(first element, first channel) for each sample; false where one is.
template <class Run>
bool ForEachSample(const Shape& shape, const Run& run) {
  std::atomic<bool> completed{true};
  ParallelFor(shape.n, [&](size_t i) {
    if (!run(i * shape.c * shape.s, i * shape.c)) completed.store(false);
  });
  return completed.load();
}

}  // namespace

template <typename T, typename P>
bool GroupNormForward(const T* x, T* y, const Shape& shape, Layout layout, const Grouping& grouping,
                      const Affine<P>& affine, double eps, const BatchStatistics& statistics) {
  if (IsEmpty(shape)) return true;
  const size_t channels = shape.n * shape.c;
  const size_t in_set = shape.c / grouping.groups;
  const auto mean = AllocateScratch<double>(channels);
  const auto m2 = AllocateScratch<double>(channels);
  const auto coefficients = AllocateScratch<NormalizeCoefficients<Compute<T>>>(channels);
  if (mean == nullptr || m2 == nullptr || coefficients == nullptr) return false;
  const Rows sample(shape.s, shape.c);
  const bool first = layout == Layout::kChannelsFirst;
  const bool summed = first ? ThreadedMomentsOfRuns(x, ChannelRuns(shape), mean.get(), m2.get())
                            : ForEachSample(shape, [&](size_t i, size_t c) {
                                return ThreadedMomentsOfColumns(x + i, sample, &mean[c], &m2[c]);
                              });
  if (!summed) return false;
  for (size_t set = 0; set < shape.n * grouping.groups; ++set) {
    Moments all;
    for (size_t c = set * in_set; c < (set + 1) * in_set; ++c) {
      all.Merge({shape.s, mean[c], m2[c]});
    }
    const double count = static_cast<double>(all.count);
    double variance = all.m2 / count;
    if (!grouping.centered) {
      variance += all.mean * all.mean;
      all.mean = 0.0;
    }
    statistics.mean[set] = all.mean;
    statistics.variance[set] = variance;
    statistics.invstd[set] = FiniteInverseStd(1.0 / std::sqrt(variance + eps));
    for (size_t c = set * in_set; c < (set + 1) * in_set; ++c) {
      coefficients[c] = {all.mean, statistics.invstd[set] * affine.Weight(c % shape.c),
                         affine.Bias(c % shape.c)};
    }
  }
  if (first) {
    ThreadedNormalizeRuns(x, Output<T>(y), ChannelRuns(shape), coefficients.get());
    return true;
  }
  return ForEachSample(shape, [&](size_t i, size_t c) {
    ThreadedNormalizeColumns(x + i, Output<T>(y + i), sample, &coefficients[c]);
    return true;
  });
}

template <typename T, typename P>
bool GroupNormBackward(const T* dy, const T* x, T* dx, const Shape& shape, Layout layout,
                       const Grouping& grouping, const ForwardState<P>& state,
                       const ParameterGradients& gradients) {
  std::fill_n(gradients.weight, shape.c, 0.0);
  std::fill_n(gradients.bias, shape.c, 0.0);
  if (IsEmpty(shape)) return true;
  const size_t channels = shape.n * shape.c;
  const size_t in_set = shape.c / grouping.groups;
  const auto mean = AllocateScratch<double>(channels);
  const auto sum = AllocateScratch<double>(channels);
  const auto dot = AllocateScratch<double>(channels);
  const auto coefficients = AllocateScratch<BackwardCoefficients<Compute<T>>>(channels);
  if (mean == nullptr || sum == nullptr || dot == nullptr || coefficients == nullptr) return false;
  for (size_t c = 0; c < channels; ++c) mean[c] = state.mean[c / in_set];
  const Rows sample(shape.s, shape.c);
  const bool first = layout == Layout::kChannelsFirst;
  const OutputGradient<T> gradient(dy);
  const bool reduced =
      first
          ? ThreadedReduceRuns(gradient, x, ChannelRuns(shape), mean.get(), sum.get(), dot.get())
          : ForEachSample(shape, [&](size_t i, size_t c) {
              return ThreadedReduceColumns(gradient + i, x + i, sample, &mean[c], &sum[c], &dot[c]);
            });
  if (!reduced) return false;
  const double count = static_cast<double>(in_set * shape.s);
  for (size_t set = 0; set < shape.n * grouping.groups; ++set) {
    const double invstd = state.invstd[set];
    double grad_sum = 0.0;
    double grad_dot = 0.0;
    const auto weight = [&](size_t c) {
      return state.weight == nullptr ? 1.0 : static_cast<double>(state.weight[c % shape.c]);
    };
    for (size_t c = set * in_set; c < (set + 1) * in_set; ++c) {
      gradients.weight[c % shape.c] += dot[c] * invstd;
      gradients.bias[c % shape.c] += sum[c];
      grad_sum += weight(c) * sum[c];
      grad_dot += weight(c) * dot[c];
    }
    if (!grouping.centered) grad_sum = 0.0;
    for (size_t c = set * in_set; c < (set + 1) * in_set; ++c) {
      coefficients[c] = {mean[c], grad_sum / count, grad_dot * invstd * invstd / count, invstd,
                         weight(c)};
    }
  }
  if (first) {
    ThreadedApplyRuns(gradient, x, dx, ChannelRuns(shape), coefficients.get());
    return true;
  }
  return ForEachSample(shape, [&](size_t i, size_t c) {
    ThreadedApplyColumns(gradient + i, x + i, dx + i, sample, &coefficients[c]);
    return true;
  });
}

#define BATCHNORM_INSTANTIATE(T, P)                                                              \
  template bool GroupNormForward(const T*, T*, const Shape&, Layout, const Grouping&,            \
                                 const Affine<P>&, double, const BatchStatistics&);              \
  template bool GroupNormBackward(const T*, const T*, T*, const Shape&, Layout, const Grouping&, \
                                  const ForwardState<P>&, const ParameterGradients&);

BATCHNORM_INSTANTIATE(float, float)
BATCHNORM_INSTANTIATE(double, double)

#undef BATCHNORM_INSTANTIATE

}  // namespace batchnorm

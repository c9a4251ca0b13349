#include "cpp/passes/samples.h"

#include <algorithm>
#include <atomic>

#include "cpp/layout/scratch.h"
#include "cpp/layout/split.h"
#include "cpp/numerics/chan.h"
#include "cpp/passes/columns.h"
#include "cpp/simd/element_types.h"
#include "cpp/simd/streaming.h"
#include "cpp/threads/thread_pool.h"

namespace batchnorm {
namespace {

// Calls pass(first, end) for parts of the samples; false where one is. Where there are too few of
// them, or a sample is too much for a task, the passes over each sample share it out.
template <class Pass>
bool ForPartsOfSamples(const Samples& samples, size_t element_size, const Pass& pass) {
  const size_t sample_bytes = samples.matrix.Count() * element_size;
  const size_t samples_a_part = DivideUp(kTaskBytes, sample_bytes);
  const size_t parts = DivideUp(samples.count, samples_a_part);
  if (parts == 1) return pass(0, samples.count);
  const TaskLimits limits = CurrentTaskLimits();
  if (parts < limits.threads || sample_bytes > limits.bytes) return pass(0, samples.count);
  std::atomic<bool> completed{true};
  ParallelFor(parts, [&](size_t i) {
    const size_t first = i * samples_a_part;
    if (!pass(first, std::min(first + samples_a_part, samples.count))) completed = false;
  });
  return completed;
}

// Sets the statistics of a set from the moments of its channels, each of `count` values.
void JoinChannels(const Samples& samples, const double* mean, const double* m2, double eps,
                  const BatchStatistics& statistics, size_t set) {
  const size_t count = samples.matrix.rows;
  Moments all;
  for (size_t c = 0; c < samples.ChannelsOfSet(); ++c) all.Merge({count, mean[c], m2[c]});
  if (!samples.centered) {
    all.m2 += static_cast<double>(all.count) * all.mean * all.mean;
    all.mean = 0.0;
  }
  statistics.mean[set] = all.mean;
  statistics.variance[set] = all.m2;
  FinishStatistics(statistics, set, all.count, eps);
}

}  // namespace

template <typename T, typename P>
bool ThreadedForwardSamples(const T* x, T* y, const Samples& samples, const Affine<P>& affine,
                            double eps, const BatchStatistics& statistics) {
  const Rows& matrix = samples.matrix;
  const size_t channels = samples.Channels();
  const size_t in_set = samples.ChannelsOfSet();
  const Stores stores = StoresFor<T>(samples.count * matrix.Count());
  return ForPartsOfSamples(samples, sizeof(T), [&](size_t first, size_t end) {
    const auto mean = AllocateScratch<double>(channels);
    const auto m2 = AllocateScratch<double>(channels);
    const auto coefficients = AllocateScratch<NormalizeCoefficients<Compute<T>>>(channels);
    if (mean == nullptr || m2 == nullptr || coefficients == nullptr) return false;
    for (size_t i = first; i < end; ++i) {
      const size_t offset = i * matrix.Count();
      if (!ThreadedMomentsOfColumns(x + offset, matrix, mean.get(), m2.get())) return false;
      const BatchStatistics of_sample = statistics.From(i * samples.groups);
      for (size_t c = 0; c < channels; ++c) {
        const size_t set = c / in_set;
        if (c % in_set == 0) JoinChannels(samples, &mean[c], &m2[c], eps, of_sample, set);
        coefficients[c] = {of_sample.mean[set], of_sample.invstd[set] * affine.Weight(c),
                           affine.Bias(c)};
      }
      ThreadedNormalizeColumns(x + offset, Output<T>(y + offset), matrix, coefficients.get(),
                               stores);
    }
    return true;
  });
}

template <typename T, typename P>
bool ThreadedBackwardSamples(const T* dy, const T* x, T* dx, const Samples& samples,
                             const ForwardState<P>& state, const ParameterGradients& gradients) {
  const Rows& matrix = samples.matrix;
  const size_t channels = samples.Channels();
  const size_t in_set = samples.ChannelsOfSet();
  const Stores stores = StoresFor<T>(samples.count * matrix.Count());
  const auto sums = AllocateScratch<double>(samples.count * channels);
  const auto dots = AllocateScratch<double>(samples.count * channels);
  if (sums == nullptr || dots == nullptr) return false;
  const bool completed = ForPartsOfSamples(samples, sizeof(T), [&](size_t first, size_t end) {
    const auto mean = AllocateScratch<double>(channels);
    const auto coefficients = AllocateScratch<BackwardCoefficients<Compute<T>>>(channels);
    if (mean == nullptr || coefficients == nullptr) return false;
    for (size_t i = first; i < end; ++i) {
      const size_t offset = i * matrix.Count();
      const OutputGradient<T> gradient(dy + offset);
      const ParameterGradients of_sample = {&dots[i * channels], &sums[i * channels]};
      for (size_t c = 0; c < channels; ++c) mean[c] = state.mean[i * samples.groups + c / in_set];
      if (!ThreadedReduceColumns(gradient, x + offset, matrix, mean.get(), of_sample.bias,
                                 of_sample.weight)) {
        return false;
      }
      for (size_t c = 0; c < channels; c += in_set) {
        const ChannelSet set = {i * samples.groups + c / in_set, c, in_set, matrix.rows,
                                samples.centered};
        const auto of_set = SetCoefficients<Compute<T>>(set, state, of_sample.From(c));
        for (size_t k = c; k < c + in_set; ++k) {
          coefficients[k] = of_set.WithWeight(state.Weight(k));
        }
      }
      ThreadedApplyColumns(gradient, x + offset, dx + offset, matrix, coefficients.get(), stores);
    }
    return true;
  });
  if (!completed) return false;
  std::fill_n(gradients.weight, channels, 0.0);
  std::fill_n(gradients.bias, channels, 0.0);
  for (size_t i = 0; i < samples.count; ++i) {
    for (size_t c = 0; c < channels; ++c) {
      gradients.weight[c] += dots[i * channels + c] * state.invstd[i * samples.groups + c / in_set];
      gradients.bias[c] += sums[i * channels + c];
    }
  }
  return true;
}

BATCHNORM_INSTANTIATE_WITH_PARAMETERS(ThreadedForwardSamples);
BATCHNORM_INSTANTIATE_WITH_PARAMETERS(ThreadedBackwardSamples);

}  // namespace batchnorm

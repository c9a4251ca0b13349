#include "cpp/passes/sets.h"

#include <algorithm>

#include "cpp/kernels/group_backward.h"
#include "cpp/kernels/group_forward.h"
#include "cpp/layout/scratch.h"
#include "cpp/layout/split.h"
#include "cpp/numerics/element_values.h"
#include "cpp/passes/runs.h"
#include "cpp/simd/element_types.h"
#include "cpp/simd/streaming.h"
#include "cpp/threads/thread_pool.h"

namespace batchnorm {
namespace {

// Whether a pass for each channel of a set would be too short: weights are then spread over the
// elements. A set of one channel needs one pass anyway.
bool GoesByElement(const Sets& sets) {
  constexpr size_t kShortLength = 32;
  return sets.channels != 1 && sets.length < kShortLength;
}

// Whether whole sets give each thread enough to do and no task too much; if not, threads share the
// chunks of a set.
template <typename T>
bool SharesSets(const Sets& sets) {
  const size_t bytes = sets.Size() * sizeof(T);
  if (bytes <= kChunkBytes) return true;
  const TaskLimits limits = CurrentTaskLimits();
  return bytes <= limits.bytes && (limits.threads == 1 || sets.count >= limits.threads);
}

// As ParallelFor. Tasks of more bytes than an executor takes, which cannot be cut further, run on
// the calling thread: they would keep those too long that the executor has.
template <class Task>
void ForSets(size_t task_bytes, size_t count, const Task& task) {
  if (task_bytes <= kTaskBytes || task_bytes <= CurrentTaskLimits().bytes) {
    ParallelFor(count, task);
  } else {
    for (size_t i = 0; i < count; ++i) task(i);
  }
}

// Each channel of each sample, one behind the other.
Runs ChannelRuns(const Sets& sets) {
  return {sets.count * sets.channels, sets.length, 1, 0, sets.length};
}

// The channels' weights and biases spread over their elements.
template <typename T, typename P>
bool ForwardByElement(const T* x, T* y, const Sets& sets, const Affine<P>& affine, double eps,
                      const BatchStatistics& statistics) {
  using Values = ElementValues<Compute<T>, P>;
  const size_t channels = sets.period * sets.channels;
  const Values weight(affine.weight, 1, channels, sets.length);
  const Values bias(affine.bias, 0, affine.bias == nullptr ? 0 : channels, sets.length);
  if (weight.get() == nullptr || bias.get() == nullptr) return false;
  const ElementAffine<Compute<T>> elements = {weight.get(),
                                              affine.bias == nullptr ? nullptr : bias.get()};
  const Stores stores = StoresFor<T>(sets.count * sets.Size());
  const SetsSplit parts(sets, sizeof(T));
  ForSets(sets.Size() * sizeof(T), parts.Count(), [&](size_t i) {
    GroupForwardElements(x, y, sets, parts[i], elements, eps, statistics, stores);
  });
  return true;
}

// Whole sets, channel by channel.
template <typename T, typename P>
bool ForwardByChannel(const T* x, T* y, const Sets& sets, const Affine<P>& affine, double eps,
                      const BatchStatistics& statistics) {
  const Stores stores = StoresFor<T>(sets.count * sets.Size());
  const SetsSplit parts(sets, sizeof(T));
  ForSets(sets.Size() * sizeof(T), parts.Count(), [&](size_t i) {
    GroupForwardRuns(x, y, sets, parts[i], affine, eps, statistics, stores);
  });
  return true;
}

// The moments of all sets, whose chunks the threads share, then all of them normalized.
template <typename T, typename P>
bool ForwardByChunk(const T* x, T* y, const Sets& sets, const Affine<P>& affine, double eps,
                    const BatchStatistics& statistics) {
  const Runs runs = {sets.count, sets.Size(), 1, 0, sets.Size()};
  const Runs channels = ChannelRuns(sets);
  const auto coefficients = AllocateScratch<NormalizeCoefficients<Compute<T>>>(channels.groups);
  if (coefficients == nullptr ||
      !ThreadedMomentsOfRuns(x, runs, statistics.mean, statistics.variance)) {
    return false;
  }
  for (size_t set = 0; set < sets.count; ++set) {
    FinishStatistics(statistics, set, sets.Size(), eps);
    for (size_t k = 0; k < sets.channels; ++k) {
      const size_t c = sets.FirstChannel(set) + k;
      coefficients[set * sets.channels + k] = {
          statistics.mean[set], statistics.invstd[set] * affine.Weight(c), affine.Bias(c)};
    }
  }
  ThreadedNormalizeRuns(x, Output<T>(y), channels, coefficients.get());
  return true;
}

// gradients[c] = the sums over the samples of those of each element, `length` a channel, from
// `parts` arrays of them.
void JoinElements(const double* elements, size_t parts, size_t channels, size_t length,
                  double* gradients) {
  std::fill_n(gradients, channels, 0.0);
  for (size_t p = 0; p < parts; ++p) {
    for (size_t c = 0; c < channels; ++c) {
      double sum = 0.0;
      for (size_t j = 0; j < length; ++j) sum += *elements++;
      gradients[c] += sum;
    }
  }
}

// As the forward passes of the same names.
template <typename T, typename P>
bool BackwardByElement(const T* dy, const T* x, T* dx, const Sets& sets,
                       const ForwardState<P>& state, const ParameterGradients& gradients) {
  const size_t channels = sets.period * sets.channels;
  const size_t elements = channels * sets.length;
  const SampleSetsSplit parts(sets, sizeof(T));
  const ElementValues<Compute<T>, P> weight(state.weight, 1, channels, sets.length);
  const auto weights = AllocateScratch<double>(parts.SampleParts() * elements);
  const auto biases = AllocateScratch<double>(parts.SampleParts() * elements);
  if (weight.get() == nullptr || weights == nullptr || biases == nullptr) return false;
  const ForwardState<Compute<T>> by_element = {weight.get(), state.mean, state.invstd};
  const Stores stores = StoresFor<T>(sets.count * sets.Size());
  ForSets(parts.MostElements() * sizeof(T), parts.Count(), [&](size_t i) {
    const SampleSets part = parts[i];
    const size_t offset = parts.SamplePart(i) * elements;
    const ParameterGradients sums = {&weights[offset], &biases[offset]};
    const size_t begin = part.sets.begin * sets.Size();
    const size_t end = part.sets.end * sets.Size();
    std::fill(sums.weight + begin, sums.weight + end, 0.0);
    std::fill(sums.bias + begin, sums.bias + end, 0.0);
    GroupBackwardElements(dy, x, dx, sets, part, by_element, sums, stores);
  });
  JoinElements(weights.get(), parts.SampleParts(), channels, sets.length, gradients.weight);
  JoinElements(biases.get(), parts.SampleParts(), channels, sets.length, gradients.bias);
  return true;
}

// gradients from the sums of the channels of each sample.
template <typename P>
void JoinSamples(const Sets& sets, const ForwardState<P>& state, const ParameterGradients& sums,
                 const ParameterGradients& gradients) {
  std::fill_n(gradients.weight, sets.period * sets.channels, 0.0);
  std::fill_n(gradients.bias, sets.period * sets.channels, 0.0);
  for (size_t set = 0; set < sets.count; ++set) {
    const ParameterGradients of_set = gradients.From(sets.FirstChannel(set));
    for (size_t k = 0; k < sets.channels; ++k) {
      of_set.weight[k] += sums.weight[set * sets.channels + k] * state.invstd[set];
      of_set.bias[k] += sums.bias[set * sets.channels + k];
    }
  }
}

template <typename T, typename P>
bool BackwardByChannel(const T* dy, const T* x, T* dx, const Sets& sets,
                       const ForwardState<P>& state, const ParameterGradients& gradients) {
  const size_t runs = sets.count * sets.channels;
  const auto weights = AllocateScratch<double>(runs);
  const auto biases = AllocateScratch<double>(runs);
  if (weights == nullptr || biases == nullptr) return false;
  const ParameterGradients sums = {weights.get(), biases.get()};
  const Stores stores = StoresFor<T>(sets.count * sets.Size());
  const SetsSplit parts(sets, sizeof(T));
  ParallelFor(parts.Count(),
              [&](size_t i) { GroupBackwardRuns(dy, x, dx, sets, parts[i], state, sums, stores); });
  JoinSamples(sets, state, sums, gradients);
  return true;
}

template <typename T, typename P>
bool BackwardByChunk(const T* dy, const T* x, T* dx, const Sets& sets, const ForwardState<P>& state,
                     const ParameterGradients& gradients) {
  const Runs runs = ChannelRuns(sets);
  const auto mean = AllocateScratch<double>(runs.groups);
  const auto weights = AllocateScratch<double>(runs.groups);
  const auto biases = AllocateScratch<double>(runs.groups);
  const auto coefficients = AllocateScratch<BackwardCoefficients<Compute<T>>>(runs.groups);
  if (mean == nullptr || weights == nullptr || biases == nullptr || coefficients == nullptr) {
    return false;
  }
  for (size_t r = 0; r < runs.groups; ++r) mean[r] = state.mean[r / sets.channels];
  const OutputGradient<T> gradient(dy);
  if (!ThreadedReduceRuns(gradient, x, runs, mean.get(), biases.get(), weights.get())) return false;
  const ParameterGradients sums = {weights.get(), biases.get()};
  for (size_t set = 0; set < sets.count; ++set) {
    const size_t first = set * sets.channels;
    const size_t channel = sets.FirstChannel(set);
    const auto of_set = SetCoefficients<Compute<T>>(
        ChannelSet{set, channel, sets.channels, sets.length, sets.centered}, state,
        sums.From(first));
    for (size_t k = 0; k < sets.channels; ++k) {
      coefficients[first + k] = of_set.WithWeight(state.Weight(channel + k));
    }
  }
  ThreadedApplyRuns(gradient, x, dx, runs, coefficients.get());
  JoinSamples(sets, state, sums, gradients);
  return true;
}

}  // namespace

template <typename T, typename P>
bool ThreadedForwardSets(const T* x, T* y, const Sets& sets, const Affine<P>& affine, double eps,
                         const BatchStatistics& statistics) {
  if (GoesByElement(sets)) return ForwardByElement(x, y, sets, affine, eps, statistics);
  if (sets.centered && !SharesSets<T>(sets)) {
    return ForwardByChunk(x, y, sets, affine, eps, statistics);
  }
  return ForwardByChannel(x, y, sets, affine, eps, statistics);
}

template <typename T, typename P>
bool ThreadedBackwardSets(const T* dy, const T* x, T* dx, const Sets& sets,
                          const ForwardState<P>& state, const ParameterGradients& gradients) {
  if (GoesByElement(sets)) return BackwardByElement(dy, x, dx, sets, state, gradients);
  if (!SharesSets<T>(sets)) return BackwardByChunk(dy, x, dx, sets, state, gradients);
  return BackwardByChannel(dy, x, dx, sets, state, gradients);
}

BATCHNORM_INSTANTIATE_WITH_PARAMETERS(ThreadedForwardSets);
BATCHNORM_INSTANTIATE_WITH_PARAMETERS(ThreadedBackwardSets);

}  // namespace batchnorm

#ifndef BATCHNORM_TESTING_CHANNEL_ARRAYS_H_
#define BATCHNORM_TESTING_CHANNEL_ARRAYS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "cpp/numerics/gradients.h"
#include "cpp/numerics/statistics.h"
#include "cpp/testing/inputs.h"
#include "cpp/testing/padded_array.h"

// The arrays of a call that hold an element a channel.
namespace batchnorm {

template <typename T>
PaddedArray<T> RandomChannels(size_t channels, Distribution distribution, uint64_t seed) {
  return RandomInput<T>({1, 0, 1, 0, channels}, 1, distribution, seed);
}

template <typename T>
struct RandomAffine {
  explicit RandomAffine(size_t groups)
      : weight(RandomChannels<T>(groups, Distribution::kNormal, 1)),
        bias(RandomChannels<T>(groups, Distribution::kNormal, 2)) {}

  operator Affine<T>() const { return {weight.data(), bias.data()}; }

  PaddedArray<T> weight;
  PaddedArray<T> bias;
};

struct Statistics {
  explicit Statistics(size_t groups) : mean(groups), variance(groups), invstd(groups) {}

  operator BatchStatistics() { return {mean.data(), variance.data(), invstd.data()}; }

  std::vector<double> All() const {
    std::vector<double> all(mean.data(), mean.data() + mean.size());
    all.insert(all.end(), variance.data(), variance.data() + variance.size());
    all.insert(all.end(), invstd.data(), invstd.data() + invstd.size());
    return all;
  }

  bool PaddingIsUntouched() {
    return mean.PaddingIsUntouched() && variance.PaddingIsUntouched() &&
           invstd.PaddingIsUntouched();
  }

  PaddedArray<double> mean;
  PaddedArray<double> variance;
  PaddedArray<double> invstd;
};

struct Gradients {
  explicit Gradients(size_t groups) : weight(groups), bias(groups) {}

  operator ParameterGradients() { return {weight.data(), bias.data()}; }

  std::vector<double> All() const {
    std::vector<double> all(weight.data(), weight.data() + weight.size());
    all.insert(all.end(), bias.data(), bias.data() + bias.size());
    return all;
  }

  bool PaddingIsUntouched() { return weight.PaddingIsUntouched() && bias.PaddingIsUntouched(); }

  PaddedArray<double> weight;
  PaddedArray<double> bias;
};

}  // namespace batchnorm

#endif  // BATCHNORM_TESTING_CHANNEL_ARRAYS_H_

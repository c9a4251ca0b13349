#include "cpp/kernels/group_backward.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "cpp/kernels/backward_apply.h"
#include "cpp/kernels/backward_reduce.h"
#include "cpp/testing/channel_arrays.h"
#include "cpp/testing/every_target.h"
#include "cpp/testing/inputs.h"
#include "cpp/testing/same_bits.h"
#include "cpp/testing/tested_sets.h"
#include "cpp/testing/ulps.h"

namespace batchnorm {
namespace {

EVERY_TARGET_SUITE(GroupBackwardTest);

// Random arguments of one call, with `weights` weights.
template <typename T>
struct Arguments {
  Arguments(const Sets& sets, size_t weights, size_t misalignment, Distribution distribution)
      : size(sets.count * sets.Size()),
        dy(RandomInput<T>({1, 0, 1, 0, size}, misalignment, distribution, 1)),
        x(RandomInput<T>({1, 0, 1, 0, size}, 3 - misalignment, distribution, 2)),
        weight(RandomChannels<T>(weights, Distribution::kNormal, 3)),
        mean(RandomChannels<double>(sets.count, Distribution::kNormal, 4)),
        invstd(RandomChannels<double>(sets.count, Distribution::kUniform, 5)) {}

  ForwardState<T> State() const { return {weight.data(), mean.data(), invstd.data()}; }

  size_t size;
  PaddedArray<T> dy;
  PaddedArray<T> x;
  PaddedArray<T> weight;
  PaddedArray<double> mean;
  PaddedArray<double> invstd;
};

// Calls backward(dy, x, dx, sums) with a dx of its own, over dy and over x, and expects the same of
// each.
template <typename T, class Backward>
void ExpectSameInPlace(const Arguments<T>& in, size_t misalignment, const PaddedArray<T>& expected,
                       const std::vector<double>& expected_sums, size_t sums,
                       const Backward& backward) {
  const auto expect = [&](const T* dy, const T* x, PaddedArray<T>& dx) {
    Gradients gradients(sums);
    std::fill_n(gradients.weight.data(), sums, 0.0);
    std::fill_n(gradients.bias.data(), sums, 0.0);
    backward(dy, x, dx.data(), gradients);
    EXPECT_TRUE(SameBits(dx.data(), expected.data(), in.size));
    EXPECT_EQ(gradients.All(), expected_sums);
    EXPECT_TRUE(dx.PaddingIsUntouched());
    EXPECT_TRUE(gradients.PaddingIsUntouched());
  };
  PaddedArray<T> dx(in.size, misalignment);
  expect(in.dy.data(), in.x.data(), dx);
  PaddedArray<T> over_dy = in.dy;
  expect(over_dy.data(), in.x.data(), over_dy);
  PaddedArray<T> over_x = in.x;
  expect(in.dy.data(), over_x.data(), over_x);
}

// The sums of all runs, then dx of all of them.
EVERY_TARGET_TEST(GroupBackwardTest, RunsHaveTheBitsOfTwoStepsAndInPlace) {
  ForEachSets<T>([](const Sets& sets, size_t misalignment, Distribution distribution) {
    const size_t channels = sets.period * sets.channels;
    const Arguments<T> in(sets, channels, misalignment, distribution);
    const size_t count = sets.count * sets.channels;
    const Runs runs = {count, sets.length, 1, 0, sets.length};
    const ForwardState<T> state = in.State();
    std::vector<double> mean;
    for (size_t r = 0; r < count; ++r) mean.push_back(state.mean[r / sets.channels]);
    Gradients sums(count);
    BackwardReduceRuns<T>(OutputGradient<T>(in.dy.data()), in.x.data(), runs, mean.data(),
                          sums.bias.data(), sums.weight.data());
    std::vector<BackwardCoefficients<T>> coefficients;
    for (size_t r = 0; r < count; ++r) {
      const size_t set = r / sets.channels;
      const ChannelSet of_set = {set, sets.FirstChannel(set), sets.channels, sets.length, true};
      const ParameterGradients all = sums;
      coefficients.push_back(SetCoefficients<T>(of_set, state, all.From(set * sets.channels))
                                 .WithWeight(state.weight[r % channels]));
    }
    PaddedArray<T> expected(in.size);
    BackwardApplyRuns<T>(OutputGradient<T>(in.dy.data()), in.x.data(), expected.data(), runs,
                         coefficients.data(), Stores::kCached);
    ExpectSameInPlace<T>(
        in, misalignment, expected, sums.All(), count,
        [&](const T* dy, const T* x, T* dx, const ParameterGradients& to) {
          GroupBackwardRuns<T, T>(dy, x, dx, sets, {0, sets.count}, state, to, Stores::kCached);
        });
  });
}

// In ulps of T at the set's largest term of dx, and of float64 at the sums of absolute values. The
// worst measured are 2.36, 2.97 and 2.
template <typename T>
void ExpectElementsByDefinition(const Sets& sets, const Arguments<T>& in, const PaddedArray<T>& dx,
                                const Gradients& sums) {
  const size_t elements = sets.period * sets.Size();
  const long double count = static_cast<long double>(sets.Size());
  std::vector<long double> weight(elements), weight_size(elements), bias(elements),
      bias_size(elements);
  long double dx_error = 0;
  for (size_t set = 0; set < sets.count; ++set) {
    const long double mean = in.mean[set];
    const long double invstd = in.invstd[set];
    long double sum = 0, sum_size = 0, dot = 0, dot_size = 0;
    const auto term = [&](size_t i) {
      return in.dy[i] * static_cast<long double>(in.weight[i % elements]);
    };
    for (size_t i = set * sets.Size(); i < (set + 1) * sets.Size(); ++i) {
      const long double product = in.dy[i] * (in.x[i] - mean);
      sum += term(i);
      sum_size += std::fabs(term(i));
      dot += term(i) * (in.x[i] - mean);
      dot_size += std::fabs(term(i) * (in.x[i] - mean));
      weight[i % elements] += product * invstd;
      weight_size[i % elements] += std::fabs(product * invstd);
      bias[i % elements] += in.dy[i];
      bias_size[i % elements] += std::fabs(in.dy[i]);
    }
    const long double slope = dot * invstd * invstd / count;
    long double largest = 0, error = 0, deviation = 0;
    for (size_t i = set * sets.Size(); i < (set + 1) * sets.Size(); ++i) {
      const long double part = (in.x[i] - mean) * slope;
      deviation = std::max(deviation, std::fabs(in.x[i] - mean));
      largest = std::max({largest, std::fabs(term(i) * invstd), std::fabs(part * invstd)});
      error = Worse(error, std::fabs(dx[i] - (term(i) - sum / count - part) * invstd));
    }
    // With few values the terms cancel to the rounding of the sums.
    const long double of_sums =
        Ulp<double>(sum_size / count) + Ulp<double>(dot_size * invstd * invstd / count) * deviation;
    dx_error = Worse(dx_error, error / (Ulp<T>(largest) + of_sums * invstd));
  }
  long double weight_error = 0, bias_error = 0;
  for (size_t e = 0; e < elements; ++e) {
    weight_error = Worse(weight_error, UlpsAt(weight_size[e], sums.weight[e], weight[e]));
    bias_error = Worse(bias_error, UlpsAt(bias_size[e], sums.bias[e], bias[e]));
  }
  EXPECT_LE(dx_error, 2.4);
  EXPECT_LE(weight_error, 3);
  EXPECT_LE(bias_error, 2.1);
}

EVERY_TARGET_TEST(GroupBackwardTest, ElementsAreAsTheDefinitionAndInPlace) {
  ForEachSets<T>([](const Sets& sets, size_t misalignment, Distribution distribution) {
    const size_t elements = sets.period * sets.Size();
    const Arguments<T> in(sets, elements, misalignment, distribution);
    const SampleSets all = {0, sets.count / sets.period, {0, sets.period}};
    PaddedArray<T> dx(in.size);
    Gradients sums(elements);
    std::fill_n(sums.weight.data(), elements, 0.0);
    std::fill_n(sums.bias.data(), elements, 0.0);
    GroupBackwardElements<T>(in.dy.data(), in.x.data(), dx.data(), sets, all, in.State(), sums,
                             Stores::kCached);
    ExpectElementsByDefinition(sets, in, dx, sums);
    ExpectSameInPlace<T>(in, misalignment, dx, sums.All(), elements,
                         [&](const T* dy, const T* x, T* to, const ParameterGradients& of_parts) {
                           GroupBackwardElements<T>(dy, x, to, sets, all, in.State(), of_parts,
                                                    Stores::kCached);
                         });
  });
}

// Samples added to sums one part after the other, and sets by themselves, leave the bits of the
// whole.
EVERY_TARGET_TEST(GroupBackwardTest, PartsOfElementsHaveTheBitsOfTheWhole) {
  ForEachSets<T>([](const Sets& sets, size_t misalignment, Distribution distribution) {
    const size_t samples = sets.count / sets.period;
    const size_t elements = sets.period * sets.Size();
    const Arguments<T> in(sets, elements, misalignment, distribution);
    const auto run = [&](PaddedArray<T>& dx, const std::vector<SampleSets>& parts) {
      Gradients sums(elements);
      std::fill_n(sums.weight.data(), elements, 0.0);
      std::fill_n(sums.bias.data(), elements, 0.0);
      for (const SampleSets& part : parts) {
        GroupBackwardElements<T>(in.dy.data(), in.x.data(), dx.data(), sets, part, in.State(), sums,
                                 Stores::kCached);
      }
      return sums.All();
    };
    PaddedArray<T> whole(in.size);
    PaddedArray<T> in_parts(in.size);
    std::vector<SampleSets> parts;
    for (size_t set = 0; set < sets.period; ++set) {
      parts.push_back({0, samples / 3, {set, set + 1}});
    }
    parts.push_back({samples / 3, samples, {0, sets.period}});
    EXPECT_EQ(run(whole, {{0, samples, {0, sets.period}}}), run(in_parts, parts));
    EXPECT_TRUE(SameBits(whole.data(), in_parts.data(), in.size));
  });
}

}  // namespace
}  // namespace batchnorm

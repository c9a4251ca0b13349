#include "cpp/group_norm.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "cpp/testing/channel_arrays.h"
#include "cpp/testing/every_target.h"
#include "cpp/testing/group_norm_calls.h"
#include "cpp/testing/same_bits.h"
#include "cpp/testing/ulps.h"

namespace batchnorm {
namespace {

EVERY_TARGET_SUITE(GroupNormTest);

struct SetMoments {
  long double mean = 0;
  long double variance = 0;
  long double largest = 0;
};

template <typename T>
SetMoments MomentsByDefinition(const PaddedArray<T>& x, const GroupCase& c, size_t set) {
  const long double count = static_cast<long double>(c.SetSize());
  SetMoments moments;
  ForEachOfSet(c, set, [&](size_t i, size_t) {
    moments.mean += x[i];
    moments.largest = std::max<long double>(moments.largest, std::fabs(x[i]));
  });
  moments.mean = c.grouping.centered ? moments.mean / count : 0;
  ForEachOfSet(c, set, [&](size_t i, size_t) {
    const long double deviation = x[i] - moments.mean;
    moments.variance += deviation * deviation;
  });
  moments.variance /= count;
  return moments;
}

// Each element in units of its sources: an ulp of T at the larger summand, and what an ulp of
// float64 in the mean moves. The worst measured are 3.71 for y, 1.21 for the mean and 6.52 for the
// variance.
template <typename T>
void ExpectForwardByDefinition(const GroupCase& c, Distribution distribution,
                               const Affine<T>& affine) {
  const auto x = RandomElements<T>(c, 3, distribution, 1);
  Normalized<T> normalized(x, c, affine);
  long double y_error = 0;
  long double mean_error = 0;
  long double variance_error = 0;
  for (size_t set = 0; set < c.Sets(); ++set) {
    const SetMoments expected = MomentsByDefinition(x, c, set);
    const long double invstd = 1 / std::sqrt(expected.variance + kEps);
    const Statistics& statistics = normalized.statistics;
    mean_error = Worse(mean_error, UlpsAt(expected.largest, statistics.mean[set], expected.mean));
    const long double variance_unit =
        Ulp<double>(expected.variance) +
        2 * std::sqrt(expected.variance) * Ulp<double>(expected.largest);
    variance_error = Worse(variance_error,
                           std::fabs(statistics.variance[set] - expected.variance) / variance_unit);
    EXPECT_EQ(statistics.invstd[set], 1 / std::sqrt(statistics.variance[set] + kEps));
    ForEachOfSet(c, set, [&](size_t i, size_t k) {
      const long double scale = invstd * affine.Weight(k);
      const long double scaled = (x[i] - expected.mean) * scale;
      const long double summand =
          std::max<long double>(std::fabs(scaled), std::fabs(affine.Bias(k)));
      const long double unit = Ulp<T>(summand) + Ulp<double>(expected.largest) * std::fabs(scale);
      y_error = Worse(y_error, std::fabs(normalized.y[i] - (scaled + affine.Bias(k))) / unit);
    });
  }
  EXPECT_LE(y_error, 3.8);
  EXPECT_LE(mean_error, 1.3);
  EXPECT_LE(variance_error, 6.6);
  EXPECT_TRUE(normalized.y.PaddingIsUntouched());
  EXPECT_TRUE(normalized.statistics.PaddingIsUntouched());
}

EVERY_TARGET_TEST(GroupNormTest, ForwardIsAsTheDefinition) {
  size_t next = 0;
  ForEachGroupCase([&](const GroupCase& c) {
    const RandomAffine<T> affine(c.shape.c);
    const Affine<T> affines[] = {
        affine, {nullptr, nullptr}, {affine.weight.data(), nullptr}, {nullptr, affine.bias.data()}};
    for (const Affine<T>& some : affines) {
      ExpectForwardByDefinition<T>(c, kDistributions[next++ % std::size(kDistributions)], some);
    }
  });
}

// In ulps of T at the set's largest term of dx, and of float64 at the sums of absolute values. The
// worst measured are 2.28, 6.21 and 6.61.
template <typename T>
void ExpectGradientsByDefinition(const GroupCase& c, Distribution distribution, bool has_weight) {
  const auto x = RandomElements<T>(c, 3, distribution, 1);
  const auto dy = RandomElements<T>(c, 1, distribution, 2);
  const auto weight = RandomChannels<T>(c.shape.c, Distribution::kNormal, 3);
  const Affine<T> affine = {has_weight ? weight.data() : nullptr, nullptr};
  const Normalized<T> normalized(x, c, affine);
  GroupGradients<T> gradients(dy, x, c, normalized.State(affine.weight));
  std::vector<ReferenceSums> channels(c.shape.c);
  long double dx_error = 0;
  for (size_t set = 0; set < c.Sets(); ++set) {
    const long double mean = normalized.statistics.mean[set];
    const long double invstd = normalized.statistics.invstd[set];
    const long double count = static_cast<long double>(c.SetSize());
    long double sum = 0;
    long double sum_magnitude = 0;
    long double dot = 0;
    ForEachOfSet(c, set, [&](size_t i, size_t k) {
      const long double g = dy[i] * static_cast<long double>(affine.Weight(k));
      const long double normal = (x[i] - mean) * invstd;
      sum += g;
      sum_magnitude += std::fabs(g);
      dot += g * (x[i] - mean);
      channels[k].sum += dy[i];
      channels[k].sum_magnitude += std::fabs(dy[i]);
      channels[k].dot += dy[i] * normal;
      channels[k].dot_magnitude += std::fabs(dy[i] * normal);
    });
    const long double grad_mean = c.grouping.centered ? sum / count : 0;
    const long double slope = dot * invstd * invstd / count;
    long double largest = 0;
    long double error = 0;
    ForEachOfSet(c, set, [&](size_t i, size_t k) {
      const long double g = dy[i] * static_cast<long double>(affine.Weight(k));
      const long double part = (x[i] - mean) * slope;
      largest = std::max({largest, std::fabs(g * invstd), std::fabs(part * invstd)});
      error = Worse(error, std::fabs(gradients.dx[i] - (g - grad_mean - part) * invstd));
    });
    // With one value, or with two, the terms cancel to the rounding of the sums.
    dx_error =
        Worse(dx_error, error / (Ulp<T>(largest) + Ulp<double>(sum_magnitude / count) * invstd));
  }
  long double weight_error = 0;
  long double bias_error = 0;
  for (size_t k = 0; k < c.shape.c; ++k) {
    const ReferenceSums& of_channel = channels[k];
    weight_error = Worse(weight_error, UlpsAt(of_channel.dot_magnitude,
                                              gradients.parameters.weight[k], of_channel.dot));
    bias_error = Worse(
        bias_error, UlpsAt(of_channel.sum_magnitude, gradients.parameters.bias[k], of_channel.sum));
  }
  EXPECT_LE(dx_error, 2.4);
  EXPECT_LE(weight_error, 6.3);
  EXPECT_LE(bias_error, 6.7);
  EXPECT_TRUE(gradients.dx.PaddingIsUntouched());
  EXPECT_TRUE(gradients.parameters.PaddingIsUntouched());
}

EVERY_TARGET_TEST(GroupNormTest, BackwardIsAsTheDefinition) {
  size_t next = 0;
  ForEachGroupCase([&](const GroupCase& c) {
    for (const bool has_weight : {true, false}) {
      ExpectGradientsByDefinition<T>(c, kDistributions[next++ % std::size(kDistributions)],
                                     has_weight);
    }
  });
}

// y may be x, and dx may be dy or x.
EVERY_TARGET_TEST(GroupNormTest, GivesTheSameBitsInPlace) {
  ForEachShortGroupCase([](const GroupCase& c) {
    const auto x = RandomElements<T>(c, 3, Distribution::kNormal, 1);
    const auto dy = RandomElements<T>(c, 2, Distribution::kNormal, 2);
    const RandomAffine<T> affine(c.shape.c);

    const Normalized<T> normalized(x, c, affine);
    PaddedArray<T> over_x = x;
    const Normalized<T> in_place(&over_x, c, affine);
    EXPECT_TRUE(SameBits(over_x.data(), normalized.y.data(), x.size()));
    EXPECT_EQ(in_place.statistics.All(), normalized.statistics.All());

    const ForwardState<T> state = normalized.State(affine.weight.data());
    const GroupGradients<T> gradients(dy, x, c, state);
    PaddedArray<T> dx_over_x = x;
    const GroupGradients<T> at_x(dy.data(), dx_over_x.data(), dx_over_x.data(), c, state);
    EXPECT_TRUE(SameBits(dx_over_x.data(), gradients.dx.data(), x.size()));
    EXPECT_EQ(at_x.parameters.All(), gradients.parameters.All());
    PaddedArray<T> dx_over_dy = dy;
    const GroupGradients<T> at_dy(dx_over_dy.data(), x.data(), dx_over_dy.data(), c, state);
    EXPECT_TRUE(SameBits(dx_over_dy.data(), gradients.dx.data(), x.size()));
    EXPECT_EQ(at_dy.parameters.All(), gradients.parameters.All());
  });
}

// Where both layouts mean the same memory.
EVERY_TARGET_TEST(GroupNormTest, OneChannelOrOneElementIsTheSameInBothLayouts) {
  for (const auto& [shape, groups] : {std::pair(Shape{20, 1, 37}, 1), std::pair(Shape{9, 12, 1}, 3),
                                      std::pair(Shape{5, 100, 1}, 1)}) {
    GroupCase c = {shape, Layout::kChannelsFirst, {static_cast<size_t>(groups), true}};
    const auto x = RandomElements<T>(c, 1, Distribution::kNormal, 1);
    const auto dy = RandomElements<T>(c, 1, Distribution::kNormal, 2);
    const RandomAffine<T> affine(shape.c);
    const Normalized<T> first(x, c, affine);
    const ForwardState<T> state = first.State(affine.weight.data());
    const GroupGradients<T> first_gradients(dy, x, c, state);
    c.layout = Layout::kChannelsLast;
    const Normalized<T> last(x, c, affine);
    const GroupGradients<T> last_gradients(dy, x, c, state);
    EXPECT_TRUE(SameBits(first.y.data(), last.y.data(), x.size()));
    EXPECT_EQ(first.statistics.All(), last.statistics.All());
    EXPECT_TRUE(SameBits(first_gradients.dx.data(), last_gradients.dx.data(), x.size()));
    EXPECT_EQ(first_gradients.parameters.All(), last_gradients.parameters.All());
  }
}

EVERY_TARGET_TEST(GroupNormTest, EmptyShapesWriteNoElements) {
  for (const Shape& shape : {Shape{0, 4, 5}, Shape{2, 0, 5}, Shape{2, 4, 0}, Shape{0, 4, 1},
                             Shape{2, 0, 1}, Shape{0, 0, 0}}) {
    for (const Layout layout : kLayouts) {
      const GroupCase c = {shape, layout, {2, true}};
      SCOPED_TRACE(::testing::Message() << c);
      const RandomAffine<T> affine(4);
      PaddedArray<T> y(40);
      Normalized<T> normalized(&y, c, affine);
      EXPECT_TRUE(normalized.statistics.PaddingIsUntouched());
      for (size_t set = 0; set < c.Sets(); ++set) {
        EXPECT_TRUE(normalized.statistics.mean.IsUntouched(set));
      }
      GroupGradients<T> gradients(y.data(), y.data(), y.data(), c,
                                  normalized.State(affine.weight.data()));
      EXPECT_EQ(gradients.parameters.All(), std::vector<double>(2 * shape.c, 0.0));
      EXPECT_TRUE(gradients.parameters.PaddingIsUntouched());
      for (size_t i = 0; i < y.size(); ++i) EXPECT_TRUE(y.IsUntouched(i));
    }
  }
}

// A large output, which is written past the cache, has the bits of its halves, which are not.
EVERY_TARGET_TEST(GroupNormTest, GivesTheSameBitsPastTheCache) {
  static constexpr size_t kLimit = kStreamBytes / sizeof(T);
  // So many samples of `size` elements.
  const auto samples = [](size_t size) { return 2 * (kLimit / 2 / size + 1); };
  const GroupCase cases[] = {
      // Sets whose ends are those of lines where they are aligned, and others.
      {{samples(64), 64, 1}, Layout::kChannelsFirst, {1, true}},
      {{samples(99), 99, 1}, Layout::kChannelsFirst, {1, true}},
      {{samples(99), 99, 1}, Layout::kChannelsFirst, {1, false}},
      {{samples(1003), 1003, 1}, Layout::kChannelsFirst, {1, true}},
      {{samples(6 * 101), 6, 101}, Layout::kChannelsFirst, {2, true}},
      {{samples(6 * 501), 6, 501}, Layout::kChannelsFirst, {2, true}},
      {{samples(6 * 11), 6, 11}, Layout::kChannelsFirst, {2, true}},
      {{samples(6 * 101), 6, 101}, Layout::kChannelsLast, {2, true}},
  };
  for (const GroupCase& c : cases) {
    SCOPED_TRACE(::testing::Message() << c);
    GroupCase half = c;
    half.shape.n /= 2;
    ASSERT_EQ(StoresFor<T>(c.shape.Count()), Stores::kStreaming);
    ASSERT_EQ(StoresFor<T>(half.shape.Count()), Stores::kCached);
    const auto x = RandomElements<T>(c, 1, Distribution::kNormal, 1);
    const auto dy = RandomElements<T>(c, 2, Distribution::kNormal, 2);
    const RandomAffine<T> affine(c.shape.c);
    for (const size_t misalignment : {0, 3}) {
      Normalized<T> whole(x, c, affine, kEps, misalignment);
      const ForwardState<T> state = whole.State(affine.weight.data());
      GroupGradients<T> gradients(dy, x, c, state, misalignment);
      EXPECT_TRUE(whole.y.PaddingIsUntouched());
      EXPECT_TRUE(gradients.dx.PaddingIsUntouched());
      for (const size_t h : {0, 1}) {
        const size_t offset = h * half.shape.Count();
        PaddedArray<T> y(half.shape.Count());
        Statistics statistics(half.Sets());
        const Affine<T> weight_and_bias = affine;
        EXPECT_TRUE(GroupNormForward(x.data() + offset, y.data(), half.shape, half.layout,
                                     half.grouping, weight_and_bias, kEps, statistics));
        EXPECT_TRUE(SameBits(y.data(), whole.y.data() + offset, y.size()));
        const GroupGradients<T> of_half(
            dy.data() + offset, x.data() + offset, y.data(), half,
            {state.weight, state.mean + h * half.Sets(), state.invstd + h * half.Sets()});
        EXPECT_TRUE(SameBits(y.data(), gradients.dx.data() + offset, y.size()));
      }
    }
  }
}

template <typename T>
void ExpectSameStepsOnTargets() {
  ForEachShortGroupCase([](const GroupCase& c) {
    const auto x = RandomElements<T>(c, 1, Distribution::kNormal, 1);
    const auto dy = RandomElements<T>(c, 2, Distribution::kNormal, 2);
    const RandomAffine<T> affine(c.shape.c);
    ExpectSameBitsOnTargets([&] {
      const Normalized<T> normalized(x, c, affine);
      const GroupGradients<T> gradients(dy, x, c, normalized.State(affine.weight.data()));
      std::vector<double> all = normalized.statistics.All();
      const auto append = [&](const PaddedArray<T>& values) {
        all.insert(all.end(), values.data(), values.data() + values.size());
      };
      append(normalized.y);
      append(gradients.dx);
      const std::vector<double> of_parameters = gradients.parameters.All();
      all.insert(all.end(), of_parameters.begin(), of_parameters.end());
      return all;
    });
  });
}

TEST(GroupNormOnTargetsTest, AgreeBitForBitF32) { ExpectSameStepsOnTargets<float>(); }
TEST(GroupNormOnTargetsTest, AgreeBitForBitF64) { ExpectSameStepsOnTargets<double>(); }

}  // namespace
}  // namespace batchnorm

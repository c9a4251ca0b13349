#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "cpp/group_norm.h"
#include "cpp/testing/channel_arrays.h"
#include "cpp/testing/every_target.h"
#include "cpp/testing/group_norm_calls.h"
#include "cpp/testing/same_bits.h"
#include "cpp/testing/ulps.h"

namespace batchnorm {
namespace {

EVERY_TARGET_SUITE(GroupNormNumericsTest);

// Deviations of 1 with eps 3 give invstd 1/2. A channel has as many up as down, so that its mean is
// exact too.
EVERY_TARGET_TEST(GroupNormNumericsTest, ExactDataAreExact) {
  ForEachShortGroupCase([](const GroupCase& c) {
    const bool by_channel = c.layout == Layout::kChannelsLast && c.shape.s != 1;
    if ((by_channel ? c.shape.s : c.SetSize()) % 2 != 0) return;
    const auto mean = [&](size_t set) {
      return c.grouping.centered ? 0.25 * static_cast<double>(1 << set % 8) : 0.0;
    };
    double sign = 1;
    const auto x = MakeElements<T>(c, 1, [&](size_t set) { return mean(set) + (sign = -sign); });
    std::vector<T> weight(c.shape.c);
    std::vector<T> bias(c.shape.c);
    for (size_t k = 0; k < c.shape.c; ++k) {
      weight[k] = static_cast<T>(k + 1);
      bias[k] = static_cast<T>(k) - 2;
    }
    const Normalized<T> normalized(x, c, {weight.data(), bias.data()}, 3.0);
    for (size_t set = 0; set < c.Sets(); ++set) {
      EXPECT_EQ(normalized.statistics.mean[set], mean(set));
      EXPECT_EQ(normalized.statistics.variance[set], 1.0);
      EXPECT_EQ(normalized.statistics.invstd[set], 0.5);
      ForEachOfSet(c, set, [&](size_t i, size_t k) {
        ASSERT_EQ(normalized.y[i], (x[i] - static_cast<T>(mean(set))) / 2 * weight[k] + bias[k]);
      });
    }
  });
}

EVERY_TARGET_TEST(GroupNormNumericsTest, AConstantSetGivesBias) {
  using Limits = std::numeric_limits<T>;
  ForEachShortGroupCase([](const GroupCase& c) {
    if (!c.grouping.centered) return;
    const RandomAffine<T> affine(c.shape.c);
    for (const double wanted :
         {0.1, -1e8, 16777217.0, double{Limits::max()}, double{Limits::denorm_min()}}) {
      const T value = static_cast<T>(wanted);
      const auto x = MakeElements<T>(c, 1, [value](size_t) { return value; });
      for (const double eps : {kEps, 0.0}) {
        const Normalized<T> normalized(x, c, affine, eps);
        for (size_t set = 0; set < c.Sets(); ++set) {
          EXPECT_EQ(normalized.statistics.mean[set], static_cast<double>(value));
          EXPECT_EQ(normalized.statistics.variance[set], 0.0);
          ForEachOfSet(c, set,
                       [&](size_t i, size_t k) { ASSERT_EQ(normalized.y[i], affine.bias[k]); });
        }
      }
    }
  });
}

// In ulps of T of the largest |y|; the worst measured is 1.98.
EVERY_TARGET_TEST(GroupNormNumericsTest, ValuesOf1e30ComeOutRight) {
  ForEachShortGroupCase([](const GroupCase& c) {
    for (const double offset : {0.0, 1e30}) {
      Random random(6);
      const auto x = MakeElements<T>(c, 1, [&](size_t) { return offset + 1e30 * random.Normal(); });
      const Normalized<T> normalized(x, c, NoAffine<T>());
      long double error = 0;
      long double largest = 1;
      for (size_t set = 0; set < c.Sets(); ++set) {
        const long double mean = normalized.statistics.mean[set];
        const long double variance = normalized.statistics.variance[set];
        EXPECT_TRUE(std::isfinite(normalized.statistics.variance[set]));
        ForEachOfSet(c, set, [&](size_t i, size_t) {
          const long double y = (x[i] - mean) / std::sqrt(variance + kEps);
          largest = std::max(largest, std::fabs(y));
          error = Worse(error, std::fabs(normalized.y[i] - y));
        });
      }
      EXPECT_LE(error / Ulp<T>(largest), 2);
    }
  });
}

// What an infinity or NaN in one set makes of it and of the others. Where it is not centered an
// infinity makes invstd 0, as in PyTorch: the finite values of a row come out as bias.
template <typename T>
void ExpectSetFilled(const GroupCase& c, T value) {
  auto x = RandomElements<T>(c, 1, Distribution::kNormal, 1);
  const auto dy = RandomElements<T>(c, 1, Distribution::kNormal, 2);
  const RandomAffine<T> affine(c.shape.c);
  const Normalized<T> clean(x, c, affine);
  const GroupGradients<T> clean_gradients(dy, x, c, clean.State(affine.weight.data()));
  const size_t broken_set = c.Sets() / 2;
  std::vector<bool> in_set(c.shape.c, false);
  size_t last = 0;
  ForEachOfSet(c, broken_set, [&](size_t i, size_t k) {
    in_set[k] = true;
    last = i;
  });
  x[last] = value;
  const Normalized<T> broken(x, c, affine);
  const GroupGradients<T> gradients(dy, x, c, broken.State(affine.weight.data()));
  const bool is_filled = c.grouping.centered || std::isnan(value);
  for (size_t set = 0; set < c.Sets(); ++set) {
    ForEachOfSet(c, set, [&](size_t i, size_t k) {
      if (set != broken_set) {
        ASSERT_TRUE(SameBits(&broken.y[i], &clean.y[i], 1));
        ASSERT_TRUE(SameBits(&gradients.dx[i], &clean_gradients.dx[i], 1));
        return;
      }
      ASSERT_TRUE(std::isnan(gradients.dx[i]));
      if (is_filled || i == last) {
        ASSERT_TRUE(std::isnan(broken.y[i]));
      } else if (c.shape.s == 1) {
        ASSERT_EQ(broken.y[i], affine.bias[k]);
      }
    });
  }
  for (size_t k = 0; k < c.shape.c; ++k) {
    EXPECT_TRUE(SameBits(&gradients.parameters.bias[k], &clean_gradients.parameters.bias[k], 1));
    if (in_set[k]) continue;
    EXPECT_TRUE(
        SameBits(&gradients.parameters.weight[k], &clean_gradients.parameters.weight[k], 1));
  }
}

EVERY_TARGET_TEST(GroupNormNumericsTest, InfinitiesAndNaNFillTheirSetAlone) {
  ForEachShortGroupCase([](const GroupCase& c) {
    ExpectSetFilled(c, std::numeric_limits<T>::infinity());
    ExpectSetFilled(c, std::numeric_limits<T>::quiet_NaN());
  });
}

// 1/2 and deviations from it that come in pairs, so that every sum is exact.
EVERY_TARGET_TEST(GroupNormNumericsTest, AConstantGradientGivesZero) {
  ForEachShortGroupCase([](const GroupCase& c) {
    if (!c.grouping.centered || c.SetSize() % 2 != 0) return;
    Random random(2);
    double deviation = 0;
    bool first = false;
    const auto x = MakeElements<T>(c, 1, [&](size_t) {
      first = !first;
      deviation = first ? static_cast<double>(random.Bits() % 16) : -deviation;
      return 0.5 + deviation;
    });
    const std::vector<double> mean(c.Sets(), 0.5);
    const std::vector<double> invstd(c.Sets(), 0.25);
    for (const double gradient : {1.0, -0.375, 1e6}) {
      const auto dy = MakeElements<T>(c, 3, [&](size_t) { return gradient; });
      const GroupGradients<T> gradients(dy, x, c, {nullptr, mean.data(), invstd.data()});
      for (size_t k = 0; k < c.shape.c; ++k) {
        EXPECT_EQ(gradients.parameters.bias[k],
                  gradient * static_cast<double>(c.shape.n * c.shape.s));
      }
      for (size_t i = 0; i < x.size(); ++i) ASSERT_EQ(gradients.dx[i], 0) << "element " << i;
    }
  });
}

// invstd is 0 then.
EVERY_TARGET_TEST(GroupNormNumericsTest, AConstantSetWithoutEpsGivesZero) {
  ForEachShortGroupCase([](const GroupCase& c) {
    const double value = c.grouping.centered ? 0.1 : 0.0;
    const auto x = MakeElements<T>(c, 1, [value](size_t) { return value; });
    const auto dy = RandomElements<T>(c, 1, Distribution::kNormal, 1);
    const auto weight = RandomChannels<T>(c.shape.c, Distribution::kNormal, 3);
    const Normalized<T> normalized(x, c, NoAffine<T>(), 0.0);
    const GroupGradients<T> gradients(dy, x, c, normalized.State(weight.data()));
    for (size_t i = 0; i < x.size(); ++i) ASSERT_EQ(gradients.dx[i], 0) << "element " << i;
    for (size_t k = 0; k < c.shape.c; ++k) EXPECT_EQ(gradients.parameters.weight[k], 0.0);
  });
}

}  // namespace
}  // namespace batchnorm

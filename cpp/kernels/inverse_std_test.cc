#include "cpp/kernels/inverse_std.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "cpp/testing/channel_arrays.h"
#include "cpp/testing/every_target.h"

namespace batchnorm {
namespace {

EVERY_TARGET_SUITE(InverseStdTest);

// Square roots and quotients are rounded as IEEE 754 says, on every target.
EVERY_TARGET_TEST(InverseStdTest, IsTheFormulaToTheBit) {
  for (const double eps : {0.0, 1e-5, 1.0}) {
    for (size_t channels = 0; channels < 40; ++channels) {
      const auto variance = RandomChannels<T>(channels, Distribution::kUniform, channels);
      PaddedArray<double> invstd(channels, 1);
      InverseStd(variance.data(), eps, invstd.data(), channels);
      for (size_t c = 0; c < channels; ++c) {
        EXPECT_EQ(invstd[c], 1.0 / std::sqrt(static_cast<double>(variance[c]) + eps));
      }
      EXPECT_TRUE(invstd.PaddingIsUntouched());
    }
  }
}

EVERY_TARGET_TEST(InverseStdTest, FollowsTheFormulaOffTheUsualPath) {
  constexpr T kInf = std::numeric_limits<T>::infinity();
  const T variance[] = {0, kInf, -1, std::numeric_limits<T>::quiet_NaN()};
  double invstd[4];
  InverseStd(variance, 0.0, invstd, 4);
  EXPECT_EQ(invstd[0], std::numeric_limits<double>::infinity());
  EXPECT_EQ(invstd[1], 0.0);
  EXPECT_TRUE(std::isnan(invstd[2]));
  EXPECT_TRUE(std::isnan(invstd[3]));
}

}  // namespace
}  // namespace batchnorm

#ifndef BATCHNORM_TESTING_SAME_BITS_H_
#define BATCHNORM_TESTING_SAME_BITS_H_

#include <gtest/gtest.h>
#include <string.h>

#include <map>
#include <string>
#include <vector>

#include "cpp/kernels/normalize.h"
#include "cpp/simd/targets.h"

namespace batchnorm {

template <typename T>
::testing::AssertionResult SameBits(const T* a, const T* b, size_t size) {
  for (size_t i = 0; i < size; ++i) {
    if (memcmp(a + i, b + i, sizeof(T)) != 0) {
      return ::testing::AssertionFailure()
             << "element " << i << " is " << ::testing::PrintToString(a[i]) << " and "
             << ::testing::PrintToString(b[i]);
    }
  }
  return ::testing::AssertionSuccess();
}

// Whether the target in use rounds a multiplication and an addition once.
inline bool TargetFuses() {
  const float x = 1.0f + 0x1p-12f;
  float y;
  const NormalizeCoefficients<float> coefficients(0.0, x, -1.0);
  NormalizeRuns<float>(&x, &y, Runs{1, 1, 1, 1, 1}, &coefficients, Stores::kCached);
  return y != x * x - 1.0f;
}

// Targets agree bit for bit where their arithmetic is the same, whatever their vectors' length.
// run() gives a vector of results on the target in use.
template <class Run>
void ExpectSameBitsOnTargets(const Run& run) {
  std::map<bool, decltype(run())> first;
  for (const std::string& target : AvailableTargets()) {
    SCOPED_TRACE(target);
    ASSERT_TRUE(SelectTarget(target));
    const auto results = run();
    const auto& expected = first.try_emplace(TargetFuses(), results).first->second;
    ASSERT_EQ(results.size(), expected.size());
    EXPECT_TRUE(SameBits(results.data(), expected.data(), results.size()));
  }
  SelectBestTarget();
}

}  // namespace batchnorm

#endif  // BATCHNORM_TESTING_SAME_BITS_H_

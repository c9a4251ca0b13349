#ifndef BATCHNORM_TESTING_EVERY_TARGET_H_
#define BATCHNORM_TESTING_EVERY_TARGET_H_

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "cpp/simd/targets.h"

namespace batchnorm {

// A suite whose tests run once for each SIMD target that this CPU has.
class EveryTarget : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    ASSERT_TRUE(SelectTarget(GetParam()));
    ASSERT_EQ(CurrentTarget(), GetParam());
  }
  void TearDown() override { SelectBestTarget(); }
};

}  // namespace batchnorm

// Declares `suite`.
#define EVERY_TARGET_SUITE(suite)                 \
  class suite : public batchnorm::EveryTarget {}; \
  INSTANTIATE_EVERY_TARGET(suite)

// For a suite that is a class of its own, derived from EveryTarget.
#define INSTANTIATE_EVERY_TARGET(suite)                                                       \
  INSTANTIATE_TEST_SUITE_P(Target, suite, ::testing::ValuesIn(batchnorm::AvailableTargets()), \
                           [](const ::testing::TestParamInfo<std::string>& i) { return i.param; })

// A test of `suite` whose body runs with float as T, and with double.
#define EVERY_TARGET_TEST(suite, name)                \
  template <typename T>                               \
  void suite##name();                                 \
  TEST_P(suite, name##F32) { suite##name<float>(); }  \
  TEST_P(suite, name##F64) { suite##name<double>(); } \
  template <typename T>                               \
  void suite##name()

// The same with uint8_t and uint16_t as T, too.
#define EVERY_INPUT_TEST(suite, name)                   \
  template <typename T>                                 \
  void suite##name();                                   \
  TEST_P(suite, name##U8) { suite##name<uint8_t>(); }   \
  TEST_P(suite, name##U16) { suite##name<uint16_t>(); } \
  EVERY_TARGET_TEST(suite, name)

#endif  // BATCHNORM_TESTING_EVERY_TARGET_H_

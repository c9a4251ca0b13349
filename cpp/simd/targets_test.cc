#include "cpp/simd/targets.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace batchnorm {
namespace {

class TargetsTest : public ::testing::Test {
 protected:
  void TearDown() override { SelectBestTarget(); }
};

TEST_F(TargetsTest, AreSeveralAndEachOnce) {
  const std::vector<std::string> available = AvailableTargets();
  EXPECT_GT(available.size(), 0u);
  EXPECT_EQ(std::set<std::string>(available.begin(), available.end()).size(), available.size());
}

TEST_F(TargetsTest, TheBestComesFirstAndIsInUse) {
  EXPECT_EQ(CurrentTarget(), AvailableTargets().front());
}

TEST_F(TargetsTest, EachCanBeSelectedAndLeft) {
  for (const std::string& target : AvailableTargets()) {
    ASSERT_TRUE(SelectTarget(target));
    EXPECT_EQ(CurrentTarget(), target);
    SelectBestTarget();
    EXPECT_EQ(CurrentTarget(), AvailableTargets().front());
  }
}

TEST_F(TargetsTest, ListingThemChangesNothing) {
  const std::vector<std::string> available = AvailableTargets();
  ASSERT_TRUE(SelectTarget(available.back()));
  EXPECT_EQ(AvailableTargets(), available);
  EXPECT_EQ(CurrentTarget(), available.back());
}

TEST_F(TargetsTest, AnUnknownNameChangesNothing) {
  const std::string last = AvailableTargets().back();
  ASSERT_TRUE(SelectTarget(last));
  for (const char* name : {"", "avx2", "AVX512", "AVX2 ", "Unknown", "RVV", "WASM"}) {
    EXPECT_FALSE(SelectTarget(name)) << name;
    EXPECT_EQ(CurrentTarget(), last);
  }
}

}  // namespace
}  // namespace batchnorm

#include <gtest/gtest.h>

#include <vector>

#include "cpp/group_norm.h"
#include "cpp/layout/split.h"
#include "cpp/testing/channel_arrays.h"
#include "cpp/testing/every_target.h"
#include "cpp/testing/group_norm_calls.h"
#include "cpp/testing/same_bits.h"
#include "cpp/testing/sliced.h"
#include "cpp/testing/small_tasks.h"
#include "cpp/threads/thread_pool.h"

// The same bits for every number of threads, where there is enough to share.
namespace batchnorm {
namespace {

class GroupNormThreadsTest : public EveryTarget {
 protected:
  void TearDown() override {
    SetNumThreads(1);
    EveryTarget::TearDown();
  }
};
INSTANTIATE_EVERY_TARGET(GroupNormThreadsTest);

// Many rows, few long rows, short channels in many sets and in one, long channels, sets of several
// chunks; sizes that no part divides.
constexpr Layout kFirst = Layout::kChannelsFirst;
constexpr Layout kLast = Layout::kChannelsLast;
constexpr GroupCase kCases[] = {
    {{1500, 99, 1}, kFirst, {1, true}},   {{1500, 99, 1}, kFirst, {1, false}},
    {{3, 50001, 1}, kFirst, {1, true}},   {{17, 200, 49}, kFirst, {40, true}},
    {{90, 30, 49}, kFirst, {1, true}},    {{40, 20, 201}, kFirst, {4, true}},
    {{1, 3, 140007}, kFirst, {1, true}},  {{1, 3, 140007}, kFirst, {3, true}},
    {{1, 3, 140007}, kFirst, {1, false}}, {{41, 20, 201}, kLast, {4, true}},
    {{2, 6, 20001}, kLast, {2, true}},
};

template <typename T>
struct Results {
  Results(const PaddedArray<T>& x, const PaddedArray<T>& dy, const GroupCase& c,
          const RandomAffine<T>& affine)
      : normalized(x, c, affine, kEps, 3),
        gradients(dy, x, c, normalized.State(affine.weight.data())) {}

  void ExpectSame(const Results& other) {
    EXPECT_TRUE(SameBits(normalized.y.data(), other.normalized.y.data(), normalized.y.size()));
    EXPECT_TRUE(SameBits(gradients.dx.data(), other.gradients.dx.data(), gradients.dx.size()));
    EXPECT_EQ(normalized.statistics.All(), other.normalized.statistics.All());
    EXPECT_EQ(gradients.parameters.All(), other.gradients.parameters.All());
    EXPECT_TRUE(normalized.y.PaddingIsUntouched());
    EXPECT_TRUE(gradients.dx.PaddingIsUntouched());
  }

  Normalized<T> normalized;
  GroupGradients<T> gradients;
};

EVERY_TARGET_TEST(GroupNormThreadsTest, AnyNumberGivesTheSameBits) {
  for (const GroupCase& c : kCases) {
    ASSERT_GE(c.shape.Count() * sizeof(T), 2 * kTaskBytes);
    SCOPED_TRACE(::testing::Message() << c);
    const auto x = RandomElements<T>(c, 1, Distribution::kNormal, 1);
    const auto dy = RandomElements<T>(c, 1, Distribution::kNormal, 2);
    const RandomAffine<T> affine(c.shape.c);
    SetNumThreads(1);
    const Results<T> alone(x, dy, c, affine);
    for (const size_t threads : {2, 3, 7, 16}) {
      SCOPED_TRACE(::testing::Message() << threads << " threads");
      SetNumThreads(threads);
      Results<T>(x, dy, c, affine).ExpectSame(alone);
    }
  }
}

// As many tasks as can be in the wrong order, and those that other threads do a few at a time.
EVERY_TARGET_TEST(GroupNormThreadsTest, AnyExecutorGivesTheSameBits) {
  for (const GroupCase& c : kCases) {
    SCOPED_TRACE(::testing::Message() << c);
    const auto x = RandomElements<T>(c, 1, Distribution::kNormal, 1);
    const auto dy = RandomElements<T>(c, 1, Distribution::kNormal, 2);
    const RandomAffine<T> affine(c.shape.c);
    const Results<T> alone(x, dy, c, affine);
    {
      SmallTasks executor;
      const ExecutorScope scope(&executor);
      Results<T>(x, dy, c, affine).ExpectSame(alone);
    }
    RunSliced(2, [&] { Results<T>(x, dy, c, affine).ExpectSame(alone); });
  }
}

}  // namespace
}  // namespace batchnorm

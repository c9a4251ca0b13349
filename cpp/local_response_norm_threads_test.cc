#include <gtest/gtest.h>

#include "cpp/layout/split.h"
#include "cpp/testing/every_target.h"
#include "cpp/testing/local_response_calls.h"
#include "cpp/testing/same_bits.h"
#include "cpp/testing/sliced.h"
#include "cpp/testing/small_tasks.h"
#include "cpp/threads/thread_pool.h"

// The same bits for every number of threads, where there is enough to share.
namespace batchnorm {
namespace {

class LocalResponseNormThreadsTest : public EveryTarget {
 protected:
  void TearDown() override {
    SetNumThreads(1);
    EveryTarget::TearDown();
  }
};
INSTANTIATE_EVERY_TARGET(LocalResponseNormThreadsTest);

constexpr Layout kFirst = Layout::kChannelsFirst;
constexpr Layout kLast = Layout::kChannelsLast;
constexpr ResponseCase kCases[] = {
    {{3, 40, 1201}, kFirst, {5, 1.0, 0.75, 1.0}}, {{3, 40, 1201}, kLast, {5, 1.0, 0.75, 1.0}},
    {{700, 33, 7}, kFirst, {4, 1.0, 0.5, 2.0}},   {{1, 3, 50007}, kLast, {200, 1.0, 1.0, 2.0}},
    {{1, 50001, 3}, kFirst, {3, 1.0, 0.75, 1.0}}, {{2000, 70, 1}, kFirst, {9, 1.0, 0.75, 1.0}},
    {{2, 1, 70001}, kFirst, {5, 1.0, 0.75, 1.0}},
};

template <typename T>
void ExpectSame(const Responses<T>& a, const Responses<T>& b) {
  EXPECT_TRUE(SameBits(a.y.data(), b.y.data(), a.y.size()));
  EXPECT_TRUE(SameBits(a.dx.data(), b.dx.data(), a.dx.size()));
}

EVERY_TARGET_TEST(LocalResponseNormThreadsTest, AnyNumberGivesTheSameBits) {
  for (const ResponseCase& c : kCases) {
    ASSERT_GE(c.shape.Count() * sizeof(T), 2 * kTaskBytes);
    SCOPED_TRACE(::testing::Message() << c);
    const auto x = RandomResponses<T>(c.shape, Distribution::kNormal, 1);
    const auto dy = RandomResponses<T>(c.shape, Distribution::kNormal, 2);
    SetNumThreads(1);
    const Responses<T> alone(dy, x, c);
    for (const size_t threads : {2, 3, 7, 16}) {
      SCOPED_TRACE(::testing::Message() << threads << " threads");
      SetNumThreads(threads);
      ExpectSame(Responses<T>(dy, x, c), alone);
    }
  }
}

// As many tasks as can be in the wrong order, and those that other threads do a few at a time.
EVERY_TARGET_TEST(LocalResponseNormThreadsTest, AnyExecutorGivesTheSameBits) {
  for (const ResponseCase& c : kCases) {
    SCOPED_TRACE(::testing::Message() << c);
    const auto x = RandomResponses<T>(c.shape, Distribution::kNormal, 1);
    const auto dy = RandomResponses<T>(c.shape, Distribution::kNormal, 2);
    const Responses<T> alone(dy, x, c);
    {
      SmallTasks executor;
      const ExecutorScope scope(&executor);
      ExpectSame(Responses<T>(dy, x, c), alone);
    }
    RunSliced(2, [&] { ExpectSame(Responses<T>(dy, x, c), alone); });
  }
}

}  // namespace
}  // namespace batchnorm

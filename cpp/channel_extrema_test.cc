#include "cpp/channel_extrema.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "cpp/layout/split.h"
#include "cpp/testing/every_target.h"
#include "cpp/testing/inputs.h"
#include "cpp/testing/same_bits.h"
#include "cpp/testing/shapes.h"
#include "cpp/threads/thread_pool.h"

namespace batchnorm {
namespace {

class ChannelExtremaTest : public EveryTarget {
 protected:
  void TearDown() override {
    SetNumThreads(1);
    EveryTarget::TearDown();
  }
};
INSTANTIATE_EVERY_TARGET(ChannelExtremaTest);

// Channels that are parts of runs, runs, short runs and columns; sizes that no part divides.
constexpr Shape kShapes[] = {{1, 3, 700001}, {2, 5, 1001},   {3, 2, 300007},
                             {17, 200, 349}, {9001, 257, 1}, {40, 50001, 1}};

template <typename T>
struct Results {
  Results(const PaddedArray<T>& x, const Shape& shape, Layout layout) : min(shape.c), max(shape.c) {
    EXPECT_TRUE(ChannelExtrema(x.data(), shape, layout, min.data(), max.data()));
    EXPECT_TRUE(min.PaddingIsUntouched() && max.PaddingIsUntouched());
  }

  PaddedArray<double> min;
  PaddedArray<double> max;
};

EVERY_INPUT_TEST(ChannelExtremaTest, AnyNumberOfThreadsFindsThem) {
  for (const Shape& shape : kShapes) {
    for (const Layout layout : kLayouts) {
      SCOPED_TRACE(::testing::Message() << shape << " layout " << static_cast<int>(layout));
      const Runs runs = AsRuns(shape, layout);
      auto x = MakeInput<T>(runs, 1, [](size_t g) { return 50 + g % 50; });
      // Each channel has its extrema at places of its own.
      std::vector<size_t> elements;
      for (size_t g = 0; g < shape.c; ++g) {
        const size_t step = runs.runs * runs.length;
        const auto element = [&](size_t k) {
          return g * runs.group_stride + k / runs.length * runs.run_stride + k % runs.length;
        };
        x[element(g * 7919 % step)] = static_cast<T>(g % 49);
        x[element((g * 7919 + step / 2) % step)] = static_cast<T>(101 + g % 101);
      }
      for (const size_t threads : {1, 2, 3, 7}) {
        SetNumThreads(threads);
        const Results<T> results(x, shape, layout);
        for (size_t g = 0; g < shape.c; ++g) {
          ASSERT_EQ(results.min[g], g % 49) << threads << " threads, channel " << g;
          ASSERT_EQ(results.max[g], 101 + g % 101) << threads << " threads, channel " << g;
        }
      }
    }
  }
}

EVERY_INPUT_TEST(ChannelExtremaTest, NothingGivesInfinities) {
  constexpr double kInf = std::numeric_limits<double>::infinity();
  const PaddedArray<T> none(0);
  for (const Layout layout : kLayouts) {
    for (const Shape& shape : {Shape{0, 3, 5}, Shape{2, 3, 0}}) {
      const Results<T> results(none, shape, layout);
      for (size_t c = 0; c < shape.c; ++c) {
        EXPECT_EQ(results.min[c], kInf);
        EXPECT_EQ(results.max[c], -kInf);
      }
    }
    const Results<T> no_channels(none, {2, 0, 5}, layout);
  }
}

}  // namespace
}  // namespace batchnorm

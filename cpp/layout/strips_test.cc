#include "cpp/layout/strips.h"

#include <gtest/gtest.h>

#include <vector>

#include "cpp/testing/reference.h"
#include "cpp/testing/shapes.h"

namespace batchnorm {
namespace {

size_t ChannelOf(const Strip& strip, size_t j) {
  return strip.first_channel + j / strip.width % strip.channels;
}

// Strips cover each element once, as its own channel's, and nothing between them.
template <class Cursor>
void ExpectCovered(Cursor strips, const Runs& runs) {
  constexpr size_t kNone = static_cast<size_t>(-1);
  std::vector<size_t> expected(Extent(runs), kNone);
  for (size_t g = 0; g < runs.groups; ++g) {
    ForEachElement(runs, g, [&](size_t i) { expected[i] = g; });
  }
  std::vector<size_t> covered(expected.size(), kNone);
  Strip strip;
  while (strips.Next(&strip)) {
    ASSERT_LE(strip.rows.columns, kMaxColumns);
    for (size_t r = 0; r < strip.rows.rows; ++r) {
      for (size_t j = 0; j < strip.rows.columns; ++j) {
        const size_t element = strip.offset + r * strip.rows.stride + j;
        ASSERT_LT(element, covered.size());
        ASSERT_EQ(covered[element], kNone) << "element " << element << " again";
        covered[element] = ChannelOf(strip, j);
      }
    }
  }
  EXPECT_FALSE(strips.Next(&strip));
  EXPECT_EQ(covered, expected);
}

TEST(StripsTest, CoverTheMatrix) {
  for (const Rows& matrix : FoldedRows()) {
    SCOPED_TRACE(::testing::Message() << matrix);
    ExpectCovered(StripCursor(matrix), AsRuns(matrix));
  }
}

TEST(StripsTest, CoverShortRuns) {
  for (const size_t length : {1, 2, 3, 15, 16, 49, 100, 127}) {
    for (const size_t groups : {1, 2, 5, 10, 11, 300, 1000}) {
      const Runs runs = {groups, length, 9, groups * length, length};
      SCOPED_TRACE(::testing::Message() << groups << " groups of " << length);
      ASSERT_TRUE(AreShort(runs));
      ExpectCovered(ShortRunCursor(runs), runs);
    }
  }
}

TEST(StripsTest, OnlyManyShortNeighboursAreShortRuns) {
  EXPECT_TRUE(AreShort({64, 49, 8, 64 * 49, 49}));
  EXPECT_FALSE(AreShort({64, 49, 7, 64 * 49, 49}));
  EXPECT_FALSE(AreShort({64, 128, 8, 64 * 128, 128}));
  EXPECT_FALSE(AreShort({64, 50, 8, 64 * 50, 49}));
  EXPECT_FALSE(AreShort({64, 0, 8, 0, 0}));
}

}  // namespace
}  // namespace batchnorm

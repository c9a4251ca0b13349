#include "cpp/fold.h"

#include <gtest/gtest.h>

#include <set>
#include <vector>

#include "cpp/testing/shapes.h"

namespace batchnorm {
namespace {

// Columns around the limits of a fold (256) and of a strip (512), rows around those of a fold.
std::vector<Rows> Matrices() {
  std::vector<Rows> all = TestedRows<float>();
  for (const size_t columns : {0, 2, 7, 8, 9, 15, 17, 31, 32, 64, 85, 1023, 1024, 1025}) {
    for (const size_t rows : {0, 1, 8, 15, 16, 17, 31, 127, 128, 129, 1000}) {
      all.push_back({rows, columns});
    }
  }
  return all;
}

TEST(FoldTest, KeepsItsLimits) {
  for (const Rows& matrix : Matrices()) {
    SCOPED_TRACE(::testing::Message() << matrix);
    const Fold fold(matrix);
    ASSERT_GE(fold.repeat, 1u);
    EXPECT_EQ(fold.wide.columns, matrix.columns * fold.repeat);
    EXPECT_EQ(fold.wide.rows * fold.repeat + fold.rest_rows, matrix.rows);
    EXPECT_LT(fold.rest_rows, fold.repeat);
    if (fold.repeat == 1) continue;
    EXPECT_LE(fold.wide.columns, 256u);
    EXPECT_GE(fold.wide.rows, 8u);
    EXPECT_TRUE(fold.repeat <= 16 || fold.repeat % 16 == 0) << fold.repeat;
  }
}

TEST(FoldTest, WidensNarrowMatricesOnly) {
  EXPECT_EQ(Fold({100000, 1}).repeat, 256u);
  EXPECT_EQ(Fold({100000, 3}).repeat, 80u);
  EXPECT_EQ(Fold({100000, 100}).repeat, 2u);
  EXPECT_EQ(Fold({100000, 128}).repeat, 2u);
  EXPECT_EQ(Fold({100000, 129}).repeat, 1u);
  EXPECT_EQ(Fold({15, 3}).repeat, 1u);
  EXPECT_EQ(Fold({16, 3}).repeat, 2u);
}

// Strips cover each element once, as its own channel's.
TEST(FoldTest, StripsCoverTheMatrix) {
  for (const Rows& matrix : Matrices()) {
    SCOPED_TRACE(::testing::Message() << matrix);
    std::vector<int> covered(matrix.Count(), 0);
    StripCursor strips(matrix);
    Strip strip;
    while (strips.Next(&strip)) {
      ASSERT_LE(strip.columns, kMaxColumns);
      for (size_t r = 0; r < strip.rows; ++r) {
        for (size_t j = 0; j < strip.columns; ++j) {
          const size_t element = strip.offset + r * strip.stride + j;
          ASSERT_LT(element, covered.size());
          ++covered[element];
          ASSERT_EQ(strip.first_channel + j % strip.channels, element % matrix.columns);
        }
      }
    }
    EXPECT_FALSE(strips.Next(&strip));
    EXPECT_EQ(covered, std::vector<int>(matrix.Count(), 1));
  }
}

struct ColumnNumbers {
  void Set(size_t j, int channel) { of[j] = channel; }

  int of[kMaxColumns];
};

TEST(FoldTest, SpreadsCoefficientsOverTheColumns) {
  std::vector<int> channels(1100);
  for (size_t c = 0; c < channels.size(); ++c) channels[c] = static_cast<int>(c);
  for (const Rows& matrix : Matrices()) {
    SCOPED_TRACE(::testing::Message() << matrix);
    StripCursor strips(matrix);
    Strip strip;
    while (strips.Next(&strip)) {
      ColumnNumbers columns;
      SpreadCoefficients(strip, channels.data(), &columns);
      for (size_t j = 0; j < strip.columns; ++j) {
        ASSERT_EQ(columns.of[j], static_cast<int>((strip.offset + j) % matrix.columns));
      }
    }
  }
}

}  // namespace
}  // namespace batchnorm

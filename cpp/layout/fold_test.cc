#include "cpp/layout/fold.h"

#include <gtest/gtest.h>

#include <vector>

#include "cpp/testing/shapes.h"

namespace batchnorm {
namespace {

TEST(FoldTest, KeepsItsLimits) {
  for (const Rows& matrix : FoldedRows()) {
    SCOPED_TRACE(::testing::Message() << matrix);
    const Fold fold(matrix);
    ASSERT_GE(fold.repeat, 1u);
    EXPECT_EQ(fold.wide.columns, matrix.columns * fold.repeat);
    EXPECT_EQ(fold.wide.rows * fold.repeat + fold.rest_rows, matrix.rows);
    EXPECT_LT(fold.rest_rows, fold.repeat);
    if (fold.repeat == 1) continue;
    EXPECT_LE(fold.wide.columns, 128u);
    EXPECT_GE(fold.wide.rows, 8u);
    EXPECT_TRUE(fold.repeat <= 16 || fold.repeat % 16 == 0) << fold.repeat;
  }
}

TEST(FoldTest, WidensNarrowMatricesOnly) {
  EXPECT_EQ(Fold({100000, 1}).repeat, 128u);
  EXPECT_EQ(Fold({100000, 3}).repeat, 32u);
  EXPECT_EQ(Fold({100000, 50}).repeat, 2u);
  EXPECT_EQ(Fold({100000, 64}).repeat, 2u);
  EXPECT_EQ(Fold({100000, 65}).repeat, 1u);
  EXPECT_EQ(Fold({15, 3}).repeat, 1u);
  EXPECT_EQ(Fold({16, 3}).repeat, 2u);
}

}  // namespace
}  // namespace batchnorm

#include "cpp/layout/blocks.h"

#include <gtest/gtest.h>

#include <vector>

namespace batchnorm {
namespace {

// Every element of `runs` runs once, in order, in blocks that fit.
void ExpectWalk(size_t runs, size_t run_stride, size_t length, size_t max_elements) {
  SCOPED_TRACE(::testing::Message()
               << runs << " runs of " << length << " elements in blocks of " << max_elements);
  std::vector<size_t> walked;
  BlockCursor blocks(runs, run_stride, length, max_elements);
  Block block;
  while (blocks.Next(&block)) {
    ASSERT_GT(block.Count(), 0u);
    ASSERT_LE(block.Count(), max_elements);
    // Runs share a block only whole.
    ASSERT_TRUE(block.runs == 1 || block.length == length);
    for (size_t r = 0; r < block.runs; ++r) {
      for (size_t i = 0; i < block.length; ++i) {
        walked.push_back(block.offset + r * run_stride + i);
      }
    }
  }
  EXPECT_FALSE(blocks.Next(&block));
  std::vector<size_t> expected;
  for (size_t r = 0; r < runs; ++r) {
    for (size_t i = 0; i < length; ++i) expected.push_back(r * run_stride + i);
  }
  EXPECT_EQ(walked, expected);
}

TEST(BlocksTest, WalkEveryElementOnceInOrder) {
  for (const size_t block : {2048, 4096, 8192}) {
    for (const size_t length :
         {size_t{0}, size_t{1}, size_t{3}, size_t{49}, block / 2 - 1, block / 2, block / 2 + 1,
          block - 1, block, block + 1, 2 * block - 1, 2 * block, 2 * block + 5}) {
      for (const size_t runs : {0, 1, 2, 3, 7}) {
        ExpectWalk(runs, length, length, block);
        ExpectWalk(runs, 3 * length + 2, length, block);
      }
    }
    ExpectWalk(block + 3, 1, 1, block);
    ExpectWalk(2 * block + 3, 5, 3, block);
  }
}

TEST(BlocksTest, FillTheCacheTheyAreMadeFor) {
  Block block;
  ASSERT_TRUE(BlockCursor(1, 0, 5000, kBlockBytes / sizeof(float)).Next(&block));
  EXPECT_EQ(block.Count(), 4096u);
  ASSERT_TRUE(BlockCursor(100, 49, 49, kBlockBytes / sizeof(float)).Next(&block));
  EXPECT_EQ(block.runs, 83u);
}

}  // namespace
}  // namespace batchnorm

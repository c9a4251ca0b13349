#ifndef BATCHNORM_LAYOUT_BLOCKS_H_
#define BATCHNORM_LAYOUT_BLOCKS_H_

#include <algorithm>
#include <cstddef>

namespace batchnorm {

// A block is read twice (its mean, then its deviations): it has to stay in L1 between.
constexpr size_t kBlockBytes = 16 * 1024;

// Blocks merge into chunks, and chunks into a whole: threads may share out a group by its chunks,
// and the order of merging stays.
constexpr size_t kChunkBytes = 512 * 1024;

// Some adjacent runs of a group, or a part of one run.
struct Block {
  size_t offset;
  size_t runs;
  size_t length;
  // From the end of each run of it to what comes next in the group.
  size_t jump;

  size_t Count() const { return runs * length; }
};

// Walks runs in blocks of at most `max_elements`: their borders depend on the shape alone.
class BlockCursor {
 public:
  BlockCursor(size_t runs, size_t run_stride, size_t length, size_t max_elements)
      : runs_(runs),
        run_stride_(run_stride),
        length_(length),
        max_length_(std::min(length, max_elements)),
        max_runs_(length == 0 ? 0 : std::max<size_t>(max_elements / length, 1)) {}

  bool Next(Block* block) {
    if (length_ == 0 || run_ == runs_) return false;
    block->offset = run_ * run_stride_ + begin_;
    block->length = std::min(max_length_, length_ - begin_);
    block->runs = std::min(max_runs_, runs_ - run_);
    begin_ += block->length;
    block->jump = 0;
    if (begin_ == length_) {
      block->jump = run_stride_ - length_;
      begin_ = 0;
      run_ += block->runs;
    }
    return true;
  }

 private:
  size_t runs_;
  size_t run_stride_;
  size_t length_;
  size_t max_length_;
  size_t max_runs_;
  size_t run_ = 0;
  size_t begin_ = 0;
};

}  // namespace batchnorm

#endif  // BATCHNORM_LAYOUT_BLOCKS_H_

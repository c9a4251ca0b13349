#ifndef BATCHNORM_SIMD_BITS_H_
#define BATCHNORM_SIMD_BITS_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "hwy/base.h"

namespace batchnorm {

#ifdef __BYTE_ORDER__
static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "words of bits are stored byte by byte");
#endif

// Bytes of an array of bits that LoadBits may read anywhere: whole words and one more.
constexpr size_t BytesOfBits(size_t bits) { return (bits + 63) / 64 * 8 + 8; }

// At least 57 bits from bit `first` on.
HWY_INLINE uint64_t LoadBits(const uint8_t* bits, size_t first) {
  uint64_t word;
  memcpy(&word, bits + first / 8, sizeof(word));
  return word >> (first % 8);
}

// Writes bits one after the other into an array that is zero there. A neighbour on another thread
// may write the bits before the first and after the last at the same time.
class BitWriter {
 public:
  HWY_INLINE BitWriter(uint8_t* bits, size_t first)
      : next_(bits + first / 8), filled_(first % 8), shares_first_(first % 8 != 0) {}

  // The lowest `count` bits, at most 63; the others must be 0.
  HWY_INLINE void Put(uint64_t bits, size_t count) {
    word_ |= bits << filled_;
    filled_ += count;
    if (filled_ < 64) return;
    filled_ -= 64;
    StoreWord();
    word_ = bits >> (count - filled_);
  }

  // Writes what is still held; nothing can be put after it.
  HWY_INLINE void End() {
    for (; filled_ >= 8; filled_ -= 8, word_ >>= 8, ++next_) {
      if (shares_first_) {
        Share();
        shares_first_ = false;
      } else {
        *next_ = static_cast<uint8_t>(word_);
      }
    }
    if (filled_ != 0) Share();
  }

 private:
  HWY_INLINE void StoreWord() {
    if (shares_first_) {
      Share();
      word_ >>= 8;
      memcpy(next_ + 1, &word_, 7);
      shares_first_ = false;
    } else {
      memcpy(next_, &word_, 8);
    }
    next_ += 8;
  }

  // Adds the lowest byte to one that holds bits of a neighbour.
  HWY_INLINE void Share() {
    // It waits for all stores past the cache before it: some hundred nanoseconds.
    reinterpret_cast<std::atomic<uint8_t>*>(next_)->fetch_or(static_cast<uint8_t>(word_),
                                                             std::memory_order_relaxed);
  }

  uint8_t* next_;
  uint64_t word_ = 0;
  size_t filled_;
  bool shares_first_;
};

}  // namespace batchnorm

#endif  // BATCHNORM_SIMD_BITS_H_

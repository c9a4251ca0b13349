#include "cpp/simd/bits.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "cpp/testing/random.h"

namespace batchnorm {
namespace {

std::vector<bool> RandomBits(size_t count, Random& random) {
  std::vector<bool> bits(count);
  for (size_t i = 0; i < count; ++i) bits[i] = random.Bits() % 2 != 0;
  return bits;
}

uint64_t Word(const std::vector<bool>& bits, size_t first, size_t count) {
  uint64_t word = 0;
  for (size_t i = 0; i < count; ++i) word |= uint64_t{bits[first + i]} << i;
  return word;
}

// bits[first, end), in pieces of at most `piece` bits.
void Write(const std::vector<bool>& bits, size_t first, size_t end, size_t piece, uint8_t* array) {
  BitWriter writer(array, first);
  for (size_t i = first; i < end; i += piece) {
    const size_t count = std::min(piece, end - i);
    writer.Put(Word(bits, i, count), count);
  }
  writer.End();
}

// Wherever one writer ends and the next begins, and whichever comes first.
TEST(BitsTest, AreReadAsTheyWereWritten) {
  constexpr size_t kBits = 230;
  Random random(1);
  const std::vector<bool> bits = RandomBits(kBits, random);
  for (const size_t piece : {1, 2, 3, 4, 8, 16, 63}) {
    for (size_t border = 0; border <= kBits; ++border) {
      std::vector<uint8_t> array(BytesOfBits(kBits), 0);
      if (border % 2 == 0) Write(bits, 0, border, piece, array.data());
      Write(bits, border, kBits, piece, array.data());
      if (border % 2 != 0) Write(bits, 0, border, piece, array.data());
      for (size_t i = 0; i < kBits; ++i) {
        ASSERT_EQ((array[i / 8] >> (i % 8) & 1) != 0, bits[i]) << "bit " << i;
      }
      for (size_t i = 0; i + 57 <= kBits; ++i) {
        const uint64_t low57 = (uint64_t{1} << 57) - 1;
        ASSERT_EQ(LoadBits(array.data(), i) & low57, Word(bits, i, 57)) << "from bit " << i;
      }
      for (size_t i = (kBits + 7) / 8; i < array.size(); ++i) ASSERT_EQ(array[i], 0);
    }
  }
}

TEST(BitsTest, WritesNothingButItsOwn) {
  constexpr size_t kBits = 400;
  const std::vector<bool> ones(kBits, true);
  for (size_t first = 0; first < 70; ++first) {
    for (const size_t end : {first, first + 1, first + 7, first + 64, first + 200}) {
      std::vector<uint8_t> array(BytesOfBits(kBits), 0);
      Write(ones, first, end, 5, array.data());
      for (size_t i = 0; i < kBits; ++i) {
        ASSERT_EQ((array[i / 8] >> (i % 8) & 1) != 0, first <= i && i < end) << "bit " << i;
      }
    }
  }
}

TEST(BitsTest, ReadingTheLastBitStaysInTheArray) {
  for (const size_t bits : {1, 8, 63, 64, 65, 129}) {
    EXPECT_LE((bits - 1) / 8 + sizeof(uint64_t), BytesOfBits(bits));
  }
}

}  // namespace
}  // namespace batchnorm

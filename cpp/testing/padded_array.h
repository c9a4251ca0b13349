#ifndef BATCHNORM_TESTING_PADDED_ARRAY_H_
#define BATCHNORM_TESTING_PADDED_ARRAY_H_

#include <string.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

#if defined(__SANITIZE_ADDRESS__)
#define BATCHNORM_ADDRESS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define BATCHNORM_ADDRESS_SANITIZER 1
#endif
#endif

#ifdef BATCHNORM_ADDRESS_SANITIZER
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(address, size)
#define ASAN_UNPOISON_MEMORY_REGION(address, size)
#endif

namespace batchnorm {

// `size` elements that start `misalignment` elements past a cache line. NaN, or 0xA5 in bytes,
// fills them and the memory around them, so that a lane read from outside shows in a result;
// AddressSanitizer is told that nobody may touch what follows.
template <typename T>
class PaddedArray {
 public:
  explicit PaddedArray(size_t size, size_t misalignment = 0)
      : size_(size), memory_(2 * kPadding + misalignment + size + kLine) {
    for (T& value : memory_) value = Untouched();
    const size_t past = reinterpret_cast<uintptr_t>(memory_.data()) % (kLine * sizeof(T));
    const size_t to_line = past == 0 ? 0 : kLine - past / sizeof(T);
    data_ = memory_.data() + to_line + kPadding + misalignment;
    Guard();
  }

  // A copy at the same misalignment modulo a cache line.
  PaddedArray(const PaddedArray& other)
      : PaddedArray(other.size_, reinterpret_cast<uintptr_t>(other.data_) / sizeof(T) % kLine) {
    for (size_t i = 0; i < size_; ++i) data_[i] = other.data_[i];
  }
  PaddedArray& operator=(const PaddedArray&) = delete;

  ~PaddedArray() { Unguard(); }

  size_t size() const { return size_; }
  T* data() { return data_; }
  const T* data() const { return data_; }
  T& operator[](size_t i) { return data_[i]; }
  const T& operator[](size_t i) const { return data_[i]; }

  // Whether element i still holds what it was made with, bit for bit.
  bool IsUntouched(size_t i) const {
    const T untouched = Untouched();
    return memcmp(data_ + i, &untouched, sizeof(T)) == 0;
  }

  bool PaddingIsUntouched() {
    Unguard();
    const T untouched = Untouched();
    bool intact = true;
    const T* end = memory_.data() + memory_.size();
    for (const T* p = memory_.data(); p < end; ++p) {
      if (p == data_) p += size_;
      if (p < end) intact = intact && memcmp(p, &untouched, sizeof(T)) == 0;
    }
    Guard();
    return intact;
  }

 private:
  // Elements of a cache line, and as many as the longest vector of any target.
  static constexpr size_t kLine = 64 / sizeof(T);
  static constexpr size_t kPadding = 4 * kLine;

  static T Untouched() {
    return std::numeric_limits<T>::has_quiet_NaN ? std::numeric_limits<T>::quiet_NaN()
                                                 : static_cast<T>(0xA5);
  }

  void Guard() { ASAN_POISON_MEMORY_REGION(data_ + size_, kPadding * sizeof(T)); }
  void Unguard() { ASAN_UNPOISON_MEMORY_REGION(data_ + size_, kPadding * sizeof(T)); }

  size_t size_;
  std::vector<T> memory_;
  T* data_;
};

}  // namespace batchnorm

#endif  // BATCHNORM_TESTING_PADDED_ARRAY_H_

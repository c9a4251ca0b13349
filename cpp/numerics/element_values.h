#ifndef BATCHNORM_NUMERICS_ELEMENT_VALUES_H_
#define BATCHNORM_NUMERICS_ELEMENT_VALUES_H_

#include <algorithm>
#include <cstddef>
#include <memory>
#include <type_traits>

#include "cpp/layout/scratch.h"

namespace batchnorm {

// A value for each element of `channels` runs of `length` elements, from one a channel: the same
// array where that will do.
template <typename T, typename P>
class ElementValues {
 public:
  // Null values stand for `absent`.
  ElementValues(const P* values, T absent, size_t channels, size_t length) {
    if constexpr (std::is_same_v<T, P>) {
      if (values != nullptr && length == 1) {
        values_ = values;
        return;
      }
    }
    scratch_ = AllocateScratch<T>(channels * length);
    values_ = scratch_.get();
    if (scratch_ == nullptr) return;
    for (size_t c = 0; c < channels; ++c) {
      const T value = values == nullptr ? absent : static_cast<T>(values[c]);
      std::fill_n(&scratch_[c * length], length, value);
    }
  }

  // Null where memory ran out.
  const T* get() const { return values_; }

 private:
  std::unique_ptr<T[]> scratch_;
  const T* values_ = nullptr;
};

}  // namespace batchnorm

#endif  // BATCHNORM_NUMERICS_ELEMENT_VALUES_H_

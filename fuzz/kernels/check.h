#ifndef BATCHNORM_FUZZ_KERNELS_CHECK_H_
#define BATCHNORM_FUZZ_KERNELS_CHECK_H_

#include <string.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>

#include "cpp/testing/padded_array.h"

// What a call must have done. libFuzzer keeps the bytes of a run that aborts.
namespace batchnorm {

inline void Check(bool holds, const char* what) {
  if (holds) return;
  fprintf(stderr, "The call is wrong: %s\n", what);
  abort();
}

// Half the distance of 1 to the next number of T: the relative error of one rounding.
template <typename T>
constexpr long double kRounding = std::numeric_limits<T>::epsilon() / 2;

// Whether T has room for a value and for some sums with it. What overflows has tests of its own.
template <typename T>
bool Fits(long double value) {
  return std::fabs(value) < std::numeric_limits<T>::max() / 4;
}

template <typename T>
bool IsNear(T actual, long double expected, long double tolerance) {
  return std::fabs(static_cast<long double>(actual) - expected) <= tolerance;
}

template <typename T>
void CheckNear(T actual, long double expected, long double tolerance, const char* what) {
  if (IsNear(actual, expected, tolerance)) return;
  fprintf(stderr, "%.17g where %.17Lg within %.3Lg was expected\n", static_cast<double>(actual),
          expected, tolerance);
  Check(false, what);
}

// Bit for bit, but any NaN is as good as another.
template <typename T>
void CheckSame(PaddedArray<T>& a, PaddedArray<T>& b, const char* what) {
  Check(a.PaddingIsUntouched() && b.PaddingIsUntouched(), "it wrote outside of an array");
  for (size_t i = 0; i < a.size(); ++i) {
    if (memcmp(&a[i], &b[i], sizeof(T)) == 0 || (a[i] != a[i] && b[i] != b[i])) continue;
    fprintf(stderr, "element %zu: %.17g and %.17g\n", i, static_cast<double>(a[i]),
            static_cast<double>(b[i]));
    Check(false, what);
  }
}

}  // namespace batchnorm

#endif  // BATCHNORM_FUZZ_KERNELS_CHECK_H_

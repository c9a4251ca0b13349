#ifndef BATCHNORM_TESTING_LOCAL_RESPONSE_CALLS_H_
#define BATCHNORM_TESTING_LOCAL_RESPONSE_CALLS_H_

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <ostream>
#include <type_traits>
#include <vector>

#include "cpp/local_response_norm.h"
#include "cpp/testing/inputs.h"
#include "cpp/testing/shapes.h"
#include "cpp/testing/ulps.h"

namespace batchnorm {

struct ResponseCase {
  size_t At(size_t n, size_t c, size_t s) const {
    return layout == Layout::kChannelsFirst ? (n * shape.c + c) * shape.s + s
                                            : (n * shape.s + s) * shape.c + c;
  }

  Shape shape;
  Layout layout;
  ResponseOptions options;
};

inline std::ostream& operator<<(std::ostream& out, const ResponseCase& c) {
  return out << c.shape << ", layout " << static_cast<int>(c.layout) << ", size " << c.options.size
             << ", alpha " << c.options.alpha << ", beta " << c.options.beta << ", k "
             << c.options.k;
}

// Any elements, whatever they stand for.
template <typename T>
PaddedArray<T> RandomResponses(const Shape& shape, Distribution distribution, uint64_t seed,
                               size_t misalignment = 1) {
  return RandomInput<T>({1, 0, 1, 0, shape.Count()}, misalignment, distribution, seed);
}

// Both passes over one input.
template <typename T>
struct Responses {
  Responses(const PaddedArray<T>& dy, const PaddedArray<T>& x, const ResponseCase& c,
            size_t misalignment = 3)
      : y(x.size(), misalignment), dx(x.size(), misalignment + 1) {
    EXPECT_TRUE(LocalResponseForward(x.data(), y.data(), c.shape, c.layout, c.options));
    EXPECT_TRUE(
        LocalResponseBackward(dy.data(), x.data(), dx.data(), c.shape, c.layout, c.options));
    EXPECT_TRUE(y.PaddingIsUntouched());
    EXPECT_TRUE(dx.PaddingIsUntouched());
  }

  PaddedArray<T> y;
  PaddedArray<T> dx;
};

// The channels of one position, by definition.
template <typename T>
struct ReferenceResponses {
  ReferenceResponses(const PaddedArray<T>& dy, const PaddedArray<T>& x, const ResponseCase& of,
                     size_t n, size_t s)
      : of(of) {
    const size_t channels = of.shape.c;
    const long double alpha = of.options.alpha;
    const long double size = static_cast<long double>(of.options.size);
    const long double beta = of.options.beta;
    std::vector<long double> d(channels);
    for (size_t c = 0; c < channels; ++c) {
      long double sum = 0;
      ForWindow(c, [&](size_t other) { sum += Square(x[of.At(n, other, s)]); });
      d[c] = of.options.k + alpha / size * sum;
      y.push_back(x[of.At(n, c, s)] / std::pow(d[c], beta));
    }
    dx.resize(channels);
    magnitude.resize(channels);
    for (size_t c = 0; c < channels; ++c) {
      const long double g = dy[of.At(n, c, s)] / std::pow(d[c], beta);
      dx[c] += g;
      magnitude[c] += std::fabs(g);
      ForWindow(c, [&](size_t other) {
        const long double part =
            2 * alpha * beta / size * x[of.At(n, other, s)] * g * x[of.At(n, c, s)] / d[c];
        dx[other] -= part;
        magnitude[other] += std::fabs(part);
      });
    }
  }

  static long double Square(long double value) { return value * value; }

  template <class F>
  void ForWindow(size_t c, const F& f) const {
    const size_t size = of.options.size;
    for (size_t i = 0; i < of.shape.c; ++i) {
      // Without negative numbers: c - size / 2 <= i < c - size / 2 + size.
      if (i + size / 2 >= c && i + size / 2 < c + size) f(i);
    }
  }

  const ResponseCase& of;
  std::vector<long double> y;
  std::vector<long double> dx;
  // Of what dx adds up.
  std::vector<long double> magnitude;
};

// The largest distance from the definition in ulps: of y at y, of dx at the size of what it adds
// up.
template <typename T>
struct ResponseErrors {
  ResponseErrors(const PaddedArray<T>& dy, const PaddedArray<T>& x, const ResponseCase& of) {
    const Responses<T> actual(dy, x, of);
    for (size_t n = 0; n < of.shape.n; ++n) {
      for (size_t s = 0; s < of.shape.s; ++s) {
        const ReferenceResponses<T> expected(dy, x, of, n, s);
        for (size_t c = 0; c < of.shape.c; ++c) {
          const size_t i = of.At(n, c, s);
          y = Worse(y, UlpsAt(expected.y[c], actual.y[i], expected.y[c]));
          dx = Worse(dx, UlpsAt(expected.magnitude[c], actual.dx[i], expected.dx[c]));
        }
      }
    }
  }

  long double y = 0;
  long double dx = 0;
};

// float32 is rounded once from float64, by hardly more than half an ulp. In float64 an error of D
// counts as often as its power says, which is beta in y and one more in dx.
template <typename T>
long double UlpsAllowed(double power) {
  return std::is_same_v<T, float> ? 0.5001L : 2.0L + 2.0L * std::fabs(power);
}

// Whether both passes are that near.
template <typename T>
void ExpectNearTheDefinition(const PaddedArray<T>& dy, const PaddedArray<T>& x,
                             const ResponseCase& c) {
  const ResponseErrors<T> errors(dy, x, c);
  EXPECT_LE(errors.y, UlpsAllowed<T>(c.options.beta));
  EXPECT_LE(errors.dx, UlpsAllowed<T>(std::fabs(c.options.beta) + 1));
}

}  // namespace batchnorm

#endif  // BATCHNORM_TESTING_LOCAL_RESPONSE_CALLS_H_

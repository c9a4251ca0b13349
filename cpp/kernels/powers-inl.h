// Powers of vectors of float64.

#if defined(BATCHNORM_KERNELS_POWERS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef BATCHNORM_KERNELS_POWERS_INL_H_
#undef BATCHNORM_KERNELS_POWERS_INL_H_
#else
#define BATCHNORM_KERNELS_POWERS_INL_H_
#endif

#include <stddef.h>

#include <cmath>

#include "cpp/simd/lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace batchnorm {
namespace HWY_NAMESPACE {

struct FirstPower {
  HWY_INLINE WideVec operator()(WideVec v) const { return v; }
};

struct SquareRoot {
  HWY_INLINE WideVec operator()(WideVec v) const { return hn::Sqrt(v); }
};

// v^(3/4) as sqrt(v * sqrt(v)), which rounds less than the product of two roots does.
struct ThreeQuarterPower {
  HWY_INLINE WideVec operator()(WideVec v) const {
    const WideTag d;
    // v^(3/2) may be beyond float64 where v^(3/4) is not: there it is scaled by powers of two.
    const auto large = hn::Gt(v, hn::Set(d, 0x1p600));
    const auto small = hn::Lt(v, hn::Set(d, 0x1p-600));
    const auto one = hn::Set(d, 1.0);
    const auto scale = hn::IfThenElse(large, hn::Set(d, 0x1p-800),
                                      hn::IfThenElse(small, hn::Set(d, 0x1p800), one));
    const auto root_of_scale = hn::IfThenElse(large, hn::Set(d, 0x1p400),
                                              hn::IfThenElse(small, hn::Set(d, 0x1p-400), one));
    return hn::Mul(hn::Sqrt(hn::Mul(hn::Mul(v, scale), hn::Sqrt(v))), root_of_scale);
  }
};

// Any other, lane by lane: the C library's is nearly as exact as a float64 can be.
struct AnyPower {
  double exponent;

  WideVec operator()(WideVec v) const {
    const WideTag d;
    HWY_ALIGN double lanes[kWideLanes];
    hn::Store(v, d, lanes);
    for (size_t i = 0; i < hn::Lanes(d); ++i) lanes[i] = std::pow(lanes[i], exponent);
    return hn::Load(d, lanes);
  }
};

// Calls body(power) with what raises vectors to the exponent.
template <class Body>
HWY_INLINE void WithPower(double exponent, const Body body) {
  if (exponent == 0.75) {
    body(ThreeQuarterPower());
  } else if (exponent == 0.5) {
    body(SquareRoot());
  } else if (exponent == 1.0) {
    body(FirstPower());
  } else {
    body(AnyPower{exponent});
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace batchnorm
HWY_AFTER_NAMESPACE();

#endif  // BATCHNORM_KERNELS_POWERS_INL_H_

#include "cpp/kernels/inverse_std.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpp/kernels/inverse_std.cc"
#include "hwy/foreach_target.h"
// After foreach_target.h: these are compiled once a target.
#include "cpp/simd/dispatch.h"
#include "cpp/simd/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace batchnorm {
namespace HWY_NAMESPACE {

template <typename T>
void InverseStdOf(const T* variance, double eps, double* invstd, size_t channels) {
  const WideTag d;
  const WideVec wide_eps = hn::Set(d, eps);
  const WideVec one = hn::Set(d, 1.0);
  ForEachWideVec(channels, [=](const auto vec, size_t c) HWY_ATTR {
    const WideVec padded = hn::Add(vec.LoadWide(variance + c), wide_eps);
    vec.Store(hn::Div(one, hn::Sqrt(padded)), d, invstd + c);
  });
}

}  // namespace HWY_NAMESPACE
}  // namespace batchnorm
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace batchnorm {

template <typename T>
void InverseStd(const T* variance, double eps, double* invstd, size_t channels) {
  BATCHNORM_DISPATCH((InverseStd<T>), InverseStdOf, variance, eps, invstd, channels);
}
BATCHNORM_INSTANTIATE_FLOATS(InverseStd);

}  // namespace batchnorm
#endif  // HWY_ONCE

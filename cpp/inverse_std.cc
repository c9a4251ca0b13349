#include "cpp/inverse_std.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpp/inverse_std.cc"
#include "hwy/foreach_target.h"
// After foreach_target.h: these are compiled once a target.
#include "cpp/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace batchnorm {
namespace HWY_NAMESPACE {

template <typename T>
HWY_INLINE void InverseStdOf(const T* variance, double eps, double* invstd, size_t channels) {
  const WideTag d;
  const WideVec wide_eps = hn::Set(d, eps);
  const WideVec one = hn::Set(d, 1.0);
  ForEachWideVec(channels, [=](const auto vec, size_t c) HWY_ATTR {
    const WideVec padded = hn::Add(vec.LoadWide(variance + c), wide_eps);
    vec.Store(hn::Div(one, hn::Sqrt(padded)), d, invstd + c);
  });
}

// HWY_EXPORT takes no template: a name for each element type.
void InverseStdF32(const float* variance, double eps, double* invstd, size_t channels) {
  InverseStdOf(variance, eps, invstd, channels);
}
void InverseStdF64(const double* variance, double eps, double* invstd, size_t channels) {
  InverseStdOf(variance, eps, invstd, channels);
}

}  // namespace HWY_NAMESPACE
}  // namespace batchnorm
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace batchnorm {

HWY_EXPORT(InverseStdF32);
HWY_EXPORT(InverseStdF64);

void InverseStd(const float* variance, double eps, double* invstd, size_t channels) {
  HWY_DYNAMIC_DISPATCH(InverseStdF32)(variance, eps, invstd, channels);
}
void InverseStd(const double* variance, double eps, double* invstd, size_t channels) {
  HWY_DYNAMIC_DISPATCH(InverseStdF64)(variance, eps, invstd, channels);
}

}  // namespace batchnorm
#endif  // HWY_ONCE

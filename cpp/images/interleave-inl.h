// Between interleaved pixels and planes, one a channel.

#if defined(BATCHNORM_IMAGES_INTERLEAVE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef BATCHNORM_IMAGES_INTERLEAVE_INL_H_
#undef BATCHNORM_IMAGES_INTERLEAVE_INL_H_
#else
#define BATCHNORM_IMAGES_INTERLEAVE_INL_H_
#endif

#include <stddef.h>

#include "cpp/simd/prefetch-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace batchnorm {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// So many channels at most go through vectors together.
constexpr size_t kVectorChannels = 4;

// These two are not inlined: a copy in each of their callers would cost compilers minutes.

// planes[c * plane_stride + p] = x[p * kChannels + c]
template <size_t kChannels, typename T>
HWY_NOINLINE void SplitPixels(const T* x, size_t pixels, T* planes, size_t plane_stride) {
  const hn::ScalableTag<T> d;
  const size_t lanes = hn::Lanes(d);
  size_t p = 0;
  for (; p + lanes <= pixels; p += lanes, x += kChannels * lanes) {
    for (size_t c = 0; c < kChannels; ++c) PrefetchToL2(x + c * lanes, kAhead<T>);
    auto v0 = hn::Zero(d), v1 = v0, v2 = v0, v3 = v0;
    if constexpr (kChannels == 2) hn::LoadInterleaved2(d, x, v0, v1);
    if constexpr (kChannels == 3) hn::LoadInterleaved3(d, x, v0, v1, v2);
    if constexpr (kChannels == 4) hn::LoadInterleaved4(d, x, v0, v1, v2, v3);
    hn::StoreU(v0, d, planes + p);
    hn::StoreU(v1, d, planes + plane_stride + p);
    if constexpr (kChannels > 2) hn::StoreU(v2, d, planes + 2 * plane_stride + p);
    if constexpr (kChannels > 3) hn::StoreU(v3, d, planes + 3 * plane_stride + p);
  }
  for (; p < pixels; ++p, x += kChannels) {
    for (size_t c = 0; c < kChannels; ++c) planes[c * plane_stride + p] = x[c];
  }
}

// y[p * kChannels + c] = planes[c * plane_stride + p]
template <size_t kChannels, typename T>
HWY_NOINLINE void JoinPixels(const T* planes, size_t plane_stride, size_t pixels, T* y) {
  const hn::ScalableTag<T> d;
  const size_t lanes = hn::Lanes(d);
  size_t p = 0;
  for (; p + lanes <= pixels; p += lanes, y += kChannels * lanes) {
    const auto v0 = hn::LoadU(d, planes + p);
    const auto v1 = hn::LoadU(d, planes + plane_stride + p);
    if constexpr (kChannels == 2) hn::StoreInterleaved2(v0, v1, d, y);
    if constexpr (kChannels > 2) {
      const auto v2 = hn::LoadU(d, planes + 2 * plane_stride + p);
      if constexpr (kChannels == 3) hn::StoreInterleaved3(v0, v1, v2, d, y);
      if constexpr (kChannels == 4) {
        const auto v3 = hn::LoadU(d, planes + 3 * plane_stride + p);
        hn::StoreInterleaved4(v0, v1, v2, v3, d, y);
      }
    }
  }
  for (; p < pixels; ++p, y += kChannels) {
    for (size_t c = 0; c < kChannels; ++c) y[c] = planes[c * plane_stride + p];
  }
}

// The same for a number of channels from 2 to kVectorChannels.
template <typename T>
HWY_INLINE void Split(const T* x, size_t channels, size_t pixels, T* planes, size_t plane_stride) {
  if (channels == 2) SplitPixels<2>(x, pixels, planes, plane_stride);
  if (channels == 3) SplitPixels<3>(x, pixels, planes, plane_stride);
  if (channels == 4) SplitPixels<4>(x, pixels, planes, plane_stride);
}

template <typename T>
HWY_INLINE void Join(const T* planes, size_t plane_stride, size_t channels, size_t pixels, T* y) {
  if (channels == 2) JoinPixels<2>(planes, plane_stride, pixels, y);
  if (channels == 3) JoinPixels<3>(planes, plane_stride, pixels, y);
  if (channels == 4) JoinPixels<4>(planes, plane_stride, pixels, y);
}

// One channel of any number.
template <typename T>
HWY_INLINE void Gather(const T* x, size_t stride, size_t pixels, T* plane) {
  for (size_t p = 0; p < pixels; ++p) plane[p] = x[p * stride];
}

template <typename T>
HWY_INLINE void Scatter(const T* plane, size_t stride, size_t pixels, T* y) {
  for (size_t p = 0; p < pixels; ++p) y[p * stride] = plane[p];
}

}  // namespace HWY_NAMESPACE
}  // namespace batchnorm
HWY_AFTER_NAMESPACE();

#endif  // BATCHNORM_IMAGES_INTERLEAVE_INL_H_

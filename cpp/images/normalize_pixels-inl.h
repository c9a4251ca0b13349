// Pixels normalized block by block: to planes, each plane by itself, and to pixels again.

#if defined(BATCHNORM_IMAGES_NORMALIZE_PIXELS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef BATCHNORM_IMAGES_NORMALIZE_PIXELS_INL_H_
#undef BATCHNORM_IMAGES_NORMALIZE_PIXELS_INL_H_
#else
#define BATCHNORM_IMAGES_NORMALIZE_PIXELS_INL_H_
#endif

#include <string.h>

#include <type_traits>

#include "cpp/images/interleave-inl.h"
#include "cpp/images/normalize_pixels.h"
#include "cpp/simd/prefetch-inl.h"
#include "cpp/simd/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace batchnorm {
namespace HWY_NAMESPACE {

// A block's planes stay in L1.
constexpr size_t kBlockPixels = 1024;

// Planes are not normalized inline: copies for each layout would cost compilers minutes.

template <bool kStream, typename T>
HWY_NOINLINE void NormalizePlane(const T* x, T* y, size_t length, const FloatChannel<T>& channel) {
  const hn::ScalableTag<T> d;
  const auto mean = hn::Set(d, channel.mean);
  const auto std = hn::Set(d, channel.std);
  Transform<kStream>(y, length, [=](const auto vec, size_t i) BATCHNORM_INLINE_ATTR {
    if (kStream) PrefetchToL2(x + i, kAhead<T>);
    return hn::Div(hn::Sub(vec.Load(d, x + i), mean), std);
  });
}

// Without division: v * (high + low) is rounded once but for the tiny product with `low`.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V MulTwice(V v, V high, V low) {
  return hn::MulAdd(v, high, hn::Mul(v, low));
}

template <bool kStream>
HWY_INLINE void NormalizePlaneByFactors(const uint8_t* x, float* y, size_t length,
                                        const ByteChannel<float>& channel) {
  const hn::ScalableTag<float> d;
  const hn::Rebind<int32_t, decltype(d)> d32;
  const hn::Rebind<uint8_t, decltype(d)> d8;
  const auto scale_high = hn::Set(d, channel.scale_high);
  const auto scale_low = hn::Set(d, channel.scale_low);
  const auto mean = hn::Set(d, channel.mean);
  const auto rstd_high = hn::Set(d, channel.rstd_high);
  const auto rstd_low = hn::Set(d, channel.rstd_low);
  Transform<kStream>(y, length, [=](const auto vec, size_t i) BATCHNORM_INLINE_ATTR {
    const auto v = hn::ConvertTo(d, hn::PromoteTo(d32, vec.Load(d8, x + i)));
    const auto deviation = hn::Sub(MulTwice<decltype(d)>(v, scale_high, scale_low), mean);
    return MulTwice<decltype(d)>(deviation, rstd_high, rstd_low);
  });
}

template <typename T>
HWY_INLINE void LookUp(const uint8_t* x, T* y, size_t length, const ByteChannel<T>& channel) {
  for (size_t i = 0; i < length; ++i) y[i] = channel.y[x[i]];
}

// At most kBlockPixels.
template <bool kStream, typename T>
HWY_NOINLINE void NormalizePlane(const uint8_t* x, T* y, size_t length,
                                 const ByteChannel<T>& channel) {
  if constexpr (std::is_same_v<T, float>) {
    if (channel.has_factors) return NormalizePlaneByFactors<kStream>(x, y, length, channel);
  }
  if (!kStream) return LookUp(x, y, length, channel);
  // Through L1, since only whole vectors go past the cache.
  const hn::ScalableTag<T> d;
  HWY_ALIGN T looked_up[kBlockPixels];
  LookUp(x, looked_up, length, channel);
  Transform<kStream>(y, length, [=, &looked_up](const auto vec, size_t i) BATCHNORM_INLINE_ATTR {
    return vec.Load(d, looked_up + i);
  });
}

template <bool kStream>
HWY_NOINLINE void NormalizePlane(const uint16_t* x, float* y, size_t length,
                                 const WordChannel<float>& channel) {
  const hn::ScalableTag<float> d;
  const hn::Rebind<int32_t, decltype(d)> d32;
  const hn::Rebind<uint16_t, decltype(d)> d16;
  const auto mean = hn::Set(d, channel.mean);
  const auto std = hn::Set(d, channel.std);
  const auto normalize = [=](const auto quotients) HWY_ATTR {
    Transform<kStream>(y, length, [=](const auto vec, size_t i) BATCHNORM_INLINE_ATTR {
      const auto v = hn::ConvertTo(d, hn::PromoteTo(d32, vec.Load(d16, x + i)));
      return hn::Div(hn::Sub(quotients(v), mean), std);
    });
  };
  if (channel.has_factors) {
#if HWY_NATIVE_FMA
    const auto high = hn::Set(d, channel.scale_high);
    const auto low = hn::Set(d, channel.scale_low);
    return normalize([=](const auto v) HWY_ATTR { return MulTwice<decltype(d)>(v, high, low); });
#else
    const auto divisor = hn::Set(d, static_cast<float>(channel.divisor));
    return normalize([=](const auto v) HWY_ATTR { return hn::Div(v, divisor); });
#endif
  }
  // In float64, which rounded to float32 gives the float next to the exact quotient.
  normalize([=, &channel](const auto v) HWY_ATTR {
    HWY_ALIGN float quotients[hn::MaxLanes(decltype(d)())];
    hn::Store(v, d, quotients);
    for (size_t i = 0; i < hn::Lanes(d); ++i) {
      quotients[i] = static_cast<float>(quotients[i] / channel.divisor);
    }
    return hn::Load(d, quotients);
  });
}

template <bool kStream>
HWY_NOINLINE void NormalizePlane(const uint16_t* x, double* y, size_t length,
                                 const WordChannel<double>& channel) {
  const hn::ScalableTag<double> d;
  const hn::Rebind<int32_t, decltype(d)> d32;
  const hn::Rebind<uint16_t, decltype(d)> d16;
  const auto divisor = hn::Set(d, channel.divisor);
  const auto mean = hn::Set(d, channel.mean);
  const auto std = hn::Set(d, channel.std);
  Transform<kStream>(y, length, [=](const auto vec, size_t i) BATCHNORM_INLINE_ATTR {
    const auto v = hn::PromoteTo(d, hn::PromoteTo(d32, vec.Load(d16, x + i)));
    return hn::Div(hn::Sub(hn::Div(v, divisor), mean), std);
  });
}

template <typename T>
HWY_INLINE void SetTable(double mean, double std, double scale, ByteChannel<T>* channel) {
  const double divisor = 1.0 / scale;
  const T rounded_mean = static_cast<T>(mean);
  const T rounded_std = static_cast<T>(std);
  for (int v = 0; v < 256; ++v) {
    // A division, since 1 / 255 itself is rounded and 255 is not.
    const T t = static_cast<T>(v / divisor);
    channel->y[v] = (t - rounded_mean) / rounded_std;
  }
  channel->has_factors = false;
}

HWY_INLINE void SetFactors(double mean, double std, double scale, ByteChannel<float>* channel) {
  channel->mean = static_cast<float>(mean);
  channel->scale_high = static_cast<float>(scale);
  channel->scale_low = static_cast<float>(scale - channel->scale_high);
  const double rstd = 1.0 / static_cast<float>(std);
  channel->rstd_high = static_cast<float>(rstd);
  channel->rstd_low = static_cast<float>(rstd - channel->rstd_high);
#if HWY_NATIVE_FMA
  // Products that are rounded before they are added up would not do.
  uint8_t bytes[256];
  float y[256];
  for (int v = 0; v < 256; ++v) bytes[v] = static_cast<uint8_t>(v);
  NormalizePlaneByFactors<false>(bytes, y, 256, *channel);
  channel->has_factors = memcmp(y, channel->y, sizeof(y)) == 0;
#endif
}

template <typename X, typename T>
struct BlockScratch {
  HWY_ALIGN X x[kVectorChannels * kBlockPixels];
  HWY_ALIGN T y[kVectorChannels * kBlockPixels];
  HWY_ALIGN T pixels[kVectorChannels * kBlockPixels];
};

// Some pixels of an image: at most kVectorChannels channels, or one of more.
template <bool kStream, typename X, typename T, class Channel>
HWY_INLINE void NormalizeBlock(const X* x, const PixelLayout& from, T* y, const PixelLayout& to,
                               size_t pixels, size_t channels, const ChannelList<Channel>& list,
                               BlockScratch<X, T>& scratch) {
  size_t x_stride = from.channel_stride;
  if (from.pixel_stride != 1) {
    if (from.pixel_stride <= kVectorChannels) {
      Split(x, from.pixel_stride, pixels, scratch.x, kBlockPixels);
    } else {
      Gather(x, from.pixel_stride, pixels, scratch.x);
    }
    x = scratch.x;
    x_stride = kBlockPixels;
  }
  if (to.pixel_stride == 1) {
    for (size_t c = 0; c < channels; ++c) {
      NormalizePlane<kStream>(x + c * x_stride, y + c * to.channel_stride, pixels, list[c]);
    }
    return;
  }
  for (size_t c = 0; c < channels; ++c) {
    NormalizePlane<false>(x + c * x_stride, scratch.y + c * kBlockPixels, pixels, list[c]);
  }
  if (channels != to.pixel_stride) {
    Scatter(scratch.y, to.pixel_stride, pixels, y);
  } else if (!kStream) {
    Join(scratch.y, kBlockPixels, channels, pixels, y);
  } else {
    const hn::ScalableTag<T> d;
    Join(scratch.y, kBlockPixels, channels, pixels, scratch.pixels);
    Transform<true>(y, channels * pixels,
                    [=, &scratch](const auto vec, size_t i)
                        BATCHNORM_INLINE_ATTR { return vec.Load(d, scratch.pixels + i); });
  }
}

template <bool kStream, typename X, typename T, class Channel>
HWY_INLINE void NormalizeBlocks(const X* x, const PixelLayout& from, T* y, const PixelLayout& to,
                                size_t pixels, size_t channels, const ChannelList<Channel>& list) {
  BlockScratch<X, T> scratch;
  const bool together = channels <= kVectorChannels && from.pixel_stride <= kVectorChannels;
  const size_t step = together ? channels : 1;
  for (size_t p = 0; p < pixels; p += kBlockPixels) {
    for (size_t c = 0; c < channels; c += step) {
      NormalizeBlock<kStream>(x + p * from.pixel_stride + c * from.channel_stride, from,
                              y + p * to.pixel_stride + c * to.channel_stride, to,
                              HWY_MIN(kBlockPixels, pixels - p), step, list.From(c), scratch);
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace batchnorm
HWY_AFTER_NAMESPACE();

#endif  // BATCHNORM_IMAGES_NORMALIZE_PIXELS_INL_H_

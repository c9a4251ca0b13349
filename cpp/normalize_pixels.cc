#include "cpp/normalize_pixels.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpp/normalize_pixels.cc"
#include "hwy/foreach_target.h"
// After foreach_target.h: these are compiled once a target.
#include "cpp/apply-inl.h"
#include "cpp/normalize_pixels-inl.h"

HWY_BEFORE_NAMESPACE();
namespace batchnorm {
namespace HWY_NAMESPACE {

template <typename X, typename T, class Channel>
HWY_INLINE void NormalizePixelsOf(const X* x, const PixelLayout& from, T* y, const PixelLayout& to,
                                  size_t pixels, size_t channels, const ChannelList<Channel>& list,
                                  Stores stores) {
  WithStores(stores, [=, &from, &to, &list](const auto stream) HWY_ATTR {
    NormalizeBlocks<stream()>(x, from, y, to, pixels, channels, list);
  });
}

// HWY_EXPORT takes no template: a name for each pair of types.
void PrepareF32(double mean, double std, double scale, ByteChannel<float>* channel) {
  SetTable(mean, std, scale, channel);
  SetFactors(mean, std, scale, channel);
}
void PrepareF64(double mean, double std, double scale, ByteChannel<double>* channel) {
  SetTable(mean, std, scale, channel);
}
void NormalizePixelsU8F32(const uint8_t* x, const PixelLayout& from, float* y,
                          const PixelLayout& to, size_t pixels, size_t channels,
                          const ChannelList<ByteChannel<float>>& list, Stores stores) {
  NormalizePixelsOf(x, from, y, to, pixels, channels, list, stores);
}
void NormalizePixelsU8F64(const uint8_t* x, const PixelLayout& from, double* y,
                          const PixelLayout& to, size_t pixels, size_t channels,
                          const ChannelList<ByteChannel<double>>& list, Stores stores) {
  NormalizePixelsOf(x, from, y, to, pixels, channels, list, stores);
}
void NormalizePixelsU16F32(const uint16_t* x, const PixelLayout& from, float* y,
                           const PixelLayout& to, size_t pixels, size_t channels,
                           const ChannelList<WordChannel<float>>& list, Stores stores) {
  NormalizePixelsOf(x, from, y, to, pixels, channels, list, stores);
}
void NormalizePixelsU16F64(const uint16_t* x, const PixelLayout& from, double* y,
                           const PixelLayout& to, size_t pixels, size_t channels,
                           const ChannelList<WordChannel<double>>& list, Stores stores) {
  NormalizePixelsOf(x, from, y, to, pixels, channels, list, stores);
}
void NormalizePixelsF32(const float* x, const PixelLayout& from, float* y, const PixelLayout& to,
                        size_t pixels, size_t channels,
                        const ChannelList<FloatChannel<float>>& list, Stores stores) {
  NormalizePixelsOf(x, from, y, to, pixels, channels, list, stores);
}
void NormalizePixelsF64(const double* x, const PixelLayout& from, double* y, const PixelLayout& to,
                        size_t pixels, size_t channels,
                        const ChannelList<FloatChannel<double>>& list, Stores stores) {
  NormalizePixelsOf(x, from, y, to, pixels, channels, list, stores);
}

}  // namespace HWY_NAMESPACE
}  // namespace batchnorm
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace batchnorm {

HWY_EXPORT(PrepareF32);
HWY_EXPORT(PrepareF64);
HWY_EXPORT(NormalizePixelsU8F32);
HWY_EXPORT(NormalizePixelsU8F64);
HWY_EXPORT(NormalizePixelsU16F32);
HWY_EXPORT(NormalizePixelsU16F64);
HWY_EXPORT(NormalizePixelsF32);
HWY_EXPORT(NormalizePixelsF64);

void PrepareByteChannel(double mean, double std, double scale, ByteChannel<float>* channel) {
  HWY_DYNAMIC_DISPATCH(PrepareF32)(mean, std, scale, channel);
}
void PrepareByteChannel(double mean, double std, double scale, ByteChannel<double>* channel) {
  HWY_DYNAMIC_DISPATCH(PrepareF64)(mean, std, scale, channel);
}
void NormalizePixels(const uint8_t* x, const PixelLayout& from, float* y, const PixelLayout& to,
                     size_t pixels, size_t channels, const ChannelList<ByteChannel<float>>& list,
                     Stores stores) {
  HWY_DYNAMIC_DISPATCH(NormalizePixelsU8F32)(x, from, y, to, pixels, channels, list, stores);
}
void NormalizePixels(const uint8_t* x, const PixelLayout& from, double* y, const PixelLayout& to,
                     size_t pixels, size_t channels, const ChannelList<ByteChannel<double>>& list,
                     Stores stores) {
  HWY_DYNAMIC_DISPATCH(NormalizePixelsU8F64)(x, from, y, to, pixels, channels, list, stores);
}
void NormalizePixels(const uint16_t* x, const PixelLayout& from, float* y, const PixelLayout& to,
                     size_t pixels, size_t channels, const ChannelList<WordChannel<float>>& list,
                     Stores stores) {
  HWY_DYNAMIC_DISPATCH(NormalizePixelsU16F32)(x, from, y, to, pixels, channels, list, stores);
}
void NormalizePixels(const uint16_t* x, const PixelLayout& from, double* y, const PixelLayout& to,
                     size_t pixels, size_t channels, const ChannelList<WordChannel<double>>& list,
                     Stores stores) {
  HWY_DYNAMIC_DISPATCH(NormalizePixelsU16F64)(x, from, y, to, pixels, channels, list, stores);
}
void NormalizePixels(const float* x, const PixelLayout& from, float* y, const PixelLayout& to,
                     size_t pixels, size_t channels, const ChannelList<FloatChannel<float>>& list,
                     Stores stores) {
  HWY_DYNAMIC_DISPATCH(NormalizePixelsF32)(x, from, y, to, pixels, channels, list, stores);
}
void NormalizePixels(const double* x, const PixelLayout& from, double* y, const PixelLayout& to,
                     size_t pixels, size_t channels, const ChannelList<FloatChannel<double>>& list,
                     Stores stores) {
  HWY_DYNAMIC_DISPATCH(NormalizePixelsF64)(x, from, y, to, pixels, channels, list, stores);
}

}  // namespace batchnorm
#endif  // HWY_ONCE

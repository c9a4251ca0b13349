#include "cpp/images/normalize_pixels.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpp/images/normalize_pixels.cc"
#include "hwy/foreach_target.h"
// After foreach_target.h: these are compiled once a target.
#include "cpp/images/normalize_pixels-inl.h"
#include "cpp/kernels/apply-inl.h"
#include "cpp/simd/dispatch.h"

HWY_BEFORE_NAMESPACE();
namespace batchnorm {
namespace HWY_NAMESPACE {

template <typename X, typename T>
void NormalizePixelsOf(const X* x, const PixelLayout& from, T* y, const PixelLayout& to,
                       size_t pixels, size_t channels, const ChannelList<PixelChannel<X, T>>& list,
                       Stores stores) {
  WithStores(stores, [=, &from, &to, &list](const auto stream) HWY_ATTR {
    NormalizeBlocks<stream()>(x, from, y, to, pixels, channels, list);
  });
}

template <typename T>
void PrepareByteChannelOf(double mean, double std, double scale, ByteChannel<T>* channel) {
  SetTable(mean, std, scale, channel);
  // In float64 the table is always what is read.
  if constexpr (sizeof(T) == sizeof(float)) SetFactors(mean, std, scale, channel);
}

}  // namespace HWY_NAMESPACE
}  // namespace batchnorm
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace batchnorm {

template <typename T>
void PrepareByteChannel(double mean, double std, double scale, ByteChannel<T>* channel) {
  BATCHNORM_DISPATCH((PrepareByteChannel<T>), PrepareByteChannelOf, mean, std, scale, channel);
}
BATCHNORM_INSTANTIATE_FLOATS(PrepareByteChannel);

template <typename X, typename T>
void NormalizePixels(const X* x, const PixelLayout& from, T* y, const PixelLayout& to,
                     size_t pixels, size_t channels, const ChannelList<PixelChannel<X, T>>& list,
                     Stores stores) {
  BATCHNORM_DISPATCH((NormalizePixels<X, T>), NormalizePixelsOf, x, from, y, to, pixels, channels,
                     list, stores);
}
BATCHNORM_INSTANTIATE_PIXELS(NormalizePixels);

}  // namespace batchnorm
#endif  // HWY_ONCE

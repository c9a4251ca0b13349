#include "cpp/images/normalize_images.h"

#include <algorithm>
#include <cstdint>

#include "cpp/images/normalize_pixels.h"
#include "cpp/layout/scratch.h"
#include "cpp/layout/split.h"
#include "cpp/simd/element_types.h"
#include "cpp/simd/streaming.h"
#include "cpp/threads/thread_pool.h"

namespace batchnorm {
namespace {

template <typename T>
void Prepare(const ImageScaling& scaling, size_t i, FloatChannel<T>* channel) {
  *channel = {static_cast<T>(scaling.mean[i]), static_cast<T>(scaling.std[i])};
}
template <typename T>
void Prepare(const ImageScaling& scaling, size_t i, ByteChannel<T>* channel) {
  PrepareByteChannel(scaling.mean[i], scaling.std[i], scaling.scale, channel);
}
template <typename T>
void Prepare(const ImageScaling& scaling, size_t i, WordChannel<T>* channel) {
  PrepareWordChannel(scaling.mean[i], scaling.std[i], scaling.scale, channel);
}

// `n` images of `pixels` pixels in both layouts.
struct Images {
  Images(const Shape& shape, size_t x_channels, Layout from, Layout to)
      : n(shape.n), pixels(shape.s), x_channels(x_channels), channels(shape.c) {
    // A single pixel, or a single channel, has one layout whatever it is called.
    const bool x_last = from == Layout::kChannelsLast || shape.s == 1 || x_channels == 1;
    const bool y_last = to == Layout::kChannelsLast || shape.s == 1 || shape.c == 1;
    x_layout = x_last ? PixelLayout{x_channels, 1} : PixelLayout{1, shape.s};
    y_layout = y_last ? PixelLayout{shape.c, 1} : PixelLayout{1, shape.s};
    // Pixels one after the other, image by image.
    if (x_last && y_last) {
      pixels *= n;
      n = 1;
    }
  }

  size_t n;
  size_t pixels;
  size_t x_channels;
  size_t channels;
  PixelLayout x_layout;
  PixelLayout y_layout;
};

}  // namespace

template <typename X, typename T>
bool NormalizeImages(const X* x, size_t x_channels, Layout from, T* y, const Shape& shape,
                     Layout to, const ImageScaling& scaling) {
  using Channel = PixelChannel<X, T>;
  if (shape.IsEmpty()) return true;
  if (scaling.count == 1 && shape.c != 1 && x_channels == shape.c && from == to) {
    return NormalizeImages(x, 1, from, y, {1, 1, shape.Count()}, to, scaling);
  }
  const auto channels = AllocateScratch<Channel>(scaling.count);
  if (channels == nullptr) return false;
  for (size_t i = 0; i < scaling.count; ++i) Prepare(scaling, i, &channels[i]);
  const ChannelList<Channel> list = {channels.get(), size_t{scaling.count > 1}};

  const Images images(shape, x_channels, from, to);
  const Stores stores = StoresFor<T>(shape.Count());
  const size_t pixels = images.n * images.pixels;
  // Whole blocks of pixels.
  constexpr size_t kUnit = 1024;
  const size_t task = DivideUp(kTaskBytes / sizeof(T), shape.c * kUnit) * kUnit;
  ParallelFor(DivideUp(pixels, task), [&](size_t i) {
    const size_t end = std::min((i + 1) * task, pixels);
    for (size_t begin = i * task; begin < end;) {
      const size_t image = begin / images.pixels;
      const size_t pixel = begin % images.pixels;
      const size_t count = std::min(end - begin, images.pixels - pixel);
      NormalizePixels(x + image * images.pixels * x_channels + pixel * images.x_layout.pixel_stride,
                      images.x_layout,
                      y + image * images.pixels * shape.c + pixel * images.y_layout.pixel_stride,
                      images.y_layout, count, shape.c, list, stores);
      begin += count;
    }
  });
  return true;
}

BATCHNORM_INSTANTIATE_PIXELS(NormalizeImages);

}  // namespace batchnorm

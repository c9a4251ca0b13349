#ifndef BATCHNORM_IMAGES_NORMALIZE_PIXELS_H_
#define BATCHNORM_IMAGES_NORMALIZE_PIXELS_H_

#include <cmath>
#include <cstddef>
#include <cstdint>

#include "cpp/simd/streaming.h"

namespace batchnorm {

// Where an image has its elements: channel c of pixel p at p * pixel_stride + c * channel_stride.
// One of the two strides is 1.
struct PixelLayout {
  size_t pixel_stride;
  size_t channel_stride;
};

// What a channel of floats is normalized with: y = (x - mean) / std, each operation rounded to T.
template <typename T>
struct FloatChannel {
  T mean;
  T std;
};

// What a channel of bytes is normalized with: y[x] = (t - mean) / std of the byte x, where t is
// x * scale and each of the three is rounded to T.
template <typename T>
struct ByteChannel {
  T y[256];
  // Whether the factors give the very same without division, each as the sum of two T.
  bool has_factors;
  T scale_high;
  T scale_low;
  T mean;
  T rstd_high;
  T rstd_low;
};

// What a channel of two-byte values is normalized with, as bytes are. Too many values for a table.
template <typename T>
struct WordChannel {
  // x / divisor is x * scale with a scale that is a reciprocal, such as 1 / 65535, not rounded.
  double divisor;
  // Whether the divisor is an integer of at most 2^16: the factors then give the very same float.
  // The quotient of two such integers is 2^-41 of itself away from where rounding turns, and the
  // factors are off by less than 2^-46.
  bool has_factors;
  T scale_high;
  T scale_low;
  T mean;
  T std;
};

// What a channel of X is normalized with to T.
template <typename X, typename T>
struct PixelChannelOf {
  using Type = FloatChannel<T>;
};
template <typename T>
struct PixelChannelOf<uint8_t, T> {
  using Type = ByteChannel<T>;
};
template <typename T>
struct PixelChannelOf<uint16_t, T> {
  using Type = WordChannel<T>;
};

template <typename X, typename T>
using PixelChannel = typename PixelChannelOf<X, T>::Type;

// A channel's, or with a `step` of 0 those that all channels share.
template <class Channel>
struct ChannelList {
  const Channel& operator[](size_t c) const { return first[c * step]; }
  ChannelList From(size_t c) const { return {first + c * step, step}; }

  const Channel* first;
  size_t step;
};

// Fills one channel's; std is not 0.
template <typename T>
void PrepareByteChannel(double mean, double std, double scale, ByteChannel<T>* channel);

template <typename T>
void PrepareWordChannel(double mean, double std, double scale, WordChannel<T>* channel) {
  const double divisor = 1.0 / scale;
  channel->divisor = divisor;
  channel->has_factors = divisor >= 1.0 && divisor <= 65536.0 && divisor == std::floor(divisor);
  channel->scale_high = static_cast<T>(scale);
  channel->scale_low = static_cast<T>(scale - static_cast<double>(channel->scale_high));
  channel->mean = static_cast<T>(mean);
  channel->std = static_cast<T>(std);
}

// y from x for some pixels of an image, in one pass that changes the layout too. Of each pixel the
// first `channels` are read. Floats may be normalized in place where both layouts are one.
template <typename X, typename T>
void NormalizePixels(const X* x, const PixelLayout& from, T* y, const PixelLayout& to,
                     size_t pixels, size_t channels, const ChannelList<PixelChannel<X, T>>& list,
                     Stores stores);

}  // namespace batchnorm

#endif  // BATCHNORM_IMAGES_NORMALIZE_PIXELS_H_

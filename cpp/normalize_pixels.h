#ifndef BATCHNORM_NORMALIZE_PIXELS_H_
#define BATCHNORM_NORMALIZE_PIXELS_H_

#include <cstddef>
#include <cstdint>

#include "cpp/streaming.h"

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

// A channel's, or with a `step` of 0 those that all channels share.
template <class Channel>
struct ChannelList {
  const Channel& operator[](size_t c) const { return first[c * step]; }
  ChannelList From(size_t c) const { return {first + c * step, step}; }

  const Channel* first;
  size_t step;
};

// Fills one channel's; std is not 0.
void PrepareByteChannel(double mean, double std, double scale, ByteChannel<float>* channel);
void PrepareByteChannel(double mean, double std, double scale, ByteChannel<double>* channel);

// y from x for some pixels of an image, in one pass that changes the layout too. Of each pixel the
// first `channels` are read. Floats may be normalized in place where both layouts are one.
void NormalizePixels(const uint8_t* x, const PixelLayout& from, float* y, const PixelLayout& to,
                     size_t pixels, size_t channels, const ChannelList<ByteChannel<float>>& list,
                     Stores stores);
void NormalizePixels(const uint8_t* x, const PixelLayout& from, double* y, const PixelLayout& to,
                     size_t pixels, size_t channels, const ChannelList<ByteChannel<double>>& list,
                     Stores stores);
void NormalizePixels(const float* x, const PixelLayout& from, float* y, const PixelLayout& to,
                     size_t pixels, size_t channels, const ChannelList<FloatChannel<float>>& list,
                     Stores stores);
void NormalizePixels(const double* x, const PixelLayout& from, double* y, const PixelLayout& to,
                     size_t pixels, size_t channels, const ChannelList<FloatChannel<double>>& list,
                     Stores stores);

}  // namespace batchnorm

#endif  // BATCHNORM_NORMALIZE_PIXELS_H_

#ifndef BATCHNORM_KERNELS_LOCAL_RESPONSE_H_
#define BATCHNORM_KERNELS_LOCAL_RESPONSE_H_

#include <cstddef>

namespace batchnorm {

// What an element is divided by, its channel's neighbours deciding: D^beta for
//   D = k + factor * (the sum of x^2 over the window)
struct LocalResponse {
  // Channels of the window beside its own. There is none where the channels end, so that each is
  // less than their number.
  size_t before;
  size_t after;
  double factor;
  double beta;
  double k;

  // Channels of the window.
  size_t Window() const { return before + 1 + after; }
};

// Some positions with all of their channels, as segments of adjacent elements `stride` apart: a
// segment is a channel of adjacent positions, or the channels of a position.
struct ResponseTile {
  size_t segments;
  size_t length;
  size_t stride;
  // In scratch memory: from a segment to the next, and from an element to that of the next channel.
  size_t pitch;
  size_t step;

  // From the first element to behind the last, in scratch memory.
  size_t Spread() const { return (segments - 1) * pitch + length; }
  // The same with room for the windows of the first and the last channel.
  size_t Padded(const LocalResponse& response) const {
    return Spread() + (response.before + response.after) * step;
  }
};

// Elements of scratch memory that the passes over a tile need.
inline size_t ForwardScratch(const ResponseTile& tile, const LocalResponse& response) {
  return tile.Padded(response) + tile.Spread();
}
inline size_t BackwardScratch(const ResponseTile& tile, const LocalResponse& response) {
  return tile.Padded(response) + 2 * tile.Spread();
}

// y = x / D^beta over a tile, in float64 and rounded once; y may be x.
template <typename T>
void NormalizeResponses(const T* x, T* y, const ResponseTile& tile, const LocalResponse& response,
                        double* scratch);

// With g = dy / D^beta,
//   dx = g - 2 * factor * beta * x * (the sum of g * x / D over the channels whose window has x)
// over a tile; dx may be dy or x.
template <typename T>
void DifferentiateResponses(const T* dy, const T* x, T* dx, const ResponseTile& tile,
                            const LocalResponse& response, double* scratch);

}  // namespace batchnorm

#endif  // BATCHNORM_KERNELS_LOCAL_RESPONSE_H_

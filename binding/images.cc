#include "binding/images.h"

#include "binding/arguments.h"
#include "binding/call.h"
#include "cpp/normalize_images.h"

namespace batchnorm {

napi_value NormalizeImagesEntry(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  const Shape shape = arguments.ReadShape(2);
  const Shape x_shape = arguments.ReadShapeWithChannels(5, shape);
  const Layout from = arguments.ReadLayout(6);
  const Layout to = arguments.ReadLayout(7);
  const void* x = arguments.ReadInput(0, x_shape.Count());
  void* y = arguments.ReadElements(1, shape.Count());
  const size_t count = arguments.ReadOneOr(8, shape.c);
  const double* mean = arguments.ReadStatistics(9, count);
  const double* std = arguments.ReadStatistics(10, count);
  const ImageScaling scaling = {mean, std, count, arguments.ReadDouble(11)};
  return Return(env, WithElementType(arguments, [&](auto zero) {
                  using T = decltype(zero);
                  const auto normalize = [&](auto input) {
                    return Completed(NormalizeImages(input, x_shape.c, from, static_cast<T*>(y),
                                                     shape, to, scaling));
                  };
                  if (arguments.input_type() == ElementType::kUint8) {
                    return normalize(static_cast<const uint8_t*>(x));
                  }
                  if (arguments.input_type() != arguments.element_type()) {
                    return Status::kMixedElementTypes;
                  }
                  return normalize(static_cast<const T*>(x));
                }));
}

}  // namespace batchnorm

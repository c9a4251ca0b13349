#include "binding/batch_norm.h"

#include "binding/arguments.h"
#include "binding/call.h"
#include "cpp/batch_norm.h"

namespace batchnorm {
namespace {

// Whether a call can do without the mask that its activation would write or read.
enum class Mask { kOptional, kNeeded };

// What a call fuses with the normalization: its last four arguments, from `index` on.
class FusionArguments {
 public:
  FusionArguments(Arguments& arguments, size_t index, size_t elements, Mask mask)
      : residual_(arguments.ReadElementsOrNull(index, elements)),
        activation_(arguments.ReadActivation(index + 1)) {
    // Without an activation the rest is not worth its reading to a small call.
    if (activation_ == Activation::kNone) return;
    negative_slope_ = arguments.ReadDouble(index + 2);
    mask_ = mask == Mask::kNeeded ? arguments.ReadMask(index + 3, elements)
                                  : arguments.ReadMaskOrNull(index + 3, elements);
  }

  template <typename T>
  Output<T> Into(void* y) const {
    return With<const T>(Output<T>(static_cast<T*>(y)));
  }
  template <typename T>
  OutputGradient<T> From(const void* dy) const {
    return With<T>(OutputGradient<T>(static_cast<const T*>(dy)));
  }

 private:
  template <typename Residual, class Fused>
  Fused With(Fused fused) const {
    fused.residual = static_cast<Residual*>(residual_);
    fused.activation = activation_;
    fused.negative_slope = static_cast<decltype(fused.negative_slope)>(negative_slope_);
    fused.mask = mask_;
    return fused;
  }

  void* residual_;
  Activation activation_;
  double negative_slope_ = 0.0;
  uint8_t* mask_ = nullptr;
};

}  // namespace

napi_value BatchNormEvalEntry(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  const Shape shape = arguments.ReadShape(2);
  const Layout layout = arguments.ReadLayout(5);
  const void* x = arguments.ReadElements(0, shape.Count());
  void* y = arguments.ReadElements(1, shape.Count());
  const void* weight = arguments.ReadElementsOrNull(6, shape.c);
  const void* bias = arguments.ReadElementsOrNull(7, shape.c);
  const void* running_mean = arguments.ReadElements(8, shape.c);
  const void* running_var = arguments.ReadElements(9, shape.c);
  const double eps = arguments.ReadDouble(10);
  const FusionArguments fusion(arguments, 11, shape.Count(), Mask::kOptional);
  return Return(env, WithElementType(arguments, [&](auto zero) {
                  using T = decltype(zero);
                  const RunningStatistics<T> running = {static_cast<const T*>(running_mean),
                                                        static_cast<const T*>(running_var)};
                  return Completed(BatchNormEval(static_cast<const T*>(x), fusion.Into<T>(y), shape,
                                                 layout, AsAffine<T>(weight, bias), running, eps));
                }));
}

napi_value BatchNormTrainEntry(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  const Shape shape = arguments.ReadShape(2);
  const Layout layout = arguments.ReadLayout(5);
  const void* x = arguments.ReadElements(0, shape.Count());
  void* y = arguments.ReadElements(1, shape.Count());
  const void* weight = arguments.ReadElementsOrNull(6, shape.c);
  const void* bias = arguments.ReadElementsOrNull(7, shape.c);
  const double eps = arguments.ReadDouble(8);
  const BatchStatistics statistics = {arguments.ReadStatistics(9, shape.c),
                                      arguments.ReadStatistics(10, shape.c),
                                      arguments.ReadStatistics(11, shape.c)};
  const FusionArguments fusion(arguments, 12, shape.Count(), Mask::kOptional);
  return Return(
      env, WithElementType(arguments, [&](auto zero) {
        using T = decltype(zero);
        return Completed(BatchNormTrain(static_cast<const T*>(x), fusion.Into<T>(y), shape, layout,
                                        AsAffine<T>(weight, bias), eps, statistics));
      }));
}

napi_value BatchNormBackwardEntry(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  const Shape shape = arguments.ReadShape(3);
  const Layout layout = arguments.ReadLayout(6);
  const void* dy = arguments.ReadElements(0, shape.Count());
  const bool training = arguments.ReadBool(10);
  const void* x = training ? arguments.ReadElements(1, shape.Count())
                           : arguments.ReadElementsOrNull(1, shape.Count());
  void* dx = arguments.ReadElements(2, shape.Count());
  const void* weight = arguments.ReadElementsOrNull(7, shape.c);
  const double* mean = arguments.ReadStatistics(8, shape.c);
  const double* invstd = arguments.ReadStatistics(9, shape.c);
  const ParameterGradients gradients = {arguments.ReadStatistics(11, shape.c),
                                        arguments.ReadStatistics(12, shape.c)};
  const FusionArguments fusion(arguments, 13, shape.Count(), Mask::kNeeded);
  return Return(env, WithElementType(arguments, [&](auto zero) {
                  using T = decltype(zero);
                  const ForwardState<T> state = {static_cast<const T*>(weight), mean, invstd};
                  return Completed(BatchNormBackward(fusion.From<T>(dy), static_cast<const T*>(x),
                                                     static_cast<T*>(dx), shape, layout, state,
                                                     training, gradients));
                }));
}

}  // namespace batchnorm

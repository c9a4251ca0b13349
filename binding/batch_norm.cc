#include "binding/batch_norm.h"

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

class EvalCall final : public Call {
 public:
  explicit EvalCall(Arguments& arguments)
      : shape_(arguments.ReadShape(2)),
        layout_(arguments.ReadLayout(5)),
        x_(arguments.ReadElements(0, shape_.Count())),
        y_(arguments.ReadElements(1, shape_.Count())),
        weight_(arguments.ReadElementsOrNull(6, shape_.c)),
        bias_(arguments.ReadElementsOrNull(7, shape_.c)),
        running_mean_(arguments.ReadElements(8, shape_.c)),
        running_var_(arguments.ReadElements(9, shape_.c)),
        eps_(arguments.ReadDouble(10)),
        fusion_(arguments, 11, shape_.Count(), Mask::kOptional),
        type_(arguments.element_type()) {}

  Status Run() const override {
    return WithFloatType(type_, [this](auto zero) {
      using T = decltype(zero);
      const RunningStatistics<T> running = {static_cast<const T*>(running_mean_),
                                            static_cast<const T*>(running_var_)};
      return Completed(BatchNormEval(static_cast<const T*>(x_), fusion_.Into<T>(y_), shape_,
                                     layout_, AsAffine<T>(weight_, bias_), running, eps_));
    });
  }

  size_t MovedBytes() const override { return 2 * BytesOf(type_, shape_.Count()); }

 private:
  Shape shape_;
  Layout layout_;
  const void* x_;
  void* y_;
  const void* weight_;
  const void* bias_;
  const void* running_mean_;
  const void* running_var_;
  double eps_;
  FusionArguments fusion_;
  ElementType type_;
};

class TrainCall final : public Call {
 public:
  explicit TrainCall(Arguments& arguments)
      : shape_(arguments.ReadShape(2)),
        layout_(arguments.ReadLayout(5)),
        x_(arguments.ReadElements(0, shape_.Count())),
        y_(arguments.ReadElements(1, shape_.Count())),
        weight_(arguments.ReadElementsOrNull(6, shape_.c)),
        bias_(arguments.ReadElementsOrNull(7, shape_.c)),
        eps_(arguments.ReadDouble(8)),
        statistics_{arguments.ReadStatistics(9, shape_.c), arguments.ReadStatistics(10, shape_.c),
                    arguments.ReadStatistics(11, shape_.c)},
        fusion_(arguments, 12, shape_.Count(), Mask::kOptional),
        type_(arguments.element_type()) {}

  Status Run() const override {
    return WithFloatType(type_, [this](auto zero) {
      using T = decltype(zero);
      return Completed(BatchNormTrain(static_cast<const T*>(x_), fusion_.Into<T>(y_), shape_,
                                      layout_, AsAffine<T>(weight_, bias_), eps_, statistics_));
    });
  }

  size_t MovedBytes() const override { return 3 * BytesOf(type_, shape_.Count()); }

 private:
  Shape shape_;
  Layout layout_;
  const void* x_;
  void* y_;
  const void* weight_;
  const void* bias_;
  double eps_;
  BatchStatistics statistics_;
  FusionArguments fusion_;
  ElementType type_;
};

class BackwardCall final : public Call {
 public:
  explicit BackwardCall(Arguments& arguments)
      : shape_(arguments.ReadShape(3)),
        layout_(arguments.ReadLayout(6)),
        dy_(arguments.ReadElements(0, shape_.Count())),
        training_(arguments.ReadBool(10)),
        x_(training_ ? arguments.ReadElements(1, shape_.Count())
                     : arguments.ReadElementsOrNull(1, shape_.Count())),
        dx_(arguments.ReadElements(2, shape_.Count())),
        weight_(arguments.ReadElementsOrNull(7, shape_.c)),
        mean_(arguments.ReadStatistics(8, shape_.c)),
        invstd_(arguments.ReadStatistics(9, shape_.c)),
        gradients_{arguments.ReadStatistics(11, shape_.c), arguments.ReadStatistics(12, shape_.c)},
        fusion_(arguments, 13, shape_.Count(), Mask::kNeeded),
        type_(arguments.element_type()) {}

  Status Run() const override {
    return WithFloatType(type_, [this](auto zero) {
      using T = decltype(zero);
      const ForwardState<T> state = {static_cast<const T*>(weight_), mean_, invstd_};
      return Completed(BatchNormBackward(fusion_.From<T>(dy_), static_cast<const T*>(x_),
                                         static_cast<T*>(dx_), shape_, layout_, state, training_,
                                         gradients_));
    });
  }

  size_t MovedBytes() const override { return 5 * BytesOf(type_, shape_.Count()); }

 private:
  Shape shape_;
  Layout layout_;
  const void* dy_;
  bool training_;
  const void* x_;
  void* dx_;
  const void* weight_;
  const double* mean_;
  const double* invstd_;
  ParameterGradients gradients_;
  FusionArguments fusion_;
  ElementType type_;
};

}  // namespace

const Operation kBatchNormEval = OperationOf<EvalCall>("batchNormEval");
const Operation kBatchNormTrain = OperationOf<TrainCall>("batchNormTrain");
const Operation kBatchNormBackward = OperationOf<BackwardCall>("batchNormBackward");

}  // namespace batchnorm

#include "binding/group_norm.h"

#include "cpp/group_norm.h"

namespace batchnorm {
namespace {

class ForwardCall final : public Call {
 public:
  explicit ForwardCall(Arguments& arguments)
      : shape_(arguments.ReadShape(2)),
        layout_(arguments.ReadLayout(5)),
        grouping_{arguments.ReadGroups(6, shape_), arguments.ReadBool(7)},
        x_(arguments.ReadElements(0, shape_.Count())),
        y_(arguments.ReadElements(1, shape_.Count())),
        weight_(arguments.ReadElementsOrNull(8, shape_.c)),
        bias_(arguments.ReadElementsOrNull(9, shape_.c)),
        eps_(arguments.ReadDouble(10)),
        statistics_{arguments.ReadStatistics(11, Sets()), arguments.ReadStatistics(12, Sets()),
                    arguments.ReadStatistics(13, Sets())},
        type_(arguments.element_type()) {}

  Status Run() const override {
    return WithFloatType(type_, [this](auto zero) {
      using T = decltype(zero);
      return Completed(GroupNormForward(static_cast<const T*>(x_), static_cast<T*>(y_), shape_,
                                        layout_, grouping_, AsAffine<T>(weight_, bias_), eps_,
                                        statistics_));
    });
  }

  size_t MovedBytes() const override { return 3 * BytesOf(type_, shape_.Count()); }

 private:
  size_t Sets() const { return shape_.n * grouping_.groups; }

  Shape shape_;
  Layout layout_;
  Grouping grouping_;
  const void* x_;
  void* y_;
  const void* weight_;
  const void* bias_;
  double eps_;
  BatchStatistics statistics_;
  ElementType type_;
};

class BackwardCall final : public Call {
 public:
  explicit BackwardCall(Arguments& arguments)
      : shape_(arguments.ReadShape(3)),
        layout_(arguments.ReadLayout(6)),
        grouping_{arguments.ReadGroups(7, shape_), arguments.ReadBool(8)},
        dy_(arguments.ReadElements(0, shape_.Count())),
        x_(arguments.ReadElements(1, shape_.Count())),
        dx_(arguments.ReadElements(2, shape_.Count())),
        weight_(arguments.ReadElementsOrNull(9, shape_.c)),
        mean_(arguments.ReadStatistics(10, Sets())),
        invstd_(arguments.ReadStatistics(11, Sets())),
        gradients_{arguments.ReadStatistics(12, shape_.c), arguments.ReadStatistics(13, shape_.c)},
        type_(arguments.element_type()) {}

  Status Run() const override {
    return WithFloatType(type_, [this](auto zero) {
      using T = decltype(zero);
      const ForwardState<T> state = {static_cast<const T*>(weight_), mean_, invstd_};
      return Completed(GroupNormBackward(static_cast<const T*>(dy_), static_cast<const T*>(x_),
                                         static_cast<T*>(dx_), shape_, layout_, grouping_, state,
                                         gradients_));
    });
  }

  size_t MovedBytes() const override { return 5 * BytesOf(type_, shape_.Count()); }

 private:
  size_t Sets() const { return shape_.n * grouping_.groups; }

  Shape shape_;
  Layout layout_;
  Grouping grouping_;
  const void* dy_;
  const void* x_;
  void* dx_;
  const void* weight_;
  const double* mean_;
  const double* invstd_;
  ParameterGradients gradients_;
  ElementType type_;
};

}  // namespace

const Operation kGroupNormForward = OperationOf<ForwardCall>("groupNormForward");
const Operation kGroupNormBackward = OperationOf<BackwardCall>("groupNormBackward");

}  // namespace batchnorm

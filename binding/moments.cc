#include "binding/moments.h"

#include "cpp/batch_norm.h"
#include "cpp/channel_extrema.h"

namespace batchnorm {
namespace {

struct MomentsOf {
  template <typename T>
  static bool Run(const T* x, const Shape& shape, Layout layout, double* mean, double* m2) {
    return BatchNormMoments(x, shape, layout, mean, m2);
  }
};

struct ExtremaOf {
  template <typename T>
  static bool Run(const T* x, const Shape& shape, Layout layout, double* min, double* max) {
    return ChannelExtrema(x, shape, layout, min, max);
  }
};

// Two statistics a channel of an input.
template <class Statistics>
class StatisticsCall final : public Call {
 public:
  explicit StatisticsCall(Arguments& arguments)
      : shape_(arguments.ReadShape(1)),
        layout_(arguments.ReadLayout(4)),
        x_(arguments.ReadInput(0, shape_.Count())),
        a_(arguments.ReadStatistics(5, shape_.c)),
        b_(arguments.ReadStatistics(6, shape_.c)),
        type_(arguments.input_type()) {}

  Status Run() const override {
    return WithInputType(type_, [this](auto zero) {
      using T = decltype(zero);
      return Completed(Statistics::Run(static_cast<const T*>(x_), shape_, layout_, a_, b_));
    });
  }

  // Two passes, in which an integer takes as long as a float.
  size_t MovedBytes() const override {
    const ElementType type = IsIntegral(type_) ? ElementType::kFloat32 : type_;
    return 2 * BytesOf(type, shape_.Count());
  }

 private:
  Shape shape_;
  Layout layout_;
  const void* x_;
  double* a_;
  double* b_;
  ElementType type_;
};

}  // namespace

const Operation kMoments = OperationOf<StatisticsCall<MomentsOf>>("moments");
const Operation kExtrema = OperationOf<StatisticsCall<ExtremaOf>>("extrema");

}  // namespace batchnorm

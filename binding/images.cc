#include "binding/images.h"

#include "cpp/images/normalize_images.h"

namespace batchnorm {
namespace {

class ImagesCall final : public Call {
 public:
  explicit ImagesCall(Arguments& arguments)
      : shape_(arguments.ReadShape(2)),
        x_shape_(arguments.ReadShapeWithChannels(5, shape_)),
        from_(arguments.ReadLayout(6)),
        to_(arguments.ReadLayout(7)),
        x_(arguments.ReadInput(0, x_shape_.Count())),
        y_(arguments.ReadElements(1, shape_.Count())),
        count_(arguments.ReadOneOr(8, shape_.c)),
        mean_(arguments.ReadStatistics(9, count_)),
        std_(arguments.ReadStatistics(10, count_)),
        scale_(arguments.ReadDouble(11)),
        input_type_(arguments.input_type()),
        type_(arguments.element_type()) {
    arguments.CheckInputType();
  }

  Status Run() const override {
    return WithFloatType(type_, [this](auto zero) {
      using T = decltype(zero);
      if (input_type_ == ElementType::kUint8) return Normalize<uint8_t, T>();
      return input_type_ == ElementType::kUint16 ? Normalize<uint16_t, T>() : Normalize<T, T>();
    });
  }

  size_t MovedBytes() const override {
    return BytesOf(input_type_, x_shape_.Count()) + BytesOf(type_, shape_.Count());
  }

 private:
  template <typename X, typename T>
  Status Normalize() const {
    return Completed(NormalizeImages(static_cast<const X*>(x_), x_shape_.c, from_,
                                     static_cast<T*>(y_), shape_, to_,
                                     {mean_, std_, count_, scale_}));
  }

  Shape shape_;
  Shape x_shape_;
  Layout from_;
  Layout to_;
  const void* x_;
  void* y_;
  size_t count_;
  const double* mean_;
  const double* std_;
  double scale_;
  ElementType input_type_;
  ElementType type_;
};

}  // namespace

const Operation kNormalizeImages = OperationOf<ImagesCall>("normalizeImages");

}  // namespace batchnorm

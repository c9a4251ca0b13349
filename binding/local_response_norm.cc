#include "binding/local_response_norm.h"

#include "cpp/local_response_norm.h"

namespace batchnorm {
namespace {

// Four numbers, from `index` on.
ResponseOptions ReadResponseOptions(Arguments& arguments, size_t index) {
  const size_t size = arguments.ReadPositiveSize(index);
  const double alpha = arguments.ReadDouble(index + 1);
  const double beta = arguments.ReadDouble(index + 2);
  return {size, alpha, beta, arguments.ReadDouble(index + 3)};
}

// To how many passes over memory the roots of a pass amount, or the powers.
size_t PassesOf(const ResponseOptions& options) { return IsByRoots(options.beta) ? 8 : 40; }

class ForwardCall final : public Call {
 public:
  explicit ForwardCall(Arguments& arguments)
      : shape_(arguments.ReadShape(2)),
        layout_(arguments.ReadLayout(5)),
        options_(ReadResponseOptions(arguments, 6)),
        x_(arguments.ReadElements(0, shape_.Count())),
        y_(arguments.ReadElements(1, shape_.Count())),
        type_(arguments.element_type()) {}

  Status Run() const override {
    return WithFloatType(type_, [this](auto zero) {
      using T = decltype(zero);
      return Completed(LocalResponseForward(static_cast<const T*>(x_), static_cast<T*>(y_), shape_,
                                            layout_, options_));
    });
  }

  size_t MovedBytes() const override { return PassesOf(options_) * BytesOf(type_, shape_.Count()); }

 private:
  Shape shape_;
  Layout layout_;
  ResponseOptions options_;
  const void* x_;
  void* y_;
  ElementType type_;
};

class BackwardCall final : public Call {
 public:
  explicit BackwardCall(Arguments& arguments)
      : shape_(arguments.ReadShape(3)),
        layout_(arguments.ReadLayout(6)),
        options_(ReadResponseOptions(arguments, 7)),
        dy_(arguments.ReadElements(0, shape_.Count())),
        x_(arguments.ReadElements(1, shape_.Count())),
        dx_(arguments.ReadElements(2, shape_.Count())),
        type_(arguments.element_type()) {}

  Status Run() const override {
    return WithFloatType(type_, [this](auto zero) {
      using T = decltype(zero);
      return Completed(LocalResponseBackward(static_cast<const T*>(dy_), static_cast<const T*>(x_),
                                             static_cast<T*>(dx_), shape_, layout_, options_));
    });
  }

  size_t MovedBytes() const override {
    return 2 * PassesOf(options_) * BytesOf(type_, shape_.Count());
  }

 private:
  Shape shape_;
  Layout layout_;
  ResponseOptions options_;
  const void* dy_;
  const void* x_;
  void* dx_;
  ElementType type_;
};

}  // namespace

const Operation kLocalResponseForward = OperationOf<ForwardCall>("localResponseForward");
const Operation kLocalResponseBackward = OperationOf<BackwardCall>("localResponseBackward");

}  // namespace batchnorm

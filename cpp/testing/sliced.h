#ifndef BATCHNORM_TESTING_SLICED_H_
#define BATCHNORM_TESTING_SLICED_H_

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <thread>
#include <utility>
#include <vector>

#include "cpp/threads/sliced_call.h"

namespace batchnorm {

// A SlicedCall of body().
template <class Body>
class Sliced {
 public:
  explicit Sliced(Body body)
      : body_(std::move(body)), call([](void* raw) { static_cast<Sliced*>(raw)->body_(); }, this) {}

 private:
  const Body body_;

 public:
  SlicedCall call;
};

// Runs body() on a coordinator, and its tasks on so many threads, a few at a time.
template <class Body>
void RunSliced(size_t threads, const Body& body) {
  Sliced<Body> sliced(body);
  ASSERT_TRUE(sliced.call.Coordinate(threads));
  std::vector<std::thread> workers;
  for (size_t i = 0; i < threads; ++i) {
    workers.emplace_back([&] {
      while (!sliced.call.Work(std::chrono::microseconds(100))) {
      }
    });
  }
  for (std::thread& worker : workers) worker.join();
}

}  // namespace batchnorm

#endif  // BATCHNORM_TESTING_SLICED_H_

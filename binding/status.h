#ifndef BATCHNORM_BINDING_STATUS_H_
#define BATCHNORM_BINDING_STATUS_H_

namespace batchnorm {

// What a call returns to lib/native.ts, which has the same list.
enum class Status {
  kOk = 0,
  kWrongType = 1,
  kWrongSize = 2,
  kMixedElementTypes = 3,
  kOutOfMemory = 4,
  kUnknownTarget = 5,
  kMisaligned = 6,
  kAborted = 7,
};

}  // namespace batchnorm

#endif  // BATCHNORM_BINDING_STATUS_H_

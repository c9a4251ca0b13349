#ifndef BATCHNORM_BINDING_OPERATIONS_H_
#define BATCHNORM_BINDING_OPERATIONS_H_

#include "binding/batch_norm.h"
#include "binding/group_norm.h"
#include "binding/images.h"
#include "binding/local_response_norm.h"
#include "binding/moments.h"
#include "binding/operation.h"

namespace batchnorm {

// All of them; lib/native.ts has their arguments.
constexpr const Operation* kOperations[] = {
    &kBatchNormEval,
    &kBatchNormTrain,
    &kBatchNormBackward,
    &kGroupNormForward,
    &kGroupNormBackward,
    &kMoments,
    &kExtrema,
    &kNormalizeImages,
    &kLocalResponseForward,
    &kLocalResponseBackward,
};

}  // namespace batchnorm

#endif  // BATCHNORM_BINDING_OPERATIONS_H_

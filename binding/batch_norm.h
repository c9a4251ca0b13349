#ifndef BATCHNORM_BINDING_BATCH_NORM_H_
#define BATCHNORM_BINDING_BATCH_NORM_H_

#include "binding/operation.h"

namespace batchnorm {

extern const Operation kBatchNormEval;
extern const Operation kBatchNormTrain;
extern const Operation kBatchNormBackward;

}  // namespace batchnorm

#endif  // BATCHNORM_BINDING_BATCH_NORM_H_

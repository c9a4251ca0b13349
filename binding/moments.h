#ifndef BATCHNORM_BINDING_MOMENTS_H_
#define BATCHNORM_BINDING_MOMENTS_H_

#include "binding/operation.h"

namespace batchnorm {

extern const Operation kMoments;
extern const Operation kExtrema;

}  // namespace batchnorm

#endif  // BATCHNORM_BINDING_MOMENTS_H_

#ifndef BATCHNORM_BINDING_LOCAL_RESPONSE_NORM_H_
#define BATCHNORM_BINDING_LOCAL_RESPONSE_NORM_H_

#include "binding/operation.h"

namespace batchnorm {

extern const Operation kLocalResponseForward;
extern const Operation kLocalResponseBackward;

}  // namespace batchnorm

#endif  // BATCHNORM_BINDING_LOCAL_RESPONSE_NORM_H_

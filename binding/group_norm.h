#ifndef BATCHNORM_BINDING_GROUP_NORM_H_
#define BATCHNORM_BINDING_GROUP_NORM_H_

#include "binding/operation.h"

namespace batchnorm {

extern const Operation kGroupNormForward;
extern const Operation kGroupNormBackward;

}  // namespace batchnorm

#endif  // BATCHNORM_BINDING_GROUP_NORM_H_

#ifndef BATCHNORM_BINDING_IMAGES_H_
#define BATCHNORM_BINDING_IMAGES_H_

#include "binding/operation.h"

namespace batchnorm {

extern const Operation kNormalizeImages;

}  // namespace batchnorm

#endif  // BATCHNORM_BINDING_IMAGES_H_

# batchnorm_options: warnings, arithmetic and sanitizers that every target of ours shares.
add_library(batchnorm_options INTERFACE)
if(MSVC)
  target_compile_options(batchnorm_options INTERFACE /W4 /fp:precise)
else()
  target_compile_options(batchnorm_options INTERFACE
    -Wall -Wextra -fno-exceptions
    # A multiplication and an addition fuse only where the kernels say so.
    -ffp-contract=off)
endif()

if(BATCHNORM_SANITIZE)
  target_compile_options(batchnorm_options INTERFACE
    "-fsanitize=${BATCHNORM_SANITIZE}" -fno-sanitize-recover=all -fno-omit-frame-pointer
    # Lines are what a report shows; all of -g takes Clang as long again.
    -g1)
  target_compile_definitions(batchnorm_options INTERFACE BATCHNORM_SANITIZED)
  target_link_options(batchnorm_options INTERFACE "-fsanitize=${BATCHNORM_SANITIZE}")
endif()

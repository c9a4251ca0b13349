# fuzz_NAME: every fuzz/kernels/NAME.cc, an operation family that libFuzzer calls with random bytes.
file(GLOB FUZZERS CONFIGURE_DEPENDS fuzz/kernels/*.cc)
add_custom_target(batchnorm_fuzzers)
foreach(SOURCE ${FUZZERS})
  get_filename_component(NAME "${SOURCE}" NAME_WE)
  add_executable(fuzz_${NAME} "${SOURCE}")
  target_compile_options(fuzz_${NAME} PRIVATE -O1)
  target_link_libraries(fuzz_${NAME} PRIVATE batchnorm_kernels)
  target_link_options(fuzz_${NAME} PRIVATE -fsanitize=fuzzer)
  add_dependencies(batchnorm_fuzzers fuzz_${NAME})
endforeach()

# What libFuzzer searches for: which branches the kernels take. Not what they compare, as
# fuzzer-no-link would have it: that makes them ten times as slow.
target_compile_options(batchnorm_kernels PRIVATE -fsanitize-coverage=inline-8bit-counters,pc-table)

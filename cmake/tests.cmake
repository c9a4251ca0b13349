# batchnorm_tests: every cpp/*_test.cc in one GoogleTest executable.
find_package(GTest REQUIRED)
add_executable(batchnorm_tests ${KERNEL_TESTS})
if(NOT MSVC)
  # What tests the kernels need not be fast itself: a third less to compile.
  target_compile_options(batchnorm_tests PRIVATE -O1)
endif()
target_link_libraries(batchnorm_tests PRIVATE batchnorm_kernels GTest::gtest GTest::gtest_main)
if(HWY_FOUND)
  target_link_libraries(batchnorm_tests PRIVATE hwy::hwy_test)
else()
  target_link_libraries(batchnorm_tests PRIVATE hwy_test)
endif()

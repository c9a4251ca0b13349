# batchnorm_highway: the system's Highway, else a pinned release built statically.
find_package(HWY 1.0.3 CONFIG QUIET NAMES hwy HWY)
if(NOT HWY_FOUND)
  if(NOT BATCHNORM_FETCH_HIGHWAY)
    message(FATAL_ERROR
      "Google Highway 1.0.3 or newer was not found. Install it (Debian, Ubuntu: apt-get install "
      "libhwy-dev; Fedora: dnf install highway-devel; macOS: brew install highway), or let the "
      "build download it: BATCHNORM_FETCH_HIGHWAY=1 npm rebuild batchnorm")
  endif()
  include(FetchContent)
  set(HWY_ENABLE_TESTS OFF CACHE BOOL "" FORCE)
  set(HWY_ENABLE_EXAMPLES OFF CACHE BOOL "" FORCE)
  set(HWY_ENABLE_CONTRIB OFF CACHE BOOL "" FORCE)
  set(HWY_ENABLE_INSTALL OFF CACHE BOOL "" FORCE)
  set(BUILD_SHARED_LIBS OFF)
  FetchContent_Declare(highway
    URL https://github.com/google/highway/archive/refs/tags/1.0.3.tar.gz
    URL_HASH SHA256=566fc77315878473d9a6bd815f7de78c73734acdcb745c3dde8579560ac5440e)
  FetchContent_MakeAvailable(highway)
endif()

add_library(batchnorm_highway INTERFACE)
if(HWY_FOUND)
  target_link_libraries(batchnorm_highway INTERFACE hwy::hwy)
else()
  target_link_libraries(batchnorm_highway INTERFACE hwy)
endif()
# ATTAINABLE: every target the compiler knows, so that tests can walk down to the plainest one.
if(BATCHNORM_ONE_TARGET)
  target_compile_definitions(batchnorm_highway INTERFACE HWY_COMPILE_ONLY_STATIC)
else()
  target_compile_definitions(batchnorm_highway INTERFACE HWY_COMPILE_ALL_ATTAINABLE)
endif()
# The kernels keep arrays of vectors, which SVE's sizeless types do not allow.
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64|ARM64|arm)")
  target_compile_definitions(batchnorm_highway INTERFACE
    "HWY_DISABLED_TARGETS=(HWY_SVE|HWY_SVE2|HWY_SVE_256|HWY_SVE2_128)")
endif()

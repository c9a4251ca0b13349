# batchnorm.node, the addon: cmake-js gives the headers of Node-API and of node-addon-api.
string(JSON NAPI_VERSION GET "${PACKAGE_JSON}" binary napi_versions 0)
file(GLOB BINDING_SOURCES CONFIGURE_DEPENDS binding/*.cc)

add_library(batchnorm SHARED ${BINDING_SOURCES} ${CMAKE_JS_SRC})
set_target_properties(batchnorm PROPERTIES PREFIX "" SUFFIX ".node")
target_include_directories(batchnorm SYSTEM PRIVATE ${CMAKE_JS_INC})
target_link_libraries(batchnorm PRIVATE batchnorm_kernels ${CMAKE_JS_LIB})
target_compile_definitions(batchnorm PRIVATE
  NAPI_VERSION=${NAPI_VERSION}
  NAPI_DISABLE_CPP_EXCEPTIONS
  NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS)

if(MSVC)
  if(CMAKE_JS_NODELIB_DEF AND CMAKE_JS_NODELIB_TARGET)
    execute_process(COMMAND ${CMAKE_AR} /def:${CMAKE_JS_NODELIB_DEF}
      /out:${CMAKE_JS_NODELIB_TARGET} ${CMAKE_STATIC_LINKER_FLAGS})
  endif()
elseif(APPLE)
  target_link_options(batchnorm PRIVATE -undefined dynamic_lookup)
else()
  # libstdc++ and libgcc stay shared: Node.js itself needs them, and the static ones of a new
  # compiler would ask for a newer C library than Node.js does.
  # nodelete: threads of the pool may run when the last environment that loaded it ends.
  target_link_options(batchnorm PRIVATE -Wl,-z,nodelete -Wl,--exclude-libs,ALL -Wl,--as-needed -Wl,--gc-sections)
endif()

# A shared Highway travels beside the addon, since a user's machine has none.
if(HWY_FOUND)
  get_target_property(HWY_TYPE hwy::hwy TYPE)
  if(HWY_TYPE STREQUAL "SHARED_LIBRARY" AND NOT WIN32)
    set_target_properties(batchnorm PROPERTIES BUILD_WITH_INSTALL_RPATH ON
      INSTALL_RPATH "$<IF:$<PLATFORM_ID:Darwin>,@loader_path,$ORIGIN>")
    add_custom_command(TARGET batchnorm POST_BUILD
      COMMAND ${CMAKE_COMMAND} -E copy_if_different
        "$<TARGET_FILE:hwy::hwy>" "$<TARGET_FILE_DIR:batchnorm>/$<TARGET_SONAME_FILE_NAME:hwy::hwy>"
      VERBATIM)
  endif()
endif()

# Node.js itself is not built with the sanitizer, so its runtime is preloaded, as a shared library.
if(BATCHNORM_SANITIZE AND CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  target_link_options(batchnorm PRIVATE -shared-libasan)
endif()

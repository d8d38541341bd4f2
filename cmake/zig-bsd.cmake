# Toolchain file: a BSD, built for with ziglang's compiler, headers and C libraries. tools/cross.py makes what it needs:
#
#     cmake -DCMAKE_TOOLCHAIN_FILE=cmake/zig-bsd.cmake -DMH_CROSS=build/cross/freebsd-amd64 ...
#
# MH_CROSS is the target's directory, SYSTEM-MACHINE: bin/ has the compiler, prefix/ the libraries.

set(CMAKE_TRY_COMPILE_PLATFORM_VARIABLES MH_CROSS)
get_filename_component(MH_CROSS "${MH_CROSS}" ABSOLUTE)
get_filename_component(target "${MH_CROSS}" NAME)
if(NOT target MATCHES "^(freebsd|netbsd|openbsd)-([a-z0-9]+)$")
    message(FATAL_ERROR "MH_CROSS is a directory that is named SYSTEM-MACHINE, not \"${MH_CROSS}\"")
endif()

set(CMAKE_SYSTEM_PROCESSOR ${CMAKE_MATCH_2})
if(CMAKE_MATCH_1 STREQUAL "freebsd")
    set(CMAKE_SYSTEM_NAME FreeBSD)
elseif(CMAKE_MATCH_1 STREQUAL "netbsd")
    set(CMAKE_SYSTEM_NAME NetBSD)
else()
    set(CMAKE_SYSTEM_NAME OpenBSD)
endif()

set(CMAKE_C_COMPILER "${MH_CROSS}/bin/cc")
set(CMAKE_AR "${MH_CROSS}/bin/ar" CACHE FILEPATH "")
set(CMAKE_RANLIB "${MH_CROSS}/bin/ranlib" CACHE FILEPATH "")

set(CMAKE_SKIP_RPATH ON CACHE BOOL "") # the system's own libraries are all there are

# Nothing of the machine that builds may get in.
set(CMAKE_FIND_ROOT_PATH "${MH_CROSS}/prefix")
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
set(ENV{PKG_CONFIG_LIBDIR} "${MH_CROSS}/prefix/lib/pkgconfig")
set(ENV{PKG_CONFIG_PATH} "")
set(PKG_CONFIG_ARGN --static CACHE STRING "The libraries are archives")

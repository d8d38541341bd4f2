# Toolchain file: Windows on amd64, built for with Debian's mingw-w64. tools/cross.py makes what it needs:
#
#     cmake -DCMAKE_TOOLCHAIN_FILE=cmake/mingw-w64.cmake -DMH_CROSS=build/cross/windows-amd64 ...
#
# MH_CROSS is the target's directory: prefix/ has the libraries.

set(CMAKE_TRY_COMPILE_PLATFORM_VARIABLES MH_CROSS)
get_filename_component(MH_CROSS "${MH_CROSS}" ABSOLUTE)

set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_SYSTEM_PROCESSOR x86_64)
# Threads of Windows itself: nothing here needs the C11 or POSIX threads that -posix has, nor their DLL.
set(CMAKE_C_COMPILER x86_64-w64-mingw32-gcc-win32)
set(CMAKE_RC_COMPILER x86_64-w64-mingw32-windres)

# Nothing of the machine that builds may get in.
set(CMAKE_FIND_ROOT_PATH "${MH_CROSS}/prefix" /usr/x86_64-w64-mingw32)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
set(ENV{PKG_CONFIG_LIBDIR} "${MH_CROSS}/prefix/lib/pkgconfig")
set(ENV{PKG_CONFIG_PATH} "")

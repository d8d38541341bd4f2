# What can be chosen at configure time, and the flags that follow from it.

if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "Debug, Release or RelWithDebInfo" FORCE)
endif()

# The first backend is the system's own; CMake, not the preprocessor, picks.
string(TOLOWER "${CMAKE_SYSTEM_NAME}" MH_SYSTEM)
set(MH_BACKENDS "${MH_SYSTEM};sim" CACHE STRING "Backends to link, the system's own first")
option(MH_TESTS "Build the tests" ON)
option(MH_WERROR "Warnings are errors" OFF)
option(MH_SANITIZE "AddressSanitizer and UndefinedBehaviorSanitizer" OFF)
option(MH_HARDEN "Hardening flags of release builds" OFF)
option(MH_FUZZ "Build the libFuzzer targets (clang)" OFF)

set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

add_compile_options(-Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wformat=2)
if(MH_WERROR)
    add_compile_options(-Werror)
endif()
if(MH_SANITIZE)
    add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
    add_link_options(-fsanitize=address,undefined)
endif()
if(MH_FUZZ)
    add_compile_options(-fsanitize=fuzzer-no-link)
endif()
if(MH_HARDEN)
    set(CMAKE_POSITION_INDEPENDENT_CODE ON)
    add_compile_options(-fstack-protector-strong -fstack-clash-protection -fcf-protection -U_FORTIFY_SOURCE
                        -D_FORTIFY_SOURCE=2)
    add_link_options(-pie -Wl,-z,relro,-z,now -Wl,-z,noexecstack)
endif()

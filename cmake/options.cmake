# What can be chosen at configure time, and the flags that follow from it.

if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "Debug, Release or RelWithDebInfo" FORCE)
endif()

# The first backend is the system's own, where it has one; CMake, not the preprocessor, picks.
string(TOLOWER "${CMAKE_SYSTEM_NAME}" MH_SYSTEM)
set(backends sim)
if(EXISTS ${PROJECT_SOURCE_DIR}/platform/${MH_SYSTEM}/CMakeLists.txt)
    list(PREPEND backends ${MH_SYSTEM})
endif()
if(MH_SYSTEM MATCHES "^(freebsd|netbsd|openbsd)$")
    list(PREPEND backends bsd)
elseif(NOT WIN32)
    list(APPEND backends bsd)
endif()
set(MH_BACKENDS "${backends}" CACHE STRING "Backends to link, the system's own first")
option(MH_TESTS "Build the tests" ON)
option(MH_WERROR "Warnings are errors" OFF)
option(MH_SANITIZE "AddressSanitizer and UndefinedBehaviorSanitizer" OFF)
option(MH_HARDEN "Hardening flags of release builds" OFF)
option(MH_FUZZ "Build the libFuzzer targets (clang)" OFF)

set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS ON) # POSIX names outside of the core, which turns it off
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

if(WIN32)
    # Windows 10 and later; printf as C11 has it; no macros of COM ("interface") or of windef.h ("min").
    add_compile_definitions(_WIN32_WINNT=0x0A00 NTDDI_VERSION=0x0A000004 UNICODE _UNICODE __USE_MINGW_ANSI_STDIO=1 WIN32_LEAN_AND_MEAN NOMINMAX)
endif()
if(MSVC) # clang-cl, for which -Wall would be every warning that clang has
    add_compile_options(/W4)
    add_compile_definitions(_CRT_SECURE_NO_WARNINGS)
else()
    add_compile_options(-Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wformat=2)
endif()
if(MINGW) # takes format(printf) for Microsoft's old one, which has no %zu; the other systems' compilers check these
    add_compile_options(-Wno-format -Wno-format-extra-args)
endif()
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
    add_compile_options(-fstack-protector-strong -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
    # Not on every processor and compiler. GCC for Windows fails on the first with an internal error in larger functions
    # (it probes each page of the stack there anyway), and without the system's help the other does nothing.
    set(flags -fstack-clash-protection -fcf-protection)
    if(WIN32)
        set(flags "")
    endif()
    include(CheckCCompilerFlag)
    set(CMAKE_REQUIRED_FLAGS -Werror) # a flag that is ignored with a warning is none
    foreach(flag IN LISTS flags)
        string(MAKE_C_IDENTIFIER "MH_HAVE${flag}" known)
        check_c_compiler_flag(${flag} ${known})
        if(${known})
            add_compile_options(${flag})
        endif()
    endforeach()
    unset(CMAKE_REQUIRED_FLAGS)
    if(WIN32)
        add_link_options(-fstack-protector-strong) # which brings the functions that the compiler calls
    else()
        add_link_options(-pie -Wl,-z,relro,-z,now -Wl,-z,noexecstack)
    endif()
endif()
if(MINGW)
    # The compiler's own libraries are linked in; what CMake names by its path may be a DLL's all the same. ASLR and no
    # execution of data also where they are not the linker's default; no time in the file.
    add_link_options(-static -Wl,--dynamicbase,--nxcompat,--high-entropy-va,--no-insert-timestamp)
endif()

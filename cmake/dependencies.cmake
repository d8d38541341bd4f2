# The libraries. Each becomes a target named mh::NAME; HACKING.md says which package brings it.

find_package(PkgConfig REQUIRED)
set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)

function(mh_library name module)
    pkg_check_modules(MH_DEP_${name} REQUIRED IMPORTED_TARGET ${module})
    add_library(mh_dep_${name} INTERFACE)
    target_link_libraries(mh_dep_${name} INTERFACE PkgConfig::MH_DEP_${name})
    add_library(mh::${name} ALIAS mh_dep_${name})
endfunction()

mh_library(jansson jansson>=2.12)
mh_library(uv libuv>=1.40)
mh_library(microhttpd libmicrohttpd>=0.9.71)
mh_library(curl libcurl>=7.60)
if("linux" IN_LIST MH_BACKENDS)
    mh_library(mnl libmnl)
endif()
if(MH_TESTS)
    mh_library(cmocka cmocka)
endif()

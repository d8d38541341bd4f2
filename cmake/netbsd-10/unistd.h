/* ziglang has the headers of NetBSD 11, and the libraries of 10 too: what 11 has renamed, as 10 has it. */
#define dup3 dup3_of_netbsd_11
#include_next <unistd.h>
#undef dup3

#ifndef MH_NETBSD_10_UNISTD_H
#define MH_NETBSD_10_UNISTD_H

int dup3(int, int, int);

#endif

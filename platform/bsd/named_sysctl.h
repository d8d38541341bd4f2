/* sysctlbyname(3), which OpenBSD lacks: one file for each system. */
#ifndef MH_BSD_NAMED_SYSCTL_H
#define MH_BSD_NAMED_SYSCTL_H

#include <stddef.h>

/* 0, or -1 and errno. */
int mh_named_sysctl(const char *name, void *old, size_t *length, const void *value, size_t value_length);

#endif

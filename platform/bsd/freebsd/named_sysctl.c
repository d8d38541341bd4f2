#include "bsd/named_sysctl.h"

#include <sys/sysctl.h>
#include <sys/types.h>

int mh_named_sysctl(const char *name, void *old, size_t *length, const void *value, size_t value_length)
{
    return sysctlbyname(name, old, length, value, value_length);
}

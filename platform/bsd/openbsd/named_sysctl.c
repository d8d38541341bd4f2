#include "bsd/named_sysctl.h"

#include <errno.h>

int mh_named_sysctl(const char *name, void *old, size_t *length, const void *value, size_t value_length)
{
    (void)name;
    (void)old;
    (void)length;
    (void)value;
    (void)value_length;
    errno = ENOSYS;
    return -1;
}

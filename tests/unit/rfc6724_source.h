/* Addresses as the tests of RFC 6724 write them. */
#ifndef MH_TESTS_UNIT_RFC6724_SOURCE_H
#define MH_TESTS_UNIT_RFC6724_SOURCE_H

#include "support.h"

#include "core/select.h"

#include <string.h>

/* The interface that the packet leaves by. */
enum { OUTPUT = 2 };

static struct mh_address parse(const char *text)
{
    struct mh_address address = {0};
    assert_true(mh_address_parse(text, strlen(text), &address));
    return address;
}

/* An address of interface OUTPUT with a /64 or /24. */
static struct mh_interface_address source(const char *text, uint32_t flags)
{
    struct mh_address address = parse(text);
    return (struct mh_interface_address){.interface = OUTPUT,
                                         .flags = flags,
                                         .address = address,
                                         .prefix_length = address.family == MH_IPV6 ? 64 : 24};
}

#endif

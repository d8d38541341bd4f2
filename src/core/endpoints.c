#include "core/endpoints.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_ROOM = 64 };

static bool make_room(struct mh_endpoints *endpoints)
{
    if (endpoints->count < endpoints->capacity)
        return true;
    size_t capacity = endpoints->capacity == 0 ? FIRST_ROOM : 2 * endpoints->capacity;
    struct mh_endpoint *items = realloc(endpoints->items, capacity * sizeof *items);
    if (items == NULL)
        return false;
    endpoints->items = items;
    endpoints->capacity = capacity;
    return true;
}

enum mh_error mh_endpoints_add(struct mh_endpoints *endpoints, const struct mh_endpoint *endpoint)
{
    if (endpoints->count >= MH_ENDPOINTS_MAX) {
        endpoints->truncated = true;
        return MH_LIMIT;
    }
    if (!make_room(endpoints))
        return MH_NO_MEMORY;
    endpoints->items[endpoints->count++] = *endpoint;
    return MH_OK;
}

void mh_endpoints_clear(struct mh_endpoints *endpoints)
{
    free(endpoints->items);
    *endpoints = (struct mh_endpoints){0};
}

const char *mh_endpoint_protocol_word(uint8_t protocol)
{
    return protocol == MH_ENDPOINT_TCP ? "tcp" : "udp";
}

const char *mh_endpoint_state_word(uint8_t state)
{
    return state == MH_ENDPOINT_CONNECTED ? "connected" : "listening";
}

struct mh_address mh_address_unmapped(const struct mh_address *address)
{
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    if (address->family != MH_IPV6 || memcmp(address->bytes, mapped, sizeof mapped) != 0)
        return *address;
    return mh_address_from_bytes(MH_IPV4, address->bytes + sizeof mapped);
}

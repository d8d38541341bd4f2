/* Bytes as if they came from a netlink socket: framing, and every decoder on every message. */
#include "linux/codec.h"
#include "linux/nexthops.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void decode(const struct nlmsghdr *message, size_t length, struct mh_nexthops *objects)
{
    static struct mh_link links[1];
    static struct mh_route_decoder decoder;
    static struct mh_nexthop object;
    struct mh_interface_address address;
    struct mh_rule rule;
    struct mh_neighbor neighbor;
    struct mh_address_label label;
    struct mh_route route;
    struct mh_endpoint endpoint;
    bool replaced;
    decoder.objects = objects;
    if (mh_decode_link(message, length, links) == MH_OK)
        mh_links_resolve(links, 1);
    (void)mh_decode_address(message, length, &address);
    (void)mh_decode_rule(message, length, &rule);
    (void)mh_decode_neighbor(message, length, &neighbor);
    (void)mh_decode_label(message, length, &label);
    if (mh_decode_nexthop(message, length, &object) == MH_OK)
        (void)mh_nexthops_put(objects, &object, &replaced);
    (void)mh_decode_endpoint(message, length, MH_ENDPOINT_TCP, &endpoint);
    (void)mh_decode_endpoint(message, length, MH_ENDPOINT_UDP, &endpoint);
    (void)mh_decode_route(message, length, &decoder, &route);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size > 0 ? size : 1); /* aligned, and exactly as large */
    struct mh_nexthops *objects = mh_nexthops_new();
    if (copy != NULL && objects != NULL) {
        const struct nlmsghdr *message;
        size_t length;
        if (size > 0)
            memcpy(copy, data, size);
        struct mh_messages walk = {copy, size, false};
        while (mh_messages_next(&walk, &message, &length))
            decode(message, length, objects);
    }
    mh_nexthops_free(objects);
    free(copy);
    return 0;
}

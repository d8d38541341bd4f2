/* Ethernet frames by which a host tells its neighbours that an address is at its hardware address. Only
 * builders; they send nothing. Pure; any thread. */
#ifndef MH_PLATFORM_COMMON_ANNOUNCE_FRAMES_H
#define MH_PLATFORM_COMMON_ANNOUNCE_FRAMES_H

#include "core/address.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    MH_ETHERNET_ADDRESS_SIZE = 6,
    MH_ARP_FRAME_SIZE = 42, /* what is shorter than 60 octets is padded by the interface */
    MH_ADVERTISEMENT_FRAME_SIZE = 86,
    MH_ANNOUNCE_FRAME_MAX = MH_ADVERTISEMENT_FRAME_SIZE
};

/* Each is broadcast and says that the IPv4 `address` is at `hardware`: as sender and as target. Some
 * neighbours learn from requests only, some from replies only. */
enum mh_arp_form {
    MH_ARP_REQUEST = 1, /* an ARP announcement (RFC 5227 2.3); the target's hardware address is zero */
    MH_ARP_REPLY = 2    /* a reply that nobody asked for; the target's hardware address is the sender's */
};

/* RFC 826. Returns MH_ARP_FRAME_SIZE. */
size_t mh_arp_frame(uint8_t frame[MH_ARP_FRAME_SIZE], enum mh_arp_form form,
                    const uint8_t hardware[MH_ETHERNET_ADDRESS_SIZE], const struct mh_address *address);

/* An unsolicited neighbour advertisement of the IPv6 `address` to all nodes, which overrides what they have
 * (RFC 4861 4.4, 7.2.6; RFC 2464). `router`: the host forwards; if this were wrong, its neighbours would
 * forget it as a router, or take it for one (7.2.5). Returns MH_ADVERTISEMENT_FRAME_SIZE. */
size_t mh_advertisement_frame(uint8_t frame[MH_ADVERTISEMENT_FRAME_SIZE],
                              const uint8_t hardware[MH_ETHERNET_ADDRESS_SIZE],
                              const struct mh_address *address, bool router);

#endif

#include "common/announce_frames.h"

#include <string.h>

enum { HARDWARE = MH_ETHERNET_ADDRESS_SIZE, ETHERNET_SIZE = 14, IPV6_SIZE = 40, MESSAGE_SIZE = 32 };

static void put_ethernet(uint8_t *frame, const uint8_t *to, const uint8_t *from, uint16_t type)
{
    memcpy(frame, to, HARDWARE);
    memcpy(frame + HARDWARE, from, HARDWARE);
    frame[12] = (uint8_t)(type >> 8);
    frame[13] = (uint8_t)type;
}

/* ---- ARP ------------------------------------------------------------------------------------------- */

size_t mh_arp_frame(uint8_t frame[MH_ARP_FRAME_SIZE], enum mh_arp_form form,
                    const uint8_t hardware[MH_ETHERNET_ADDRESS_SIZE], const struct mh_address *address)
{
    static const uint8_t everybody[HARDWARE] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    static const uint8_t kind[] = {0, 1, 8, 0, HARDWARE, 4, 0}; /* Ethernet, IPv4, lengths, of the form */
    uint8_t *arp = frame + ETHERNET_SIZE;
    memset(frame, 0, MH_ARP_FRAME_SIZE);
    put_ethernet(frame, everybody, hardware, 0x0806);
    memcpy(arp, kind, sizeof kind);
    arp[7] = (uint8_t)form;
    memcpy(arp + 8, hardware, HARDWARE);
    memcpy(arp + 14, address->bytes, 4);
    if (form == MH_ARP_REPLY)
        memcpy(arp + 18, hardware, HARDWARE);
    memcpy(arp + 24, address->bytes, 4);
    return MH_ARP_FRAME_SIZE;
}

/* ---- neighbour advertisements ---------------------------------------------------------------------- */

static uint32_t sum(const uint8_t *bytes, size_t length)
{
    uint32_t total = 0;
    for (size_t i = 0; i < length; i += 2)
        total += (uint32_t)bytes[i] << 8 | bytes[i + 1];
    return total;
}

/* RFC 8200 8.1: over both addresses, the length and the next header too. */
static uint16_t checksum_of(const uint8_t *ipv6, const uint8_t *message)
{
    uint32_t total = sum(ipv6 + 8, 32) + MESSAGE_SIZE + ipv6[6] + sum(message, MESSAGE_SIZE);
    while (total > 0xffff)
        total = (total & 0xffff) + (total >> 16);
    return (uint16_t)~total;
}

static void put_ipv6(uint8_t *ipv6, const struct mh_address *from)
{
    static const uint8_t all_nodes[16] = {0xff, 0x02, [15] = 1};
    ipv6[0] = 0x60;
    ipv6[5] = MESSAGE_SIZE;
    ipv6[6] = 58; /* ICMPv6 */
    ipv6[7] = 255;
    memcpy(ipv6 + 8, from->bytes, 16);
    memcpy(ipv6 + 24, all_nodes, 16);
}

static void put_advertisement(uint8_t *message, const uint8_t *hardware, const struct mh_address *address,
                              bool router)
{
    enum { ADVERTISEMENT = 136, ROUTER = 0x80, OVERRIDE = 0x20, TARGET_LINK_ADDRESS = 2 };
    message[0] = ADVERTISEMENT;
    message[4] = router ? ROUTER | OVERRIDE : OVERRIDE;
    memcpy(message + 8, address->bytes, 16);
    message[24] = TARGET_LINK_ADDRESS;
    message[25] = 1; /* times eight octets */
    memcpy(message + 26, hardware, HARDWARE);
}

size_t mh_advertisement_frame(uint8_t frame[MH_ADVERTISEMENT_FRAME_SIZE],
                              const uint8_t hardware[MH_ETHERNET_ADDRESS_SIZE],
                              const struct mh_address *address, bool router)
{
    static const uint8_t everybody[HARDWARE] = {0x33, 0x33, 0, 0, 0, 1};
    uint8_t *ipv6 = frame + ETHERNET_SIZE, *message = ipv6 + IPV6_SIZE;
    memset(frame, 0, MH_ADVERTISEMENT_FRAME_SIZE);
    put_ethernet(frame, everybody, hardware, 0x86dd);
    put_ipv6(ipv6, address);
    put_advertisement(message, hardware, address, router);
    uint16_t checksum = checksum_of(ipv6, message);
    message[2] = (uint8_t)(checksum >> 8);
    message[3] = (uint8_t)checksum;
    return MH_ADVERTISEMENT_FRAME_SIZE;
}

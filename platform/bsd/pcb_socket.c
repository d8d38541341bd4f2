/* Sockets, as each system lists them. */
#include "pcb_numbers.h"
#include "pcb_parts.h"

#include <string.h>

/* Where an address and its port stand. */
struct end {
    enum mh_pcb_field address, port;
};
static const struct end local_end = {MH_PCB_LOCAL, MH_PCB_LOCAL_PORT};
static const struct end remote_end = {MH_PCB_REMOTE, MH_PCB_REMOTE_PORT};

typedef bool (*decoder)(const struct mh_pcb_record *record, struct mh_endpoint *endpoint);

/* ---- addresses ------------------------------------------------------------------------------------- */

static uint16_t port_of(const uint8_t octets[2])
{
    return (uint16_t)(octets[0] << 8 | octets[1]);
}

static struct mh_address take_ipv6(const uint8_t octets[16], uint32_t *zone)
{
    uint8_t bytes[16];
    memcpy(bytes, octets, sizeof bytes);
    uint32_t embedded = mh_rt_take_zone(bytes);
    if (embedded != 0)
        *zone = embedded;
    const struct mh_address address = mh_address_from_bytes(MH_IPV6, bytes);
    return mh_address_unmapped(&address);
}

/* ---- FreeBSD --------------------------------------------------------------------------------------- */

/* An IPv4 address stands in the last four octets of where an IPv6 address would. A socket that waits for both
 * has both bits. */
static void take_freebsd_end(const struct mh_pcb_record *record, const struct end *end,
                             struct mh_address *address, uint16_t *port, uint32_t *zone)
{
    const uint8_t *octets = mh_pcb_octets(record, end->address);
    *port = port_of(mh_pcb_octets(record, end->port));
    if (mh_pcb_number(record, MH_PCB_FAMILY) & FREEBSD_INP_IPV6)
        *address = take_ipv6(octets, zone);
    else
        *address = mh_address_from_bytes(MH_IPV4, octets + 12);
}

static bool decode_freebsd(const struct mh_pcb_record *record, struct mh_endpoint *endpoint)
{
    uint64_t families = mh_pcb_number(record, MH_PCB_FAMILY) & (FREEBSD_INP_IPV4 | FREEBSD_INP_IPV6);
    uint64_t key = mh_pcb_number(record, MH_PCB_KEY);
    if (families == 0)
        return false;
    endpoint->inode = key;
    endpoint->uid = (uint32_t)mh_pcb_number(record, MH_PCB_UID);
    endpoint->table = (uint32_t)mh_pcb_number(record, MH_PCB_TABLE);
    endpoint->ipv6_only = families == FREEBSD_INP_IPV6;
    take_freebsd_end(record, &local_end, &endpoint->local, &endpoint->local_port, &endpoint->interface);
    take_freebsd_end(record, &remote_end, &endpoint->remote, &endpoint->remote_port, &endpoint->interface);
    if (endpoint->local.family == MH_IPV4)
        endpoint->tos = (uint8_t)mh_pcb_number(record, MH_PCB_TOS);
    return true;
}

/* ---- NetBSD ---------------------------------------------------------------------------------------- */

/* struct sockaddr_in and sockaddr_in6. */
static void take_sockaddr(const struct mh_pcb_record *record, enum mh_pcb_field field,
                          struct mh_address *address, uint16_t *port, uint32_t *zone)
{
    const uint8_t *octets = mh_pcb_octets(record, field);
    *port = port_of(octets + 2);
    if (octets[1] == MH_RT_AF_INET) {
        *address = mh_address_from_bytes(MH_IPV4, octets + 4);
    } else if (octets[1] == record->order->inet6) {
        uint32_t scope = (uint32_t)mh_rt_read_number(record->order, octets + 24, 4);
        if (scope != 0)
            *zone = scope;
        *address = take_ipv6(octets + 8, zone);
    }
}

static bool decode_netbsd(const struct mh_pcb_record *record, struct mh_endpoint *endpoint)
{
    endpoint->inode = mh_pcb_number(record, MH_PCB_KEY);
    endpoint->ipv6_only = mh_pcb_number(record, MH_PCB_FAMILY) == record->order->inet6 &&
                          (mh_pcb_number(record, MH_PCB_FLAGS) & NETBSD_IN6P_IPV6_V6ONLY) != 0;
    take_sockaddr(record, MH_PCB_LOCAL, &endpoint->local, &endpoint->local_port, &endpoint->interface);
    take_sockaddr(record, MH_PCB_REMOTE, &endpoint->remote, &endpoint->remote_port, &endpoint->interface);
    return endpoint->local.family != MH_FAMILY_NONE;
}

/* ---- OpenBSD --------------------------------------------------------------------------------------- */

/* A port in network order was widened to a number of the machine. */
static void take_openbsd_end(const struct mh_pcb_record *record, const struct end *end,
                             struct mh_address *address, uint16_t *port, uint32_t *zone)
{
    const uint8_t *octets = mh_pcb_octets(record, end->address);
    const uint8_t *widened = mh_pcb_octets(record, end->port);
    *port = port_of(record->order->big_endian ? widened + 2 : widened);
    if (mh_pcb_number(record, MH_PCB_FAMILY) == MH_RT_AF_INET)
        *address = mh_address_from_bytes(MH_IPV4, octets);
    else
        *address = take_ipv6(octets, zone);
}

/* Its IPv6 sockets never speak IPv4 (inet6(4)). */
static bool decode_openbsd(const struct mh_pcb_record *record, struct mh_endpoint *endpoint)
{
    uint64_t family = mh_pcb_number(record, MH_PCB_FAMILY), key = mh_pcb_number(record, MH_PCB_KEY);
    uint64_t kind = mh_pcb_number(record, MH_PCB_KIND), protocol = mh_pcb_number(record, MH_PCB_PROTOCOL);
    bool is_tcp = protocol == MH_ENDPOINT_TCP && kind == OPENBSD_SOCK_STREAM;
    if ((family != MH_RT_AF_INET && family != record->order->inet6) ||
        (!is_tcp && (protocol != MH_ENDPOINT_UDP || kind != OPENBSD_SOCK_DGRAM)))
        return false;
    endpoint->protocol = (uint8_t)protocol;
    endpoint->inode = key == UINT64_MAX ? 0 : key;
    endpoint->table = (uint32_t)mh_pcb_number(record, MH_PCB_TABLE);
    endpoint->ipv6_only = family == record->order->inet6;
    take_openbsd_end(record, &local_end, &endpoint->local, &endpoint->local_port, &endpoint->interface);
    take_openbsd_end(record, &remote_end, &endpoint->remote, &endpoint->remote_port, &endpoint->interface);
    return true;
}

/* ---- any ------------------------------------------------------------------------------------------- */

/* `native`: TCP's state, whose numbers are alike on all. What UDP's connect(2) named is its remote; one
 * without a port takes from nobody. */
static uint8_t state_of(const struct mh_endpoint *endpoint, uint64_t native)
{
    if (endpoint->protocol == MH_ENDPOINT_UDP) {
        if (endpoint->remote_port != 0)
            return MH_ENDPOINT_CONNECTED;
        return endpoint->local_port != 0 ? MH_ENDPOINT_LISTENING : 0;
    }
    if (native == FREEBSD_TCPS_ESTABLISHED)
        return MH_ENDPOINT_CONNECTED;
    return native == FREEBSD_TCPS_LISTEN ? MH_ENDPOINT_LISTENING : 0;
}

/* `native`: the state in which TCP has it. */
static enum mh_error take(const struct mh_pcb_record *record, uint8_t protocol, uint64_t native,
                          unsigned states, struct mh_endpoints *endpoints)
{
    static const decoder decoders[] = {
        [MH_RT_FREEBSD] = decode_freebsd, [MH_RT_NETBSD] = decode_netbsd, [MH_RT_OPENBSD] = decode_openbsd};
    struct mh_endpoint endpoint = {.protocol = protocol};
    if (!decoders[record->layout->system](record, &endpoint))
        return MH_OK;
    endpoint.state = state_of(&endpoint, native);
    if ((endpoint.state & states) == 0)
        return MH_OK;
    if (endpoint.state != MH_ENDPOINT_CONNECTED) {
        endpoint.remote = (struct mh_address){0};
        endpoint.remote_port = 0;
    }
    return mh_endpoints_add(endpoints, &endpoint);
}

/* The length that stands in front of a record; 0: it cannot be one. */
static size_t freebsd_length(const struct mh_pcb_table *table, size_t offset)
{
    size_t left = table->length - offset;
    if (left < MH_FREEBSD_PCB_HEAD_SIZE)
        return 0;
    uint64_t told = mh_rt_read_number(table->layout, table->bytes + offset, 8);
    return told >= MH_FREEBSD_PCB_HEAD_SIZE && told <= left ? (size_t)told : 0;
}

static enum mh_error take_freebsd(const struct mh_pcb_table *table, size_t offset, size_t length,
                                  uint8_t protocol, unsigned states, struct mh_endpoints *endpoints)
{
    const struct mh_pcb_layout *layout = mh_pcb_layout_of(table->layout);
    struct mh_pcb_record record = {layout, table->layout, table->bytes + offset};
    uint64_t native = 0;
    if (length < (protocol == MH_ENDPOINT_TCP ? layout->tcp_size : layout->socket_size))
        return MH_MALFORMED;
    if (protocol == MH_ENDPOINT_TCP) {
        native = mh_pcb_number(&record, MH_PCB_STATE);
        record.bytes += layout->tcp_offset;
    }
    return take(&record, protocol, native, states, endpoints);
}

/* xinpgen, then the sockets, then xinpgen again, by whose length the end is known (as netstat(1) does it);
 * the first one alone when there are no sockets. */
static enum mh_error read_freebsd(const struct mh_pcb_table *table, uint8_t protocol, unsigned states,
                                  struct mh_endpoints *endpoints)
{
    size_t offset = freebsd_length(table, 0), length;
    if (offset == 0)
        return MH_MALFORMED;
    if (offset == table->length)
        return MH_OK;
    for (; (length = freebsd_length(table, offset)) > MH_FREEBSD_PCB_HEAD_SIZE; offset += length) {
        enum mh_error code = take_freebsd(table, offset, length, protocol, states, endpoints);
        if (code != MH_OK)
            return code;
    }
    return length == MH_FREEBSD_PCB_HEAD_SIZE ? MH_OK : MH_MALFORMED;
}

static enum mh_error read_array(const struct mh_pcb_table *table, uint8_t protocol, unsigned states,
                                struct mh_endpoints *endpoints)
{
    struct mh_pcb_record record = {mh_pcb_layout_of(table->layout), table->layout, table->bytes};
    size_t size = record.layout->socket_size, left = table->length;
    enum mh_error code = MH_OK;
    for (; code == MH_OK && left >= size; record.bytes += size, left -= size)
        code = take(&record, protocol, mh_pcb_number(&record, MH_PCB_STATE), states, endpoints);
    return code == MH_OK && left > 0 ? MH_MALFORMED : code;
}

enum mh_error mh_pcb_read_sockets(const struct mh_pcb_table *table, uint8_t protocol, unsigned states,
                                  struct mh_endpoints *endpoints, struct mh_failure *failure)
{
    bool is_freebsd = table->layout->system == MH_RT_FREEBSD;
    enum mh_error code = is_freebsd ? read_freebsd(table, protocol, states, endpoints)
                                    : read_array(table, protocol, states, endpoints);
    if (code == MH_MALFORMED)
        return mh_fail(failure, code, "the kernel's list of sockets is cut, or of another layout");
    return code == MH_NO_MEMORY ? mh_fail(failure, code, "out of memory") : code;
}

/* Endpoints: the TCP and UDP sockets of a host, as its kernel lists them. A connected one is a session, which
 * a change of addresses or routes may cut off. Pure; any thread. */
#ifndef MH_CORE_ENDPOINTS_H
#define MH_CORE_ENDPOINTS_H

#include "core/address.h"
#include "core/error.h"

/* IP protocol numbers. */
enum { MH_ENDPOINT_TCP = 6, MH_ENDPOINT_UDP = 17 };

/* Bits: a set of them says which endpoints are wanted. TCP's states between these two are not listed. */
enum mh_endpoint_state {
    MH_ENDPOINT_LISTENING = 1 << 0, /* TCP: waits for connections; UDP: has no remote, takes from everybody */
    MH_ENDPOINT_CONNECTED = 1 << 1  /* TCP: established; UDP: connect(2) named a remote */
};

enum { MH_ENDPOINTS_MAX = 65536, MH_PROCESS_NAME_SIZE = 64 };

struct mh_endpoint {
    uint8_t protocol; /* MH_ENDPOINT_TCP, MH_ENDPOINT_UDP */
    uint8_t state;    /* enum mh_endpoint_state */
    uint8_t tos;      /* as in the packets it sends; IPv6: traffic class */
    bool has_mark;    /* `mark` is known */
    bool ipv6_only;   /* of "::": does not take IPv4 too */
    bool yours;       /* held by the process that asks, or by one that it descends from */
    uint16_t local_port, remote_port;
    struct mh_address
        local; /* 0.0.0.0 or ::, any. IPv4 also where an IPv6 socket speaks it (RFC 4291 2.5.5.2) */
    struct mh_address remote; /* family none when not connected */
    uint32_t interface;       /* it is bound to this one; 0: to none */
    uint32_t table;           /* BSDs: the FIB or rtable that its packets are looked up in; else 0 */
    uint32_t mark, uid;
    uint64_t inode; /* the system's name for the socket; 0: no process has it open any more */
    uint32_t pid;   /* of one process that has it open; 0: not known, and `process_unknown` says why */
    char process[MH_PROCESS_NAME_SIZE]; /* that one's name */
    const char *process_unknown;        /* static; NULL: nobody has looked */
};

/* Zero-initialised: empty. */
struct mh_endpoints {
    struct mh_endpoint *items;
    size_t count, capacity;
    bool truncated; /* there are more than MH_ENDPOINTS_MAX */
};

/* Appends a copy. MH_LIMIT: there are MH_ENDPOINTS_MAX already, and `truncated` is set; MH_NO_MEMORY. */
enum mh_error mh_endpoints_add(struct mh_endpoints *endpoints, const struct mh_endpoint *endpoint);
/* Gives the memory back. */
void mh_endpoints_clear(struct mh_endpoints *endpoints);

/* "tcp", "udp"; "listening", "connected"; static. */
const char *mh_endpoint_protocol_word(uint8_t protocol);
const char *mh_endpoint_state_word(uint8_t state);

/* 192.0.2.1 of ::ffff:192.0.2.1 (RFC 4291 2.5.5.2); any other address stays as it is. */
struct mh_address mh_address_unmapped(const struct mh_address *address);

#endif

/* The return path (DESIGN section 4): a packet from `remote` to `local` came in on an interface. Would this
 * host take it, where does the reply leave, and what would drop the one or the other: routes, strong host
 * receive, martian addresses, the reverse path filter, the packet filter. Pure; the caller holds the route
 * table still during the call and while it reads the report. */
#ifndef MH_CORE_PATH_H
#define MH_CORE_PATH_H

#include "core/filter.h"
#include "core/role.h"
#include "core/select.h"

/* Sockets that may be at `local`, which reply differently. X(name, word) */
#define MH_PATH_SOCKET_TABLE(X)                                                                              \
    X(TCP, "tcp")                   /* a connection keeps the address that it was made to */                 \
    X(UDP_BOUND, "udp-bound")       /* bound to `local`, or replies with IP_PKTINFO: keeps it too */         \
    X(UDP_WILDCARD, "udp-wildcard") /* bound to no address: each reply chooses its source anew */

enum mh_path_socket_kind {
#define MH_PATH_SOCKET_ENUM(name, word) MH_PATH_##name,
    MH_PATH_SOCKET_TABLE(MH_PATH_SOCKET_ENUM)
#undef MH_PATH_SOCKET_ENUM
        MH_PATH_SOCKET_COUNT
};

/* What says no. X(name, word) */
#define MH_PATH_BY_TABLE(X)                                                                                  \
    X(INTERFACE_DOWN, "interface-down")                                                                      \
    X(NOT_LOCAL, "not-local")                                                                                \
    X(MARTIAN_SOURCE, "martian-source")                                                                      \
    X(MARTIAN_DESTINATION, "martian-destination")                                                            \
    X(STRONG_HOST, "strong-host")                                                                            \
    X(REVERSE_PATH_FILTER, "reverse-path-filter")                                                            \
    X(STATEFUL_FILTER, "stateful-filter") /* would pass if it left by the interface it came in on */         \
    X(PACKET_FILTER, "packet-filter")                                                                        \
    X(NO_RETURN_ROUTE, "no-return-route")                                                                    \
    X(UDP_WRONG_SOURCE, "udp-wrong-source")                                                                  \
    X(ROUTING, "routing") /* only with MH_PATH_DROPS_UNKNOWN: a route or rule cannot be told */

enum mh_path_by {
#define MH_PATH_BY_ENUM(name, word) MH_PATH_BY_##name,
    MH_PATH_BY_TABLE(MH_PATH_BY_ENUM)
#undef MH_PATH_BY_ENUM
        MH_PATH_BY_COUNT
};

enum mh_path_drops {
    MH_PATH_DROPS_REQUEST,
    MH_PATH_DROPS_REPLY,
    MH_PATH_DROPS_UNKNOWN /* whether anything is dropped cannot be told; the text says why */
};

/* "tcp", "reverse-path-filter"; static. */
const char *mh_path_socket_word(enum mh_path_socket_kind kind);
const char *mh_path_by_word(enum mh_path_by by);

/* Addresses of one family, neither unspecified nor multicast. */
struct mh_path_question {
    struct mh_address remote, local;
    uint32_t interface; /* index; it is there */
    uint8_t protocol;   /* 6 or 17; 0: all kinds of sockets are looked at */
    uint16_t remote_port, local_port;
    bool remote_port_known, local_port_known;
    uint32_t mark; /* of the socket that replies (SO_MARK) */
};

/* Of whom it is asked. */
struct mh_path_host {
    const struct mh_snapshot *snapshot;
    const struct mh_route_table *routes;
    enum mh_dialect dialect;
    const struct mh_role_verdict
        *roles;                     /* one for each of snapshot->interfaces; NULL: what their kind says */
    const struct mh_filter *filter; /* NULL: not known, `filter_unknown` says why */
    const char *filter_unknown;
    /* mh_filter_run */
    void (*run_filter)(const struct mh_filter *filter, enum mh_filter_hook hook,
                       struct mh_filter_packet *packet, struct mh_filter_result *result);
};

enum {
    MH_PATH_TEXT_SIZE = 1024,
    MH_PATH_VERDICTS_MAX = 16,
    MH_PATH_REMEDIES_MAX = 4,
    MH_PATH_ADVICE_MAX = 6
};

struct mh_path_verdict {
    enum mh_path_by by;
    enum mh_path_drops drops;
    unsigned sockets; /* the kinds that it concerns, 1 << enum mh_path_socket_kind */
    char text[MH_PATH_TEXT_SIZE];
};

enum mh_path_asymmetry { MH_PATH_SYMMETRIC, MH_PATH_ASYMMETRIC, MH_PATH_UNDECIDED };

/* The reply of one kind of socket. */
struct mh_path_reply {
    enum mh_path_socket_kind kind;
    struct mh_question question;   /* that its way answers */
    struct mh_selection selection; /* without candidates: nothing to clear */
    enum mh_path_asymmetry asymmetry;
    const char *reason; /* of MH_PATH_UNDECIDED; static */
};

/* Settings that cure: DESIGN section 6. */
enum mh_path_remedy_kind {
    MH_PATH_SOURCE_ROUTING, /* with `gateway` unless its family is none: what the uplink must name */
    MH_PATH_LOOSE,          /* reverse_path of `interface` */
    MH_PATH_WEAK_RECEIVE    /* host_model.receive of `interface`; 0: of the host, with consent */
};

struct mh_path_remedy {
    enum mh_path_remedy_kind kind;
    uint32_t interface;
    uint8_t family; /* enum mh_family that it is for */
    struct mh_address gateway;
};

/* What becomes of the request where it looks for its way in; before the packet filter's changes. */
enum mh_path_arrival { MH_PATH_TAKEN, MH_PATH_PASSED_ON, MH_PATH_REFUSED, MH_PATH_ARRIVAL_UNKNOWN };

/* Large: some fifty thousand octets. */
struct mh_path_report {
    uint32_t input;              /* where IP sees it come in: a bridge or bond for its ports */
    struct mh_question incoming; /* the request's question to the routes, for a system that can be asked */
    enum mh_path_arrival arrival;
    bool marked; /* the packet filter changes the request's mark before its way is looked up */
    size_t reply_count;
    struct mh_path_reply replies[MH_PATH_SOCKET_COUNT];
    size_t verdict_count;
    struct mh_path_verdict verdicts[MH_PATH_VERDICTS_MAX];
    size_t remedy_count;
    struct mh_path_remedy remedies[MH_PATH_REMEDIES_MAX];
    size_t advice_count; /* what no setting here cures, or not all of it */
    char advice[MH_PATH_ADVICE_MAX][MH_PATH_TEXT_SIZE];
};

/* The questions to the routes alone, so that the system can be asked before the route table is held: sets
 * input, incoming, reply_count, and kind and question of each reply. */
void mh_path_begin(const struct mh_snapshot *snapshot, const struct mh_path_question *question,
                   struct mh_path_report *report);

/* The rest of a report that mh_path_begin began for the same question. Several verdicts stand in the order in
 * which the packet meets what makes them, whether or not it comes that far. MH_OK or MH_NO_MEMORY. */
enum mh_error mh_path(const struct mh_path_host *host, const struct mh_path_question *question,
                      struct mh_path_report *report);

#endif

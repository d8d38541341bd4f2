/* The host's packet filter, as read from the system, and what it does with one packet (DESIGN section 4,
 * `path`). Three answers: it passes, it drops, or that cannot be told, with the reason. A filter that is not
 * understood in a part that the packet meets is never taken to pass or to drop. Semantics are nftables'
 * (nft(8)); other systems' filters are expressed in them. Pure; a filter is immutable once made; any thread.
 */
#ifndef MH_CORE_FILTER_H
#define MH_CORE_FILTER_H

#include "core/error.h"
#include "core/model.h"

struct mh_filter;

/* Where base chains are hooked (nft(8), "Chains"), in the order in which a packet of this host meets them. */
enum mh_filter_hook {
    MH_FILTER_PREROUTING,
    MH_FILTER_INPUT,
    MH_FILTER_FORWARD,
    MH_FILTER_OUTPUT,
    MH_FILTER_POSTROUTING,
    MH_FILTER_HOOK_COUNT
};

/* Connection tracking's word for the packet (ct state). */
enum mh_filter_state {
    MH_FILTER_STATE_NEW,
    MH_FILTER_STATE_ESTABLISHED,
    MH_FILTER_STATE_RELATED,
    MH_FILTER_STATE_INVALID,
    MH_FILTER_STATE_UNTRACKED
};

/* What a rule asks of the routes: nft's `fib`. */
struct mh_filter_fib_question {
    struct mh_address address;
    uint32_t input, output; /* interface that the lookup is bound to (`. iif`, `. oif`); 0: not */
    uint32_t mark;          /* with `. mark`; else 0 */
    struct mh_address from; /* the packet's other address: what rules of the routing policy see as "from" */
    bool type_only;         /* what kind of address it is; of the way nothing is asked */
};
/* As the kernel's nft_fib: only a unicast route counts; bound to an interface it is that interface when one
 * of the route's next hops uses it, and none otherwise. */
struct mh_filter_fib_answer {
    bool known;                 /* false: cannot be told */
    uint32_t interface;         /* of the route found; 0: none */
    const char *interface_name; /* NULL: the packet's own interfaces are known by their names, others not */
    uint8_t type;               /* enum mh_route_type of the address */
};
typedef void (*mh_filter_fib)(void *context, const struct mh_filter_fib_question *question,
                              struct mh_filter_fib_answer *answer);

/* A packet on its way. Rules may change the marks and the zone: give the same value to the next hook. What is
 * not known is said so, and what depends on it is indeterminate.
 *
 * `state` goes with `zone`: connection tracking looks the packet up in its zone, after the rules of
 * prerouting and output whose priority is below -200. When mh_filter_run has changed `zone`, give the state
 * that the packet has in that zone, and the other members as they were, and run the hook again; until then
 * what asks the state is indeterminate. A rule that says notrack makes the state untracked by itself. */
struct mh_filter_packet {
    struct mh_address source, destination;
    uint32_t input, output;               /* interface indices; 0: none (at hooks that have none) */
    const char *input_name, *output_name; /* "" with 0 */
    uint8_t protocol;                     /* IP protocol number; see `protocol_known` */
    bool protocol_known;
    uint16_t source_port, destination_port;
    bool source_port_known, destination_port_known;
    bool tcp_syn; /* TCP: the first segment (SYN alone); else a later one (ACK, and any other flag) */
    enum mh_filter_state state;
    bool reply_direction; /* ct direction */
    uint32_t mark;
    uint32_t connection_mark; /* ct mark: what the request's rules set is there for the reply */
    bool connection_mark_known;
    uint32_t zone; /* ct zone that a rule has given the packet; 0: the default one */
    mh_filter_fib fib;
    void *fib_context;
    /* Rules make these true, and so may the caller: the value above is not the packet's, or not surely. */
    bool mark_unknown, zone_unknown, state_unknown;
    bool source_translated, destination_translated; /* by nat: address and port are others */
};

enum mh_filter_verdict { MH_FILTER_PASSES, MH_FILTER_DROPS, MH_FILTER_INDETERMINATE };

enum { MH_FILTER_TEXT_SIZE = 256 };

struct mh_filter_result {
    enum mh_filter_verdict verdict;
    bool rejects;                     /* dropped, and the sender is told (reject) */
    bool stateful;                    /* the rules that led here asked connection tracking (ct ...) */
    char chain[MH_FILTER_TEXT_SIZE];  /* "inet filter input": the chain that dropped, or is not understood */
    char rule[MH_FILTER_TEXT_SIZE];   /* the rule in nft's words, cut; "policy drop"; "" when it passes */
    char reason[MH_FILTER_TEXT_SIZE]; /* of MH_FILTER_INDETERMINATE: what is not understood or not known */
};

/* Sends the packet through all base chains of the hook and of its family, by priority. Chains of type nat see
 * a connection's first packet only. Work is bounded: what takes more than a million
 * statements is indeterminate. */
void mh_filter_run(const struct mh_filter *filter, enum mh_filter_hook hook, struct mh_filter_packet *packet,
                   struct mh_filter_result *result);

/* True when there is nothing that could drop anything (no base chain at any of the hooks). */
bool mh_filter_is_empty(const struct mh_filter *filter);

/* Destination ports that its rules name, each once and at most `room`: of a range the first. Returns how
 * many. */
size_t mh_filter_ports(const struct mh_filter *filter, uint16_t ports[], size_t room);

/* NULL is allowed. */
void mh_filter_free(struct mh_filter *filter);

#endif

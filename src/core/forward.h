/* Forwarding: which rule, route and next hop a packet takes (DESIGN section 4). Pure: the same question over
 * the same snapshot and routes has the same answer. The caller holds the route table still during the call
 * and while it reads the answer. Linux's semantics (net/core/fib_rules.c, net/ipv4/fib_trie.c,
 * net/ipv6/route.c); systems without policy rules, and those whose rules come behind the routes (pf), are
 * asked with a snapshot that has none: table 0 alone is searched then. */
#ifndef MH_CORE_FORWARD_H
#define MH_CORE_FORWARD_H

#include "core/route_table.h"
#include "core/snapshot.h"

/* What the question says beside its addresses. A rule that selects by something that is not known makes the
 * answer indeterminate. */
enum mh_known {
    MH_KNOWN_MARK = 1 << 0,
    MH_KNOWN_TOS = 1 << 1,
    MH_KNOWN_PROTOCOL = 1 << 2,
    MH_KNOWN_PORTS = 1 << 3,
    MH_KNOWN_UID = 1 << 4,
    MH_KNOWN_ALL = 0x1f
};

struct mh_question {
    struct mh_address destination;
    struct mh_address source; /* family none: not chosen yet */
    uint32_t output;          /* interface it is bound to; 0: any */
    uint32_t input;           /* interface it comes in by; 0: this host sends it */
    uint32_t mark;
    uint32_t uid;
    uint16_t source_port, destination_port;
    uint8_t tos;      /* the DSCP bits and ECN as in the header; ECN does not count */
    uint8_t protocol; /* IP protocol number */
    uint8_t known;    /* enum mh_known */
    /* Of `output`: the socket is bound to the interface (Linux SO_BINDTODEVICE), not merely sent by it
     * (IPV6_PKTINFO). Linux looks at routes by other interfaces in the latter case, for IPv6 with a source.
     */
    bool output_is_bound;
};

/* How a search ended. */
enum mh_way {
    MH_WAY_FOUND,
    MH_WAY_UNREACHABLE,      /* ENETUNREACH: no route, or a rule that says so */
    MH_WAY_HOST_UNREACHABLE, /* EHOSTUNREACH: an unreachable route */
    MH_WAY_PROHIBITED,       /* EACCES */
    MH_WAY_INVALID,          /* EINVAL: blackhole, or the question makes no sense to the system */
    MH_WAY_NO_DEVICE,        /* ENODEV */
    MH_WAY_NO_SOURCE,        /* EADDRNOTAVAIL: there is a route, but no address of this host to send from */
    MH_WAY_INDETERMINATE     /* `reason` says what is not known */
};

/* "ENETUNREACH"; NULL for MH_WAY_FOUND and MH_WAY_INDETERMINATE. Static. */
const char *mh_way_native(enum mh_way way);
/* "unreachable", "prohibited", ...; static. */
const char *mh_way_word(enum mh_way way);

/* A next hop that the system may take. */
struct mh_choice {
    mh_route_handle route;
    uint16_t hop; /* index into the route's next hops */
};

enum { MH_CHOICES_MAX = 512 };

struct mh_forwarding {
    enum mh_way way;
    const char *reason;         /* of MH_WAY_INDETERMINATE; static */
    const struct mh_rule *rule; /* that led to the route or to the refusal; NULL: none */
    mh_route_handle handle;     /* the route, the first of several; 0: none */
    struct mh_route route;      /* the same, expanded */
    size_t choice_count; /* several: the system spreads flows, or follows neighbours it has not asked yet */
    struct mh_choice choices[MH_CHOICES_MAX];
};

/* Answers into *answer. `way`, `rule` and `choice_count` are always set; `reason` with MH_WAY_INDETERMINATE;
 * `handle` always, and `route` when it is not 0; choices[0..choice_count), of which the first is the one that
 * Linux takes where it does not spread. Nothing else is written: the value is large. */
void mh_forward(const struct mh_snapshot *snapshot, const struct mh_route_table *routes,
                const struct mh_question *question, struct mh_forwarding *answer);

/* Searches one table only. True when the search ends here (found or refused), false: the next rule would have
 * its turn
 * (*answer holds nothing then). `rule` is NULL. */
bool mh_forward_table(const struct mh_snapshot *snapshot, const struct mh_route_table *routes, uint32_t table,
                      const struct mh_question *question, struct mh_forwarding *answer);

/* The rule has a selector at all: without one it matches everything. */
bool mh_rule_selects(const struct mh_rule *rule);
/* Whether a rule matches; `unknown` names what the question does not say. */
enum mh_match { MH_MATCH_NO, MH_MATCH_YES, MH_MATCH_UNKNOWN };
enum mh_match mh_rule_match(const struct mh_snapshot *snapshot, const struct mh_rule *rule,
                            const struct mh_question *question, const char **unknown);

/* The name of selector, index of lo: what this host sends itself "comes in" by it. 0 when there is none. */
uint32_t mh_loopback_index(const struct mh_snapshot *snapshot);

#endif

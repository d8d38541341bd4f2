/* Source selection: which source address a packet gets, by which interface and next hop it leaves, and why
 * (DESIGN section 4; RFC 1122 3.3.4.3; RFC 6724). One question, two answers: what this system does (a
 * dialect), and what the RFCs advise. Pure: the caller holds the route table still during the call and while
 * it reads the answer. */
#ifndef MH_CORE_SELECT_H
#define MH_CORE_SELECT_H

#include "core/forward.h"
#include "core/rfc6724.h"

/* What systems do. X(name, word) */
#define MH_DIALECT_TABLE(X)                                                                                  \
    X(LINUX, "linux")                                                                                        \
    X(FREEBSD, "freebsd")                                                                                    \
    X(NETBSD, "netbsd")                                                                                      \
    X(OPENBSD, "openbsd")                                                                                    \
    X(WINDOWS, "windows")

enum mh_dialect {
#define MH_DIALECT_ENUM(name, word) MH_DIALECT_##name,
    MH_DIALECT_TABLE(MH_DIALECT_ENUM)
#undef MH_DIALECT_ENUM
        MH_DIALECT_COUNT
};

/* Policy rules apply behind the look-up of routes, in the packet filter: FreeBSD and OpenBSD. Elsewhere they
 * are what is looked up, or there are none. */
bool mh_dialect_redirects(enum mh_dialect dialect);

/* A numbered rule of a dialect: "linux4-2" and the sentence that explains it. Static; numbered alike in code,
 * tests, docs and output. `source` names where the behaviour is documented. */
struct mh_select_rule {
    const char *number;
    const char *text;
    const char *source;
};

/* An address that could have been the source. Of those that lost, the rule that dropped it. */
struct mh_candidate {
    const struct mh_interface_address *address; /* into the snapshot */
    bool chosen;
    const struct mh_select_rule *dropped_by; /* NULL when chosen */
};

struct mh_selection {
    enum mh_way way;
    const char *reason;       /* of MH_WAY_INDETERMINATE */
    struct mh_address source; /* family none: no way, or it depends on the choice of next hop: see choices */
    uint32_t interface;       /* the packet leaves by it; of several, the first choice's; 0: no way */
    struct mh_address next_hop; /* family none: on link (or no way); of several, the first choice's */
    bool local;                 /* the destination is this host's own */
    bool source_given;          /* the application bound it: it is kept */
    bool source_owner_differs;  /* given, and the interface that owns it is not the one it leaves by */
    bool gateway_unused;  /* broadcast, or multicast by a route that is not for it: on link all the same */
    bool on_link_assumed; /* no route by the given interface: Linux IPv4 takes it to be on link */
    /* FreeBSD and OpenBSD: the routes chose the source, and behind them a rule (pf's anchor) sent the packet
     * elsewhere or refused it: way, interface, next_hop and forwarding tell that. The system's own answer is
     * of the routes alone. */
    bool redirected;
    const struct mh_select_rule *rule; /* by which the source was chosen; NULL: given, or none */
    /* Linux IPv6: what the routes said before there was a source. Where they said no, a source is chosen
     * among all addresses and the routes are asked again with it (rules "from" match then): `way` may be
     * better than this. A bare question to the kernel (RTM_GETROUTE) tells the first answer. Elsewhere the
     * same as `way`. */
    enum mh_way first_way;
    /* With a source given and several choices: the first so many of them have that source. Linux since 6.16
     * takes one of these when there are any, earlier ones spread over all. */
    size_t matching_choice_count;
    struct mh_address advice; /* RFC 6724's source among the candidates; family none: none */
    const struct mh_select_rule *advice_rule;
    struct mh_candidate *candidates; /* NULL unless asked for */
    size_t candidate_count;
    struct mh_forwarding forwarding;                  /* rule, route, and the next hops it may take */
    struct mh_address choice_sources[MH_CHOICES_MAX]; /* for each of forwarding.choices, when several */
};

/* Decides. `explain` fills candidates and advice too, which takes memory and time: free with
 * mh_selection_clear. MH_OK also when there is no way; MH_NO_MEMORY; MH_INVALID: destination and source of
 * different families, or none.
 * Without `explain` nothing is allocated, and nothing need be cleared. */
enum mh_error mh_select(const struct mh_snapshot *snapshot, const struct mh_route_table *routes,
                        enum mh_dialect dialect, const struct mh_question *question, bool explain,
                        struct mh_selection *selection);
void mh_selection_clear(struct mh_selection *selection);

/* The rules of a dialect and family in order, NULL-terminated by number; for the manual and the tests. */
const struct mh_select_rule *mh_select_rules(enum mh_dialect dialect, enum mh_family family);

/* What the system itself answers to a question (mh_platform_ask). */
struct mh_kernel_answer {
    bool found;
    int native_code;                       /* errno when not found */
    char native_name[MH_NATIVE_NAME_SIZE]; /* "ENETUNREACH" */
    struct mh_address source;              /* family none: it names none */
    bool source_untold;                    /* it names none, and would choose one (BSDs, of IPv6) */
    uint32_t interface;
    struct mh_address next_hop; /* family none: on link */
    uint32_t table;             /* 0: not told, or no route was used */
    uint8_t type;               /* enum mh_route_type */
};

/* Whether the system's answer to the question is what was decided (by routes alone: for one that is
 * `redirected`, ask with a snapshot without rules): the same error, or the same interface, next hop and
 * source, or those of one of the choices, and the same table where both know it. *difference (static) names
 * the first thing that differs. False for MH_WAY_INDETERMINATE. */
bool mh_selection_agrees(const struct mh_route_table *routes, const struct mh_selection *selection,
                         const struct mh_kernel_answer *answer, const char **difference);

#endif

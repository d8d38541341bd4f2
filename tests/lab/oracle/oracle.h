/* The oracle: random hosts made in a network namespace, read by the production backend, and asked; every
 * answer of mh_select must be the kernel's. Only for use in a private world (tests/lab/run): the program
 * moves from namespace to namespace. */
#ifndef MH_TESTS_ORACLE_H
#define MH_TESTS_ORACLE_H

#include "core/host.h"
#include "core/route_table.h"
#include "core/select.h"
#include "platform.h"

#include <stdio.h>

/* ---- a host in words ------------------------------------------------------------------------------- */

/* What a line is for, in the order in which hosts are made. */
enum oracle_stage {
    STAGE_SETTING, /* "net/ipv6/conf/all/forwarding 1", of /proc/sys, before there are interfaces */
    STAGE_LINK,    /* arguments of ip(8) */
    STAGE_PEER,    /* the same, in the namespace of the other ends */
    STAGE_TUNE,    /* settings of interfaces */
    STAGE_IPV4,    /* addresses, routes, rules, neighbours: arguments of ip -4 */
    STAGE_IPV6,
    STAGE_LATE_LINK, /* what goes down in the end */
    STAGE_LATE_PEER
};

enum { ORACLE_LINE = 512, ORACLE_LINES = 1024, ORACLE_INTERFACES = 6 };

struct oracle_line {
    enum oracle_stage stage;
    char text[ORACLE_LINE];
};

struct oracle_host {
    struct oracle_line lines[ORACLE_LINES];
    size_t count;
};

/* xorshift64*; the state is not 0. */
struct oracle_random {
    uint64_t state;
};
void oracle_seed(struct oracle_random *random, uint64_t seed, uint64_t number);
/* 0 .. bound - 1. */
unsigned oracle_below(struct oracle_random *random, unsigned bound);
/* True `percent` times of a hundred. */
bool oracle_chance(struct oracle_random *random, unsigned percent);

/* Addresses come from few networks, so that they meet: text of one, with its end. */
struct mh_address oracle_address4(struct oracle_random *random);
struct mh_address oracle_address6(struct oracle_random *random);

/* In its lines @PEER@ is the namespace of the links' other ends, and @N@ a number that makes their names
 * unique: those of a host that is gone may linger. */
void oracle_generate(struct oracle_random *random, struct oracle_host *host);
void oracle_print_host(FILE *out, const struct oracle_host *host);

/* ---- a host in the kernel -------------------------------------------------------------------------- */

struct oracle_world {
    struct mh_platform *platform;
    struct mh_host *host;
    struct mh_route_table *routes, *coming;
    struct mh_snapshot snapshot;
};

/* Moves into a new namespace and makes the host there; what the kernel refuses is left out. False when that
 * cannot be done at all. `peer` names the namespace of the other ends (ip-netns(8)). */
bool oracle_make(const struct oracle_host *host, const char *peer);
/* Reads it through the production backend. */
bool oracle_read(struct oracle_world *world);
void oracle_close(struct oracle_world *world);

/* ---- what a run had -------------------------------------------------------------------------------- */

/* X(name, word): rules' first, then addresses', then routes', the types last and as in enum mh_route_type. */
#define ORACLE_FEATURE_TABLE(X)                                                                              \
    X(RULE_NOT, "not")                                                                                       \
    X(RULE_FROM, "from")                                                                                     \
    X(RULE_TO, "to")                                                                                         \
    X(RULE_IIF, "iif")                                                                                       \
    X(RULE_OIF, "oif")                                                                                       \
    X(RULE_FWMARK, "fwmark")                                                                                 \
    X(RULE_FWMASK, "fwmark/mask")                                                                            \
    X(RULE_TOS, "tos")                                                                                       \
    X(RULE_PROTOCOL, "ipproto")                                                                              \
    X(RULE_SPORT, "sport")                                                                                   \
    X(RULE_DPORT, "dport")                                                                                   \
    X(RULE_UIDS, "uidrange")                                                                                 \
    X(RULE_SUPPRESS_LENGTH, "suppress_prefixlength")                                                         \
    X(RULE_SUPPRESS_GROUP, "suppress_ifgroup")                                                               \
    X(RULE_GOTO, "goto")                                                                                     \
    X(RULE_NOP, "nop")                                                                                       \
    X(RULE_BLACKHOLE, "rule blackhole")                                                                      \
    X(RULE_UNREACHABLE, "rule unreachable")                                                                  \
    X(RULE_PROHIBIT, "rule prohibit")                                                                        \
    X(ADDRESS_PEER, "peer")                                                                                  \
    X(ADDRESS_SITE, "scope site")                                                                            \
    X(ADDRESS_LINK, "scope link")                                                                            \
    X(ADDRESS_HOST, "scope host")                                                                            \
    X(ADDRESS_DEPRECATED, "deprecated")                                                                      \
    X(ADDRESS_TENTATIVE, "tentative")                                                                        \
    X(ADDRESS_TEMPORARY, "temporary")                                                                        \
    X(ADDRESS_SECONDARY, "secondary")                                                                        \
    X(ADDRESS_OPTIMISTIC, "optimistic")                                                                      \
    X(ADDRESS_HOME, "home")                                                                                  \
    X(ADDRESS_NO_PREFIX_ROUTE, "noprefixroute")                                                              \
    X(ADDRESS_DYNAMIC, "dynamic")                                                                            \
    X(ROUTE_MULTIPATH, "multipath")                                                                          \
    X(ROUTE_OBJECT, "nexthop object")                                                                        \
    X(ROUTE_SOURCE, "src")                                                                                   \
    X(ROUTE_FROM, "route from")                                                                              \
    X(ROUTE_TOS, "route tos")                                                                                \
    X(ROUTE_PREFERENCE, "pref")                                                                              \
    X(ROUTE_VIA_IPV6, "via inet6")                                                                           \
    X(ROUTE_ON_LINK, "onlink")                                                                               \
    X(ROUTE_DEAD, "dead")                                                                                    \
    X(ROUTE_LINK_DOWN, "linkdown")                                                                           \
    X(ROUTE_UNICAST, "unicast")                                                                              \
    X(ROUTE_LOCAL, "local")                                                                                  \
    X(ROUTE_BROADCAST, "broadcast")                                                                          \
    X(ROUTE_ANYCAST, "anycast")                                                                              \
    X(ROUTE_MULTICAST, "multicast")                                                                          \
    X(ROUTE_BLACKHOLE, "blackhole")                                                                          \
    X(ROUTE_UNREACHABLE, "unreachable")                                                                      \
    X(ROUTE_PROHIBIT, "prohibit")                                                                            \
    X(ROUTE_THROW, "throw")

enum oracle_feature {
#define ORACLE_FEATURE_ENUM(name, word) ORACLE_##name,
    ORACLE_FEATURE_TABLE(ORACLE_FEATURE_ENUM)
#undef ORACLE_FEATURE_ENUM
        ORACLE_FEATURE_COUNT
};

struct oracle_coverage {
    size_t hosts, interfaces, addresses, routes, tables, rules; /* beside hosts: the most that one had */
    size_t with_own_labels;                                     /* hosts */
    unsigned long features[ORACLE_FEATURE_COUNT];
};

void oracle_cover(struct oracle_coverage *coverage, const struct oracle_world *world);
/* Names what no host had, too: "not reached: WORD". */
void oracle_print_coverage(FILE *out, const struct oracle_coverage *coverage);

/* Whether a decider made for the question answers it as mh_select did, and what lies around it too. */
bool oracle_decider_agrees(const struct oracle_world *world, const struct mh_question *question,
                           const struct mh_selection *selection);

/* ---- questions ------------------------------------------------------------------------------------- */

void oracle_question(struct oracle_random *random, const struct oracle_world *world,
                     struct mh_question *question);
/* True when the host shows with the question what is looked for. */
typedef bool (*oracle_shows)(void *context, const struct oracle_host *host,
                             const struct mh_question *question);
/* Makes both as small as it can in a minute and a half. */
void oracle_shrink(struct oracle_host *host, struct mh_question *question, oracle_shows shows, void *context);

/* As ip-route(8) would ask it. */
void oracle_print_question(FILE *out, const struct oracle_world *world, const struct mh_question *question);

#endif

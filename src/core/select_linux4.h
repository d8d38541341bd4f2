/* What the files of Linux' IPv4 selection share: its rules, the choice of a source on an interface, and
 * who owns one.
 * Not for others. */
#ifndef MH_CORE_SELECT_LINUX4_H
#define MH_CORE_SELECT_LINUX4_H

#include "core/select_parts.h"

/* Of mh_linux4_rules. */
enum mh_linux4_rule {
    MH_LINUX4_BOUND,
    MH_LINUX4_ROUTE,
    MH_LINUX4_INTERFACE,
    MH_LINUX4_SECONDARY,
    MH_LINUX4_SCOPE,
    MH_LINUX4_SUBNET,
    MH_LINUX4_FIRST,
    MH_LINUX4_ELSEWHERE,
    MH_LINUX4_LINK_SCOPE,
    MH_LINUX4_RULE_COUNT
};
extern const struct mh_select_rule mh_linux4_rules[MH_LINUX4_RULE_COUNT + 1];

static inline uint32_t mh_linux4_number(const struct mh_address *address)
{
    return (uint32_t)address->bytes[0] << 24 | (uint32_t)address->bytes[1] << 16 |
           (uint32_t)address->bytes[2] << 8 | address->bytes[3];
}

/* Whether 127/8 may leave by the interface. */
bool mh_linux4_routes_localnet(const struct mh_snapshot *snapshot, uint32_t interface);

struct mh_linux4_choice {
    const struct mh_interface_address *address; /* NULL: none */
    enum mh_linux4_rule rule;
};

/* The address that Linux takes on an interface for a route of this scope; `gateway` 0: on link. */
struct mh_linux4_choice mh_linux4_choose(const struct mh_snapshot *snapshot, uint32_t interface,
                                         uint32_t gateway, uint8_t scope);
/* What a route gives by one of its hops. *rule is NULL when that is nothing. */
struct mh_address mh_linux4_source_by(const struct mh_snapshot *snapshot, const struct mh_route *route,
                                      const struct mh_next_hop *hop, const struct mh_select_rule **rule);
/* Whether that may be another, because a nexthop object keeps the source that it was made with. */
bool mh_linux4_source_is_doubtful(const struct mh_snapshot *snapshot, const struct mh_route *route,
                                  const struct mh_next_hop *hop);

struct mh_linux4_owner {
    uint32_t interface; /* 0: not this host's */
    bool several;       /* more than one has it: which one the kernel finds depends on what came first */
    bool unknown;       /* it depends on whether the kernel keeps the tables `local` and `main` as one */
};
struct mh_linux4_owner mh_linux4_owner_of(const struct mh_selecting *selecting,
                                          const struct mh_address *address);

/* After a decision: why the address was not taken. */
const struct mh_select_rule *mh_linux4_dropped_by(const struct mh_selecting *selecting,
                                                  const struct mh_interface_address *candidate);

#endif

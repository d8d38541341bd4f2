/* The rules by which the BSDs compare two IPv6 addresses, and each system's list of them. */
#include "core/address_label.h"
#include "core/select_bsd6.h"

/* ---- judges ---------------------------------------------------------------------------------------- */

static int prefer(bool best, bool candidate)
{
    return (int)candidate - (int)best;
}

static int same_address(const struct mh_bsd6_race *race, const struct mh_interface_address *best,
                        const struct mh_interface_address *candidate)
{
    const struct mh_address *destination = &race->selecting->question->destination;
    return prefer(mh_address_equal(&best->address, destination),
                  mh_address_equal(&candidate->address, destination));
}

static int scope(const struct mh_bsd6_race *race, const struct mh_interface_address *best,
                 const struct mh_interface_address *candidate)
{
    enum mh_scope wanted = mh_address_scope(&race->selecting->question->destination);
    enum mh_scope old = mh_address_scope(&best->address), new = mh_address_scope(&candidate->address);
    if (old < new)
        return old < wanted ? 1 : -1;
    if (new < old)
        return new < wanted ? -1 : 1;
    return 0;
}

static int deprecated(const struct mh_bsd6_race *race, const struct mh_interface_address *best,
                      const struct mh_interface_address *candidate)
{
    (void)race;
    return -prefer(best->flags & MH_ADDRESS_DEPRECATED, candidate->flags & MH_ADDRESS_DEPRECATED);
}

static int outgoing_interface(const struct mh_bsd6_race *race, const struct mh_interface_address *best,
                              const struct mh_interface_address *candidate)
{
    return prefer(best->interface == race->output, candidate->interface == race->output);
}

static bool same_prefix(const struct mh_interface_address *a, const struct mh_interface_address *b)
{
    const struct mh_prefix prefix = mh_prefix_of(&a->address, a->prefix_length);
    return mh_prefix_contains(&prefix, &b->address);
}

static bool is_advertised(const struct mh_bsd6_race *race, const struct mh_interface_address *address)
{
    const struct mh_interface_address *only = race->supposed.advertised;
    return race->next_hop->family == MH_IPV6 && address->owner == MH_OWNER_RA &&
           address->interface == race->output && (only == NULL || same_prefix(only, address));
}

/* OpenBSD asks only whether the newcomer is better, not whether the best is. */
static int advertised_by_next_hop(const struct mh_bsd6_race *race, const struct mh_interface_address *best,
                                  const struct mh_interface_address *candidate)
{
    return !is_advertised(race, best) && is_advertised(race, candidate);
}

/* By the host's own table (ip6addrctl(8)) where it is known, else by RFC 6724's. */
static uint32_t label_of(const struct mh_bsd6_race *race, const struct mh_address *address)
{
    const struct mh_snapshot *snapshot = race->selecting->snapshot;
    size_t count = 0;
    if (snapshot->has_own_labels)
        return mh_address_label_of(snapshot->labels, snapshot->label_count, address, 0);
    const struct mh_policy *table = mh_rfc6724_default_policy(&count);
    return mh_rfc6724_lookup(table, count, address)->label;
}

/* A destination that no row covers has no label to match. */
static int label(const struct mh_bsd6_race *race, const struct mh_interface_address *best,
                 const struct mh_interface_address *candidate)
{
    uint32_t wanted = label_of(race, &race->selecting->question->destination);
    if (!race->supposed.labels || wanted == MH_ADDRESS_LABEL_NONE)
        return 0;
    return prefer(label_of(race, &best->address) == wanted, label_of(race, &candidate->address) == wanted);
}

static int temporary(const struct mh_bsd6_race *race, const struct mh_interface_address *best,
                     const struct mh_interface_address *candidate)
{
    int verdict = prefer(best->flags & MH_ADDRESS_TEMPORARY, candidate->flags & MH_ADDRESS_TEMPORARY);
    return race->supposed.prefer_temporary ? verdict : -verdict;
}

static bool is_up(const struct mh_bsd6_race *race, uint32_t index)
{
    const struct mh_interface *interface = mh_snapshot_interface(race->selecting->snapshot, index);
    return interface != NULL && interface->up;
}

static int alive(const struct mh_bsd6_race *race, const struct mh_interface_address *best,
                 const struct mh_interface_address *candidate)
{
    return prefer(is_up(race, best->interface), is_up(race, candidate->interface));
}

static int matching_bits(const struct mh_bsd6_race *race, const struct mh_interface_address *best,
                         const struct mh_interface_address *candidate)
{
    const struct mh_address *destination = &race->selecting->question->destination;
    return (int)mh_rfc6724_common_prefix(&candidate->address, 0, destination) -
           (int)mh_rfc6724_common_prefix(&best->address, 0, destination);
}

static bool is_carp(const struct mh_bsd6_race *race, uint32_t index)
{
    const struct mh_interface *interface = mh_snapshot_interface(race->selecting->snapshot, index);
    return interface != NULL && interface->kind == MH_KIND_CARP;
}

/* A carp(4) address does not win by its bits: the backup would take what comes from it for its own. */
static int matching_bits_without_carp(const struct mh_bsd6_race *race,
                                      const struct mh_interface_address *best,
                                      const struct mh_interface_address *candidate)
{
    int verdict = matching_bits(race, best, candidate);
    bool carp = is_carp(race, candidate->interface) && !is_carp(race, race->output);
    return verdict > 0 && carp ? -1 : verdict;
}

static int preferred_lifetime(const struct mh_bsd6_race *race, const struct mh_interface_address *best,
                              const struct mh_interface_address *candidate)
{
    (void)race;
    return (candidate->preferred_lifetime > best->preferred_lifetime) -
           (candidate->preferred_lifetime < best->preferred_lifetime);
}

static int valid_lifetime(const struct mh_bsd6_race *race, const struct mh_interface_address *best,
                          const struct mh_interface_address *candidate)
{
    (void)race;
    return (candidate->valid_lifetime > best->valid_lifetime) -
           (candidate->valid_lifetime < best->valid_lifetime);
}

/* ---- systems --------------------------------------------------------------------------------------- */

#define FREEBSD_IN6 "FreeBSD sys/netinet6/in6_src.c, in6_selectsrc"
#define NETBSD_IN6 "NetBSD sys/netinet6/in6_src.c, in6_selectsrc"
#define OPENBSD_IN6 "OpenBSD sys/netinet6/in6.c, in6_ifawithscope"

#define BOUND "The application bound its socket to a source address, which is kept."
#define USABLE                                                                                               \
    "Addresses that are tentative or duplicate, or belong to a link that the packet does not leave by, are " \
    "left out."
#define SAME "Prefer the destination's own address."
#define SCOPE "Prefer an appropriate scope: the smallest that is not smaller than the destination's."
#define DEPRECATED "Avoid deprecated addresses."
#define OUTGOING "Prefer addresses of the interface that the packet leaves by."
#define LABEL "Prefer an address with the destination's label."
#define TEMPORARY_KAME "Prefer public addresses, or temporary ones where net.inet6.ip6.prefer_tempaddr is 1."
#define ALIVE "Prefer addresses of interfaces that are up."
#define LONGEST "Prefer the address with the most leading bits in common with the destination."

const struct mh_select_rule mh_freebsd6_rules[] = {
    {"freebsd6-bound", BOUND, FREEBSD_IN6},
    {"freebsd6-0", USABLE, FREEBSD_IN6},
    {"freebsd6-1", SAME, FREEBSD_IN6},
    {"freebsd6-2", SCOPE, FREEBSD_IN6},
    {"freebsd6-3", DEPRECATED, FREEBSD_IN6},
    {"freebsd6-5", OUTGOING, FREEBSD_IN6},
    {"freebsd6-6", LABEL, "ip6addrctl(8); " FREEBSD_IN6},
    {"freebsd6-7", TEMPORARY_KAME, "inet6(4); " FREEBSD_IN6},
    {"freebsd6-8", ALIVE, FREEBSD_IN6},
    {"freebsd6-14", LONGEST, FREEBSD_IN6},
    {"freebsd6-15", "The address that was configured first is kept.", FREEBSD_IN6},
    {0},
};

const struct mh_select_rule mh_netbsd6_rules[] = {
    {"netbsd6-bound", BOUND, NETBSD_IN6},
    {"netbsd6-0", USABLE, NETBSD_IN6},
    {"netbsd6-1", SAME, NETBSD_IN6},
    {"netbsd6-2", SCOPE, NETBSD_IN6},
    {"netbsd6-3", DEPRECATED, NETBSD_IN6},
    {"netbsd6-5", OUTGOING, NETBSD_IN6},
    {"netbsd6-6", LABEL, "ip6addrctl(8); RFC 3484 section 5; " NETBSD_IN6},
    {"netbsd6-7", TEMPORARY_KAME, "RFC 3484 section 5; " NETBSD_IN6},
    {"netbsd6-8", ALIVE, NETBSD_IN6},
    {"netbsd6-14", LONGEST, NETBSD_IN6},
    {"netbsd6-15", "The address that was configured first is kept.", NETBSD_IN6},
    {0},
};

const struct mh_select_rule mh_openbsd6_rules[] = {
    {"openbsd6-bound", BOUND, "OpenBSD sys/netinet6/in6_src.c, in6_pcbselsrc"},
    {"openbsd6-0", USABLE, OPENBSD_IN6},
    {"openbsd6-1",
     "Through a gateway: the preferred source address of the routing table, when the interface that has it "
     "is up.",
     "route(8), sourceaddr; OpenBSD sys/netinet6/in6_src.c, in6_pcbselsrc"},
    {"openbsd6-2", SCOPE, OPENBSD_IN6},
    {"openbsd6-3", DEPRECATED, OPENBSD_IN6},
    {"openbsd6-5", OUTGOING, OPENBSD_IN6},
    {"openbsd6-5.5", "Prefer addresses in a prefix that the next hop advertised.", OPENBSD_IN6},
    {"openbsd6-7", "Prefer temporary addresses.", OPENBSD_IN6},
    {"openbsd6-8", LONGEST " Addresses of carp(4) do not win by this.", OPENBSD_IN6},
    {"openbsd6-9", "Prefer the longest preferred lifetime.", OPENBSD_IN6},
    {"openbsd6-10", "Prefer the longest valid lifetime.", OPENBSD_IN6},
    {"openbsd6-11", "The first address that is found is kept.", OPENBSD_IN6},
    {0},
};

enum {
    KAME_RULES = sizeof mh_freebsd6_rules / sizeof mh_freebsd6_rules[0] - 1,
    OPENBSD_RULES = sizeof mh_openbsd6_rules / sizeof mh_openbsd6_rules[0] - 1
};

_Static_assert(sizeof mh_freebsd6_rules == sizeof mh_netbsd6_rules, "both have the judges below");
_Static_assert((int)KAME_RULES <= (int)MH_BSD6_RULES_MAX && (int)OPENBSD_RULES <= (int)MH_BSD6_RULES_MAX,
               "room for the judges");

#define KAME_JUDGES                                                                                          \
    {                                                                                                        \
        NULL, NULL, same_address, scope, deprecated, outgoing_interface, label, temporary, alive,            \
            matching_bits                                                                                    \
    }

const struct mh_bsd6 mh_freebsd6 = {.dialect = MH_DIALECT_FREEBSD,
                                    .rules = mh_freebsd6_rules,
                                    .rule_count = KAME_RULES,
                                    .judges = KAME_JUDGES,
                                    .needs_order = true};
const struct mh_bsd6 mh_netbsd6 = {.dialect = MH_DIALECT_NETBSD,
                                   .rules = mh_netbsd6_rules,
                                   .rule_count = KAME_RULES,
                                   .judges = KAME_JUDGES,
                                   .needs_order = true};
const struct mh_bsd6 mh_openbsd6 = {.dialect = MH_DIALECT_OPENBSD,
                                    .rules = mh_openbsd6_rules,
                                    .rule_count = OPENBSD_RULES,
                                    .judges = {NULL, NULL, NULL, scope, deprecated, outgoing_interface,
                                               advertised_by_next_hop, temporary, matching_bits_without_carp,
                                               preferred_lifetime, valid_lifetime},
                                    .local_by_owner = true};

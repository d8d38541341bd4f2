/* RFC 6724: default address selection, as one list of numbered rules. Pure; any thread. */
#ifndef MH_CORE_RFC6724_H
#define MH_CORE_RFC6724_H

#include "core/model.h"

struct mh_select_rule;

/* A row of the policy table (section 2.1). */
struct mh_policy {
    struct mh_prefix prefix; /* IPv6; IPv4 addresses are looked up as ::ffff:a.b.c.d */
    uint32_t precedence, label;
};

/* The default policy table of section 2.1, ordered for longest match; static. */
const struct mh_policy *mh_rfc6724_default_policy(size_t *count);

/* The longest row that covers the address, whatever the order of the rows; never NULL for the default table.
 * NULL, too, for an address without a family. */
const struct mh_policy *mh_rfc6724_lookup(const struct mh_policy *table, size_t count,
                                          const struct mh_address *address);

/* CommonPrefixLen(S, D) of section 2.2: the leading bits that both have in common, at most `source_length`
 * (the length of the source's prefix; 0: not known, all bits count). IPv4 counts its own 32 bits. 0 for two
 * families. */
unsigned mh_rfc6724_common_prefix(const struct mh_address *source, unsigned source_length,
                                  const struct mh_address *destination);

/* What source selection knows beside the addresses (section 5). */
struct mh_rfc6724_context {
    const struct mh_policy *policy; /* NULL: the default table */
    size_t policy_count;
    uint32_t output;            /* interface the packet leaves by; 0: not known */
    struct mh_address next_hop; /* rule 5.5; family none: on link or not known */
    /* Rule 5.5: the router that advertised the candidate's prefix is the next hop; NULL: not known. */
    bool (*advertised_by)(const void *context, const struct mh_interface_address *candidate,
                          const struct mh_address *next_hop);
    const void *context;
    bool prefer_public; /* section 5 rule 7 turned round (RFC 6724 5: an implementation may) */
};

/* Section 4: the address can be a source for `destination`: a unicast address of the same family that is
 * neither tentative (but optimistic ones may be used, RFC 4429), duplicate nor kept from being a source (skip
 * as source); for multicast and link-local destinations only one of the outgoing interface, where that is
 * known. */
bool mh_rfc6724_is_candidate(const struct mh_rfc6724_context *context, const struct mh_address *destination,
                             const struct mh_interface_address *address);

/* <0: `a` is the better source for `destination`, >0: `b` is, 0: only for one and the same address (ties end
 * in a total order). *rule is the rule that decided. */
int mh_rfc6724_compare_sources(const struct mh_rfc6724_context *context, const struct mh_address *destination,
                               const struct mh_interface_address *a, const struct mh_interface_address *b,
                               const struct mh_select_rule **rule);

/* The best candidate among `addresses`, or NULL when there is none. *rule is the one that put the runner-up
 * behind it; NULL when there is no other candidate. */
const struct mh_interface_address *mh_rfc6724_best_source(const struct mh_rfc6724_context *context,
                                                          const struct mh_address *destination,
                                                          const struct mh_interface_address *addresses,
                                                          size_t count, const struct mh_select_rule **rule);

/* A destination with the source that selection would use for it (section 6). */
struct mh_rfc6724_destination {
    struct mh_address address;
    struct mh_address source;     /* family none: unusable (rule 1) */
    uint32_t source_flags;        /* enum mh_address_flag of the source */
    uint8_t source_prefix_length; /* rule 9, see mh_rfc6724_common_prefix; 0: not known */
    bool by_tunnel;               /* rule 7: reached by an encapsulating transition mechanism */
    bool unreachable;             /* rule 1 */
    size_t order;                 /* place in the list that was given (rule 10) */
};

/* <0: `a` goes first. *rule is the rule that decided. A total order, rule 10 being the last: it asks that
 * `order` differs. A policy table may give both families one precedence; rule 9 then says nothing of IPv4
 * beside IPv6, and leaving each such pair as it came could go round in a circle. So IPv6 goes before IPv4
 * then, by rule 10. */
int mh_rfc6724_compare_destinations(const struct mh_policy *policy, size_t policy_count,
                                    const struct mh_rfc6724_destination *a,
                                    const struct mh_rfc6724_destination *b,
                                    const struct mh_select_rule **rule);

/* Sorts a list in place, best first. Sets `order` to the places in the list that was given. Policy NULL: the
 * default table. For lists of the size that a resolver answers: the cost grows with the square of the count.
 */
void mh_rfc6724_sort_destinations(const struct mh_policy *policy, size_t policy_count,
                                  struct mh_rfc6724_destination *destinations, size_t count);

/* "rfc6724-1" ... "rfc6724-8" and "rfc6724-tie"; "rfc6724-d1" ... "rfc6724-d10". In order; number NULL at the
 * end. */
const struct mh_select_rule *mh_rfc6724_source_rules(void);
const struct mh_select_rule *mh_rfc6724_destination_rules(void);

#endif

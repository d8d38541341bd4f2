/* What the files of the BSDs' IPv6 selection share. Not for others. */
#ifndef MH_CORE_SELECT_BSD6_H
#define MH_CORE_SELECT_BSD6_H

#include "core/select_bsd.h"

enum { MH_BSD6_RULES_MAX = 12 };

/* Places in every system's rules. */
enum { MH_BSD6_RULE_BOUND, MH_BSD6_RULE_USABLE, MH_BSD6_RULE_SOURCEADDR /* OpenBSD only */ };

/* What is not known, taken to be so or so. */
struct mh_bsd6_supposition {
    bool labels;           /* there is a policy table */
    bool prefer_temporary; /* rule 7 */
    /* OpenBSD's rule 5.5: the next hop advertised the prefixes of all addresses that come from
     * advertisements, or, if not NULL, only this one's. */
    const struct mh_interface_address *advertised;
};

/* One choice among addresses. */
struct mh_bsd6_race {
    const struct mh_selecting *selecting;
    const struct mh_bsd6 *system;
    uint32_t output;
    const struct mh_address *next_hop;
    struct mh_bsd6_supposition supposed;
};

/* > 0: `candidate` takes the place of `best`; < 0: it does not; 0: the next rule is asked. */
typedef int mh_bsd6_judge(const struct mh_bsd6_race *race, const struct mh_interface_address *best,
                          const struct mh_interface_address *candidate);

/* judges[i] belongs to rules[i]; NULL for the rules that are not about two addresses. The last rule is for
 * ties. */
struct mh_bsd6 {
    enum mh_dialect dialect;
    const struct mh_select_rule *rules;
    size_t rule_count;
    mh_bsd6_judge *judges[MH_BSD6_RULES_MAX];
    bool local_by_owner; /* packets for itself "leave" by the owner, and are no special case for the source */
    bool needs_order;    /* ties go to the address that was configured first, of whatever interface */
};

extern const struct mh_select_rule mh_freebsd6_rules[], mh_netbsd6_rules[], mh_openbsd6_rules[];
extern const struct mh_bsd6 mh_freebsd6, mh_netbsd6, mh_openbsd6;

#endif

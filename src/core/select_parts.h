/* What the files of source selection share: select.c asks, a dialect answers. Not for others. */
#ifndef MH_CORE_SELECT_PARTS_H
#define MH_CORE_SELECT_PARTS_H

#include "core/select.h"

/* One decision, handed down. `selection` is being filled in. */
struct mh_selecting {
    const struct mh_snapshot *snapshot;
    const struct mh_route_table *routes;
    const struct mh_question *question; /* destination has a family, source has the same or none */
    struct mh_selection *selection;
};

/* What one family of a dialect does. */
struct mh_select_dialect {
    const struct mh_select_rule *rules; /* in the order in which they are applied; number NULL at the end */
    /* Decides. select.c has set way, reason, source, interface, next_hop, local, rule, source_given,
     * source_owner_differs and the counts to zeros before (way: MH_WAY_UNREACHABLE), and in `forwarding`
     * rule, handle and choice_count only. No allocation. */
    void (*decide)(const struct mh_selecting *selecting);
    /* After that, for each address of the family on the host that is not the source: the rule that dropped
     * it. */
    const struct mh_select_rule *(*dropped_by)(const struct mh_selecting *selecting,
                                               const struct mh_interface_address *candidate);
};

/* For dialects that forward as Linux does. The next hop of one of forwarding.choices. */
const struct mh_next_hop *mh_select_choice_hop(const struct mh_selecting *selecting, size_t choice);
/* Sets source_owner_differs of a given source, once the interface is known. */
void mh_select_note_owner(const struct mh_selecting *selecting);

/* IPv4 and IPv6. */
extern const struct mh_select_dialect mh_select_linux4, mh_select_linux6;
extern const struct mh_select_dialect mh_select_freebsd4, mh_select_freebsd6; /* select_bsd.c */
extern const struct mh_select_dialect mh_select_netbsd4, mh_select_netbsd6;
extern const struct mh_select_dialect mh_select_openbsd4, mh_select_openbsd6;
extern const struct mh_select_dialect mh_select_windows4, mh_select_windows6; /* select_windows.c */

#endif

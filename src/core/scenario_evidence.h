/* Third step of the scenario: the sentences that say why, for an administrator. Inside of scenario.c. */
#ifndef MH_CORE_SCENARIO_EVIDENCE_H
#define MH_CORE_SCENARIO_EVIDENCE_H

#include "core/scenario.h"
#include "core/scenario_link.h"

/* One family's assessment. */
struct mh_evidence_source {
    const struct mh_snapshot *snapshot;
    const struct mh_role_verdict *roles;
    const struct mh_count *count;
    const struct mh_link_map *links;
    const struct mh_gateway_list *gateways;
    enum mh_family family;
};

/* The addresses a scenario speaks of, by link, subnet, interface and address. */
struct mh_counted_range {
    const struct mh_counted *items;
    size_t count;
};

/* Gives the scenario the sentences of its kind. False when out of memory. */
bool mh_evidence_of(const struct mh_evidence_source *source, const struct mh_counted_range *range,
                    struct mh_scenario *scenario);
/* Adds what was left out in one domain. False when out of memory. */
bool mh_evidence_of_left_out(const struct mh_evidence_source *source, uint32_t domain,
                             struct mh_scenario *scenario);

#endif

/* The service's scenarios (GET /v1/scenario) in words. */
#ifndef MH_CTL_SCENARIO_WORDS_H
#define MH_CTL_SCENARIO_WORDS_H

#include "core/text.h"

#include <jansson.h>

/* One line for `scenarios`: "simple-multihoming over eth0 and eth1; multiple-logical-networks on eth0".
 * Not made harmless. */
void mh_scenario_summarise(struct mh_text *text, const json_t *scenarios);
/* "simple-multihoming, multiple-logical-networks" for an array of kinds. */
void mh_scenario_list_kinds(struct mh_text *text, const json_t *kinds);

/* What the kind means, as a sentence; "" for one that this version does not know. Static. */
const char *mh_scenario_meaning(const char *kind, const char *layout);

#endif

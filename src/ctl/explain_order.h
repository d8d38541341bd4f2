/* multihomectl explain for several destinations: the order in which to try them, and why. */
#ifndef MH_CTL_EXPLAIN_ORDER_H
#define MH_CTL_EXPLAIN_ORDER_H

#include "explain_parts.h"

/* `order` is what /v1/select answers to a list. */
void mh_explain_order(struct mh_screen *screen, struct mh_text *text, const json_t *order);

#endif

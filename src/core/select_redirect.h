/* Rules that pf applies behind the look-up of routes. Not for others than select.c. */
#ifndef MH_CORE_SELECT_REDIRECT_H
#define MH_CORE_SELECT_REDIRECT_H

#include "core/select_parts.h"

/* Changes a selection that the routes have made, with its candidates: way, interface, next hop and forwarding
 * are those behind the rules then, the source stays, and `redirected` is set. */
void mh_select_redirect(const struct mh_selecting *selecting);

#endif

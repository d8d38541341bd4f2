/* Plans and transactions (one representation, DESIGN sections 7 and 13) in words. */
#ifndef MH_CTL_PLAN_WORDS_H
#define MH_CTL_PLAN_WORDS_H

#include "ctl.h"

/* The operations by the member that wants them, then what waits or cannot be, then what it means for the
 * host: what each of them has none of is left out. `plan` may be a transaction. */
void mh_plan_show(const struct mh_screen *screen, struct mh_text *text, const json_t *plan);

/* A warning, when the plan cuts the asker's own session off. For plans that are not to be confirmed. */
void mh_plan_advise(const struct mh_screen *screen, struct mh_text *text, const json_t *plan);

/* Whether there is anything to do or to tell. */
bool mh_plan_is_empty(const json_t *plan);

/* A sentence: "transaction 41 is confirmed". */
void mh_transaction_show_end(const struct mh_screen *screen, struct mh_text *text, const json_t *transaction);

#endif

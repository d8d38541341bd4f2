/* A change of the configuration: sent, asked about before where a person watches, and told how it ends. */
#ifndef MH_CTL_CHANGE_H
#define MH_CTL_CHANGE_H

#include "ctl.h"

struct mh_change {
    const char *method; /* "PUT" or "DELETE" */
    const char *target; /* "/v1/config/arp", without a query */
    const char *body;   /* NULL: none */
    size_t length;
    const char *match; /* If-Match */
};

/* Only what it would do. Strictness, like all options, is taken from ctl->options. The caller clears both. */
enum mh_exit mh_change_plan(struct mh_ctl *ctl, const struct mh_change *change, struct mh_response *response,
                            json_t **plan);

/* Carries it out, with --confirm until it is confirmed or reverted where a person watches, and prints what
 * has come of it. `shown`: the plan stands on the screen already. */
enum mh_exit mh_change_run(struct mh_ctl *ctl, const struct mh_change *change, bool shown);

/* Whether a person sees standard error, and the answer is not printed for a program. */
bool mh_change_is_watched(const struct mh_ctl *ctl);

/* Prints a plan, or with --json what the service has sent. */
enum mh_exit mh_change_show(struct mh_ctl *ctl, const struct mh_response *response, const json_t *plan);

#endif

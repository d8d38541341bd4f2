/* One transaction of the service: asking for it, confirming it, and watching it until it is over. */
#ifndef MH_CTL_TRANSACTION_H
#define MH_CTL_TRANSACTION_H

#include "ctl.h"

/* GET, or with "confirm" or "revert" as `verb` POST. With `token` (NULL: none) in its body. *json is the
 * transaction, or NULL; anything but MH_EXIT_DONE has been said. The caller clears both. */
enum mh_exit mh_transaction_ask(struct mh_ctl *ctl, const char *id, const char *verb, const char *token,
                                struct mh_response *response, json_t **json);

/* POST confirm, and forgets the token when it has no use any more. As mh_transaction_ask. */
enum mh_exit mh_transaction_confirm(struct mh_ctl *ctl, const char *id, const char *token,
                                    struct mh_response *response, json_t **json);

/* Counts down on standard error, a terminal, what is left of `milliseconds`, until the transaction (with id
 * and token) is over: by Enter here, by somebody else, or by itself; Ctrl-C only ends the watching. Prints
 * what has happened. MH_EXIT_DONE: it is confirmed. */
enum mh_exit mh_transaction_watch(struct mh_ctl *ctl, const json_t *transaction, uint64_t milliseconds);

#endif

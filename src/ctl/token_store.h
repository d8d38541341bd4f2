/* The token of the change that waits to be confirmed, kept for the user between `apply` and `confirm`: one
 * for each service, in a file that only its owner reads. */
#ifndef MH_CTL_TOKEN_STORE_H
#define MH_CTL_TOKEN_STORE_H

#include "core/error.h"

#include <jansson.h>

/* Makes the directory, so that it is known before anything is applied whether the token can be kept. */
enum mh_error mh_token_store_prepare(struct mh_failure *failure);

/* Keeps the "id" and the "token" of a transaction of the service at `place`, over an earlier one. */
enum mh_error mh_token_store_put(const char *place, const json_t *transaction, struct mh_failure *failure);

/* {"id": …, "token": …} of that service, which the caller gives back; NULL when nothing is kept. */
json_t *mh_token_store_get(const char *place);

/* Forgets it if it is that transaction's. */
void mh_token_store_drop(const char *place, const char *id);

#endif

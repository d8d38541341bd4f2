#include "transaction.h"

#include "fetch.h"
#include "token_store.h"

#include <stdlib.h>
#include <string.h>

static char *target_of(const char *id, const char *verb)
{
    struct mh_text target = {0};
    mh_text_add(&target, "/v1/transactions/");
    mh_client_encode(&target, id);
    if (verb != NULL)
        mh_text_format(&target, "/%s", verb);
    return mh_text_take(&target);
}

/* {"token": "..."} */
static char *body_of(const char *token)
{
    json_t *body = json_pack("{s:s}", "token", token);
    char *text = body != NULL ? json_dumps(body, JSON_COMPACT) : NULL;
    json_decref(body);
    return text;
}

enum mh_exit mh_transaction_ask(struct mh_ctl *ctl, const char *id, const char *verb, const char *token,
                                struct mh_response *response, json_t **json)
{
    *response = (struct mh_response){0};
    *json = NULL;
    char *target = target_of(id, verb), *body = token != NULL ? body_of(token) : NULL;
    enum mh_exit status = MH_EXIT_FAILED;
    if (target == NULL || (token != NULL && body == NULL)) {
        (void)mh_ctl_complain(status, "out of memory");
    } else {
        const struct mh_client_request sent = {.method = verb != NULL ? "POST" : "GET",
                                               .target = target,
                                               .body = body,
                                               .length = body != NULL ? strlen(body) : 0};
        status = mh_send_json(ctl, &sent, response, json);
    }
    free(target);
    free(body);
    return status;
}

enum mh_exit mh_transaction_confirm(struct mh_ctl *ctl, const char *id, const char *token,
                                    struct mh_response *response, json_t **json)
{
    enum { GONE = 410, UNKNOWN = 404 };
    enum mh_exit status = mh_transaction_ask(ctl, id, "confirm", token, response, json);
    if (status == MH_EXIT_DONE || response->status == GONE || response->status == UNKNOWN)
        mh_token_store_drop(mh_client_place(ctl->client), id);
    return status;
}

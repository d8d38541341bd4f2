#define _DEFAULT_SOURCE /* libuv's header needs more than C11 */
#include "change.h"

#include "fetch.h"
#include "plan_words.h"
#include "safe_text.h"
#include "token_store.h"
#include "transaction.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

enum { STANDARD_ERROR = 2 };

static bool is_json(const struct mh_ctl *ctl)
{
    return (ctl->options->given & MH_OPTION_JSON) != 0;
}

bool mh_change_is_watched(const struct mh_ctl *ctl)
{
    return !is_json(ctl) && uv_guess_handle(STANDARD_ERROR) == UV_TTY;
}

/* ---- asking ---------------------------------------------------------------------------------------- */

static char *target_of(const struct mh_ctl *ctl, const struct mh_change *change, bool dry)
{
    const struct mh_ctl_options *options = ctl->options;
    struct mh_text target = {0};
    char before = '?';
    mh_text_add(&target, change->target);
    if (dry) {
        mh_text_add(&target, "?dry_run=true");
        before = '&';
    } else if (options->confirm != NULL) {
        mh_text_format(&target, "?confirm_timeout=%s", options->confirm);
        before = '&';
    }
    if ((options->given & MH_OPTION_STRICT) != 0)
        mh_text_format(&target, "%cstrict=true", before);
    return mh_text_take(&target);
}

static enum mh_exit send_change(struct mh_ctl *ctl, const struct mh_change *change, bool dry,
                                struct mh_response *response, json_t **json)
{
    *response = (struct mh_response){0};
    *json = NULL;
    char *target = target_of(ctl, change, dry);
    if (target == NULL)
        return mh_ctl_complain(MH_EXIT_FAILED, "out of memory");
    const struct mh_client_request sent = {.method = change->method,
                                           .target = target,
                                           .body = change->body,
                                           .length = change->length,
                                           .match = change->match};
    enum mh_exit status = mh_send_json(ctl, &sent, response, json);
    free(target);
    return status;
}

enum mh_exit mh_change_plan(struct mh_ctl *ctl, const struct mh_change *change, struct mh_response *response,
                            json_t **plan)
{
    return send_change(ctl, change, true, response, plan);
}

/* ---- what has come of it --------------------------------------------------------------------------- */

enum mh_exit mh_change_show(struct mh_ctl *ctl, const struct mh_response *response, const json_t *plan)
{
    if (is_json(ctl))
        return mh_print_json(ctl->screen, &response->body, plan);
    struct mh_text text = {0};
    mh_plan_show(ctl->screen, &text, plan);
    if (ctl->options->confirm == NULL && mh_member_text(plan, "id")[0] == '\0') /* not for what is done */
        mh_plan_advise(ctl->screen, &text, plan);
    return mh_screen_put(ctl->screen, &text) ? MH_EXIT_DONE : MH_EXIT_FAILED;
}

/* Without the token nobody can confirm it: it is told rather than lost. */
static void keep_token(struct mh_ctl *ctl, const json_t *transaction)
{
    struct mh_failure failure;
    const char *id = mh_member_text(transaction, "id"), *token = mh_member_text(transaction, "token");
    if (mh_token_store_put(mh_client_place(ctl->client), transaction, &failure) == MH_OK)
        return;
    (void)mh_ctl_complain(MH_EXIT_FAILED, "the token cannot be kept: %s", failure.detail);
    (void)mh_ctl_complain(MH_EXIT_FAILED,
                          "to confirm, POST {\"token\": \"%s\"} to /v1/transactions/%s/confirm", token, id);
}

static enum mh_exit tell_how_to_confirm(struct mh_ctl *ctl, const json_t *transaction)
{
    struct mh_text text = {0};
    mh_transaction_show_end(ctl->screen, &text, transaction);
    mh_text_add(&text, "  It is reverted at ");
    mh_safe_add(&text, mh_member_text(transaction, "deadline"));
    mh_text_add(&text, ", unless `multihomectl confirm` keeps it before.\n");
    return mh_screen_put(ctl->screen, &text) ? MH_EXIT_DONE : MH_EXIT_FAILED;
}

static enum mh_exit tell_end(struct mh_ctl *ctl, const json_t *answer)
{
    struct mh_text text = {0};
    if (mh_member_text(answer, "id")[0] != '\0') /* else it is a plan: there was nothing to do */
        mh_transaction_show_end(ctl->screen, &text, answer);
    return mh_screen_put(ctl->screen, &text) ? MH_EXIT_DONE : MH_EXIT_FAILED;
}

static enum mh_exit tell_result(struct mh_ctl *ctl, const struct mh_response *response, const json_t *answer,
                                bool shown)
{
    bool waits = strcmp(mh_member_text(answer, "state"), "pending") == 0;
    if (waits)
        keep_token(ctl, answer);
    if (is_json(ctl))
        return mh_change_show(ctl, response, answer);
    enum mh_exit status = shown ? MH_EXIT_DONE : mh_change_show(ctl, response, answer);
    if (status != MH_EXIT_DONE)
        return status;
    if (!waits)
        return tell_end(ctl, answer);
    return mh_change_is_watched(ctl) ? mh_transaction_watch(ctl, answer, ctl->options->confirm_milliseconds)
                                     : tell_how_to_confirm(ctl, answer);
}

enum mh_exit mh_change_run(struct mh_ctl *ctl, const struct mh_change *change, bool shown)
{
    struct mh_failure failure;
    struct mh_response response;
    json_t *answer;
    if (ctl->options->confirm != NULL && mh_token_store_prepare(&failure) != MH_OK)
        return mh_ctl_complain(MH_EXIT_FAILED, "nothing is applied, for the token could not be kept: %s",
                               failure.detail);
    enum mh_exit status = send_change(ctl, change, false, &response, &answer);
    if (status == MH_EXIT_DONE)
        status = tell_result(ctl, &response, answer, shown);
    else if (status == MH_EXIT_UNREACHABLE && response.failure.code != MH_PERMISSION)
        (void)fputs("  If it was reached: `multihomectl transactions` tells what has come of it.\n", stderr);
    json_decref(answer);
    mh_response_clear(&response);
    return status;
}

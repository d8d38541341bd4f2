/* multihomectl transactions, confirm and revert. */
#include "change.h"
#include "commands.h"
#include "fetch.h"
#include "listing.h"
#include "plan_words.h"
#include "token_store.h"
#include "transaction.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TRANSACTIONS "/v1/transactions"

/* ---- listing --------------------------------------------------------------------------------------- */

static enum mh_style style_of(const char *state)
{
    if (strcmp(state, "confirmed") == 0)
        return MH_STYLE_GOOD;
    return strcmp(state, "failed") == 0 ? MH_STYLE_BAD : MH_STYLE_WARNING;
}

static void add_row(struct mh_table *table, const json_t *item)
{
    const char *state = mh_member_text(item, "state");
    char count[24];
    (void)snprintf(count, sizeof count, "%zu", json_array_size(mh_member_array(item, "operations")));
    mh_table_cell(table, MH_STYLE_PLAIN, mh_member_text(item, "id"));
    mh_table_cell(table, style_of(state), state);
    mh_table_cell(table, MH_STYLE_PLAIN, count);
    mh_table_cell(table, MH_STYLE_PLAIN, mh_member_text(item, "begun"));
    mh_table_cell(table, MH_STYLE_PLAIN, mh_member_text(item, "ended"));
}

static enum mh_exit list(struct mh_ctl *ctl)
{
    static const struct mh_column columns[] = {{"ID", true},     {"STATE", false}, {"OPERATIONS", true},
                                               {"BEGUN", false}, {"ENDED", false}, {NULL, false}};
    static const struct mh_listing listing = {TRANSACTIONS, "transactions", columns, add_row};
    return mh_listing_run(ctl, &listing);
}

/* ---- one ------------------------------------------------------------------------------------------- */

static enum mh_exit show_end(struct mh_ctl *ctl, const struct mh_response *response,
                             const json_t *transaction)
{
    if ((ctl->options->given & MH_OPTION_JSON) != 0)
        return mh_print_json(ctl->screen, &response->body, transaction);
    struct mh_text text = {0};
    mh_transaction_show_end(ctl->screen, &text, transaction);
    return mh_screen_put(ctl->screen, &text) ? MH_EXIT_DONE : MH_EXIT_FAILED;
}

static enum mh_exit show_whole(struct mh_ctl *ctl, const struct mh_response *response,
                               const json_t *transaction)
{
    enum mh_exit status = mh_change_show(ctl, response, transaction);
    bool is_json = (ctl->options->given & MH_OPTION_JSON) != 0;
    return status == MH_EXIT_DONE && !is_json ? show_end(ctl, response, transaction) : status;
}

enum mh_exit mh_ctl_transactions(struct mh_ctl *ctl)
{
    struct mh_response response;
    json_t *transaction;
    if (ctl->options->argument_count == 0)
        return list(ctl);
    enum mh_exit status =
        mh_transaction_ask(ctl, ctl->options->arguments[0], NULL, NULL, &response, &transaction);
    if (status == MH_EXIT_DONE)
        status = show_whole(ctl, &response, transaction);
    json_decref(transaction);
    mh_response_clear(&response);
    return status;
}

/* ---- confirm --------------------------------------------------------------------------------------- */

enum mh_exit mh_ctl_confirm(struct mh_ctl *ctl)
{
    const char *place = mh_client_place(ctl->client);
    const char *id = ctl->options->argument_count > 0 ? ctl->options->arguments[0] : NULL;
    struct mh_response response;
    json_t *transaction, *kept = mh_token_store_get(place);
    if (kept == NULL || (id != NULL && strcmp(id, mh_member_text(kept, "id")) != 0)) {
        json_decref(kept);
        return mh_ctl_complain(
            MH_EXIT_FAILED, "no token is kept here of %s%s: only who has applied it can confirm it",
            id != NULL ? "transaction " : "a transaction that waits", id != NULL ? id : "");
    }
    enum mh_exit status = mh_transaction_confirm(ctl, mh_member_text(kept, "id"),
                                                 mh_member_text(kept, "token"), &response, &transaction);
    if (status == MH_EXIT_DONE)
        status = show_end(ctl, &response, transaction);
    json_decref(kept);
    json_decref(transaction);
    mh_response_clear(&response);
    return status;
}

/* ---- revert ---------------------------------------------------------------------------------------- */

/* The one that waits, else the last that could not be taken back. */
struct candidate {
    char *id; /* NULL: none yet */
    long long number;
    bool waits;
};

static void consider(void *context, const json_t *item)
{
    struct candidate *best = context;
    const char *state = mh_member_text(item, "state"), *id = mh_member_text(item, "id");
    bool waits = strcmp(state, "pending") == 0;
    long long number = strtoll(id, NULL, 10);
    if (!waits && (strcmp(state, "failed") != 0 || best->waits || number < best->number))
        return;
    free(best->id);
    *best = (struct candidate){strdup(id), number, waits};
}

/* What to take back; the caller frees it. NULL: it has been said why there is none. */
static char *find_id(struct mh_ctl *ctl, enum mh_exit *status)
{
    struct candidate best = {0};
    *status = MH_EXIT_DONE;
    if (ctl->options->argument_count > 0)
        return strdup(ctl->options->arguments[0]);
    *status = mh_listing_read(ctl, TRANSACTIONS, consider, &best);
    if (*status == MH_EXIT_DONE && best.id == NULL)
        *status = mh_ctl_complain(MH_EXIT_FAILED, "no transaction waits to be confirmed");
    if (*status == MH_EXIT_DONE)
        return best.id;
    free(best.id);
    return NULL;
}

enum mh_exit mh_ctl_revert(struct mh_ctl *ctl)
{
    struct mh_response response;
    json_t *transaction;
    enum mh_exit status;
    char *id = find_id(ctl, &status);
    if (id == NULL)
        return status != MH_EXIT_DONE ? status : mh_ctl_complain(MH_EXIT_FAILED, "out of memory");
    status = mh_transaction_ask(ctl, id, "revert", NULL, &response, &transaction);
    if (status == MH_EXIT_DONE) {
        mh_token_store_drop(mh_client_place(ctl->client), id);
        status = show_end(ctl, &response, transaction);
    }
    json_decref(transaction);
    mh_response_clear(&response);
    free(id);
    return status;
}

/* /v1/transactions: what was changed, and how it ended; confirming and reverting; and the file read anew. */
#include "api/collection.h"
#include "api/command_wait.h"
#include "api/edit_answer.h"
#include "api/empty_body.h"
#include "api/handlers/handlers.h"
#include "api/media.h"
#include "api/query.h"
#include "api/reply.h"
#include "daemon/pages.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* ---- reading --------------------------------------------------------------------------------------- */

static bool put_page(struct mh_json *json, struct mh_pages *pages, int64_t id)
{
    size_t length;
    char *text = mh_pages_copy(pages, id, &length);
    if (text == NULL)
        return false;
    mh_json_value(json, text, length);
    free(text);
    return true;
}

MH_RENDER(mh_render_transactions)
{
    struct mh_page_filter filter;
    struct mh_cursor cursor;
    int64_t ids[MH_LIMIT_MAX + 1];
    bool given;
    if (!mh_page_filter_read(request, &view->snapshot, &filter, problem) ||
        !mh_page_filter_cursor(request, 't', &given, &cursor, problem))
        return false;
    struct mh_pages *pages = request->api->sources.pages;
    int64_t below = given && cursor.numbers[0] <= INT64_MAX ? (int64_t)cursor.numbers[0] : INT64_MAX;
    size_t found = mh_pages_list(pages, below, ids, filter.limit + 1);
    size_t shown = found < filter.limit ? found : filter.limit;
    mh_collection_open(json, view);
    for (size_t i = 0; i < shown; i++)
        (void)put_page(json, pages, ids[i]);
    if (shown > 0)
        cursor = (struct mh_cursor){.kind = 't', .numbers = {(uint64_t)ids[shown - 1]}};
    mh_collection_close(json, found > shown ? &cursor : NULL);
    return true;
}

/* What {id} stands for; 0: it is no id. */
static int64_t id_of(const struct mh_request *request)
{
    uint64_t id = 0;
    return mh_number_parse(request->argument, INT64_MAX, &id) ? (int64_t)id : 0;
}

MH_RENDER(mh_render_transaction)
{
    (void)view;
    int64_t id = id_of(request);
    if (id > 0 && put_page(json, request->api->sources.pages, id))
        return true;
    return mh_problem_set(problem, MH_PROBLEM_NOT_FOUND,
                          "There is no transaction \"%.64s\", or none any more.", request->argument);
}

/* ---- confirming and reverting ---------------------------------------------------------------------- */

/* {"token": "..."} and nothing else. */
static bool read_token(const struct mh_request *request, struct mh_edit *edit, struct mh_problem *problem)
{
    static const char expected[] = "{\"token\": \"...\"}";
    if (!mh_media_check(request->headers.content_type, NULL, problem))
        return false;
    json_t *body = json_loadb(request->body == NULL ? "" : request->body, request->body_length,
                              JSON_REJECT_DUPLICATES, NULL);
    const char *token = json_string_value(json_object_get(body, "token"));
    bool fits = token != NULL && json_object_size(body) == 1;
    if (fits && strlen(token) < sizeof edit->token)
        memcpy(edit->token, token, strlen(token) + 1);
    json_decref(body);
    if (fits)
        return true;
    (void)mh_problem_set(problem, MH_PROBLEM_INVALID_BODY, "The body names the token of the transaction.");
    return mh_problem_expected(problem, expected, "another body");
}

bool mh_serve_confirm(struct mh_request *request)
{
    struct mh_problem problem;
    if (request->waiting != NULL)
        return mh_serve_edit(request, NULL, mh_answer_edit);
    struct mh_edit edit = {.kind = MH_EDIT_CONFIRM, .transaction = id_of(request)};
    if (!read_token(request, &edit, &problem))
        return mh_reply_problem(request, &problem);
    return mh_serve_edit(request, &edit, mh_answer_edit);
}

static bool serve_bare(struct mh_request *request, const struct mh_edit *edit)
{
    struct mh_problem problem;
    if (request->waiting == NULL && !mh_empty_body_check(request, &problem))
        return mh_reply_problem(request, &problem);
    return mh_serve_edit(request, edit, mh_answer_edit);
}

bool mh_serve_revert(struct mh_request *request)
{
    const struct mh_edit edit = {.kind = MH_EDIT_REVERT, .transaction = id_of(request)};
    return serve_bare(request, &edit);
}

bool mh_serve_reload(struct mh_request *request)
{
    static const struct mh_edit edit = {.kind = MH_EDIT_RELOAD};
    return serve_bare(request, &edit);
}

#include "api/collection.h"

#include "core/selector.h"

#include <string.h>

static const struct mh_interface *find_by_windows_id(const struct mh_snapshot *snapshot, const char *word)
{
    for (size_t i = 0; i < snapshot->interface_count; i++)
        if (mh_selector_is_windows_id(word, &snapshot->interfaces[i]))
            return &snapshot->interfaces[i];
    return NULL;
}

const struct mh_interface *mh_find_interface(const struct mh_snapshot *snapshot, const char *word)
{
    static const char prefix[] = MH_SELECTOR_INDEX;
    uint64_t index;
    const struct mh_interface *interface = mh_snapshot_interface_named(snapshot, word);
    if (interface != NULL)
        return interface;
    if (strncmp(word, prefix, sizeof prefix - 1) != 0)
        return find_by_windows_id(snapshot, word);
    if (!mh_number_parse(word + sizeof prefix - 1, UINT32_MAX, &index))
        return NULL;
    return mh_snapshot_interface(snapshot, (uint32_t)index);
}

static bool read_interface(const struct mh_query *query, const struct mh_snapshot *snapshot, uint32_t *index,
                           struct mh_problem *problem)
{
    const char *word = query->value[MH_PARAMETER_INTERFACE];
    *index = 0;
    if (word == NULL)
        return true;
    const struct mh_interface *interface = mh_find_interface(snapshot, word);
    if (interface != NULL) {
        *index = interface->index;
        return true;
    }
    (void)mh_query_invalid(query, MH_PARAMETER_INTERFACE, "the name of an interface of this host, or index:N",
                           problem);
    problem->type = MH_PROBLEM_UNKNOWN_INTERFACE;
    return false;
}

static bool read_table(const struct mh_request *request, struct mh_page_filter *filter,
                       struct mh_problem *problem)
{
    const char *word = request->query.value[MH_PARAMETER_TABLE];
    filter->has_table = word != NULL;
    if (word == NULL || mh_platform_table_number(request->api->sources.platform, word, &filter->table))
        return true;
    return mh_query_invalid(&request->query, MH_PARAMETER_TABLE, "the name or number of a routing table",
                            problem);
}

bool mh_page_filter_read(const struct mh_request *request, const struct mh_snapshot *snapshot,
                         struct mh_page_filter *filter, struct mh_problem *problem)
{
    const struct mh_query *query = &request->query;
    *filter = (struct mh_page_filter){.cursor = query->value[MH_PARAMETER_CURSOR],
                                      .owner = query->value[MH_PARAMETER_OWNER]};
    return mh_query_limit(query, &filter->limit, problem) &&
           mh_query_family(query, &filter->family, problem) &&
           read_interface(query, snapshot, &filter->interface, problem) &&
           read_table(request, filter, problem);
}

bool mh_page_filter_cursor(const struct mh_request *request, char kind, bool *given, struct mh_cursor *cursor,
                           struct mh_problem *problem)
{
    const char *text = request->query.value[MH_PARAMETER_CURSOR];
    *given = text != NULL;
    if (text == NULL || mh_cursor_parse(text, kind, cursor))
        return true;
    return mh_query_invalid(&request->query, MH_PARAMETER_CURSOR, "what \"next\" of this collection said",
                            problem);
}

bool mh_page_filter_owner(const struct mh_page_filter *filter, const struct mh_platform *platform,
                          enum mh_owner owner, uint8_t protocol)
{
    char word[MH_WORD_SIZE];
    return filter->owner == NULL ||
           strcmp(filter->owner, mh_owner_word(platform, owner, protocol, word)) == 0;
}

void mh_collection_open(struct mh_json *json, const struct mh_view *view)
{
    mh_json_open(json, '{');
    mh_json_put_unsigned(json, "generation", view->generation);
    mh_json_put_open(json, "items", '[');
}

void mh_collection_close(struct mh_json *json, const struct mh_cursor *next)
{
    char text[MH_CURSOR_SIZE];
    mh_json_close(json, ']');
    mh_json_put_string(json, "next", next == NULL ? NULL : mh_cursor_format(next, text));
    mh_json_close(json, '}');
}

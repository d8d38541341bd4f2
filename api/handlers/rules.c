/* /v1/rules. A rule is known by family, priority, and its place among those of the same priority. */
#include "api/collection.h"
#include "api/handlers/handlers.h"
#include "api/objects.h"

#include <string.h>

static bool same_priority(const struct mh_rule *a, const struct mh_rule *b)
{
    return a->family == b->family && a->priority == b->priority;
}

static struct mh_cursor cursor_of(const struct mh_snapshot *snapshot, size_t at)
{
    const struct mh_rule *rule = &snapshot->rules[at];
    size_t before = 0;
    while (before < at && same_priority(&snapshot->rules[at - before - 1], rule))
        before++;
    return (struct mh_cursor){.kind = 'p', .numbers = {rule->family, rule->priority, before}};
}

static size_t position_behind(const struct mh_snapshot *snapshot, const struct mh_cursor *cursor)
{
    uint64_t same = 0;
    for (size_t at = 0; at < snapshot->rule_count; at++) {
        const struct mh_rule *rule = &snapshot->rules[at];
        if (rule->family < cursor->numbers[0])
            continue;
        if (rule->family > cursor->numbers[0] || rule->priority > cursor->numbers[1])
            return at;
        if (rule->priority == cursor->numbers[1] && same++ > cursor->numbers[2])
            return at;
    }
    return snapshot->rule_count;
}

static bool fits_interface(const struct mh_page_filter *filter, const struct mh_snapshot *snapshot,
                           const struct mh_rule *rule)
{
    if (filter->interface == 0)
        return true;
    const char *name = mh_snapshot_interface_name(snapshot, filter->interface);
    return strcmp(rule->input, name) == 0 || strcmp(rule->output, name) == 0;
}

static bool fits(const struct mh_page_filter *filter, const struct mh_snapshot *snapshot,
                 const struct mh_platform *platform, const struct mh_rule *rule)
{
    if (filter->has_table && (rule->action != MH_RULE_TO_TABLE || rule->table != filter->table))
        return false;
    return (filter->family == MH_FAMILY_NONE || filter->family == rule->family) &&
           fits_interface(filter, snapshot, rule) &&
           mh_page_filter_owner(filter, platform, rule->owner, rule->protocol);
}

MH_RENDER(mh_render_rules)
{
    const struct mh_snapshot *snapshot = &view->snapshot;
    const struct mh_platform *platform = request->api->sources.platform;
    struct mh_page_filter filter;
    struct mh_cursor cursor;
    bool given;
    if (!mh_page_filter_read(request, snapshot, &filter, problem) ||
        !mh_page_filter_cursor(request, 'p', &given, &cursor, problem))
        return false;
    size_t count = 0, at = given ? position_behind(snapshot, &cursor) : 0;
    mh_collection_open(json, view);
    for (; at < snapshot->rule_count; at++) {
        if (!fits(&filter, snapshot, platform, &snapshot->rules[at]))
            continue;
        if (count++ == filter.limit)
            break;
        mh_put_rule(json, platform, &snapshot->rules[at]);
        if (count == filter.limit)
            cursor = cursor_of(snapshot, at);
    }
    mh_collection_close(json, count > filter.limit ? &cursor : NULL);
    return true;
}

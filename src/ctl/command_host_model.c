/* multihomectl host-model, arp: for each interface and family a line for each thing, wanted and in effect,
 * and why. */
#include "commands.h"
#include "fetch.h"
#include "listing.h"

#include <string.h>

struct thing {
    const char *member, *label;
};

static const char *word_of(const json_t *aspect, const char *name, const char *nothing)
{
    const json_t *value = json_object_get(aspect, name);
    if (json_is_boolean(value))
        return json_is_true(value) ? "on" : "off";
    return json_is_string(value) ? json_string_value(value) : nothing;
}

/* The reason, or the first of what decides. */
static const char *why(const json_t *aspect)
{
    const char *reason = mh_member_text(aspect, "reason");
    const char *evidence = json_string_value(json_array_get(mh_member_array(aspect, "evidence"), 0));
    return reason[0] != '\0' || evidence == NULL ? reason : evidence;
}

static enum mh_style style_of(const json_t *aspect)
{
    if (json_is_false(json_object_get(aspect, "agrees")))
        return MH_STYLE_BAD;
    return strcmp(word_of(aspect, "effective", ""), "indeterminate") == 0 ? MH_STYLE_WARNING : MH_STYLE_PLAIN;
}

static void rows_of(struct mh_table *table, const json_t *item, const struct thing things[])
{
    for (size_t i = 0; things[i].member != NULL; i++) {
        const json_t *aspect = mh_member_object(item, things[i].member);
        mh_table_cell(table, MH_STYLE_PLAIN, i == 0 ? mh_member_text(item, "interface") : "");
        mh_table_cell(table, MH_STYLE_PLAIN, i == 0 ? mh_member_text(item, "family") : "");
        mh_table_cell(table, MH_STYLE_PLAIN, things[i].label);
        mh_table_cell(table, MH_STYLE_PLAIN, word_of(aspect, "desired", "-"));
        mh_table_cell(table, style_of(aspect), word_of(aspect, "effective", "-"));
        mh_table_cell(table, MH_STYLE_PLAIN, why(aspect));
    }
}

static const struct mh_column columns[] = {{"INTERFACE", false}, {"FAMILY", false},    {"WHAT", false},
                                           {"DESIRED", false},   {"EFFECTIVE", false}, {"WHY", false},
                                           {NULL, false}};

static void host_model_rows(struct mh_table *table, const json_t *item)
{
    static const struct thing things[] = {
        {"receive", "receive"}, {"send", "send"}, {"reverse_path", "reverse path"}, {NULL, NULL}};
    rows_of(table, item, things);
}

enum mh_exit mh_ctl_host_model(struct mh_ctl *ctl)
{
    static const struct mh_listing listing = {"/v1/host-model", "host models", columns, host_model_rows};
    return mh_listing_run(ctl, &listing);
}

static void arp_rows(struct mh_table *table, const json_t *item)
{
    static const struct thing things[] = {
        {"reply", "reply"}, {"announce", "announce"}, {"filter", "filter"}, {"proxy", "proxy"}, {NULL, NULL}};
    rows_of(table, item, things);
}

enum mh_exit mh_ctl_arp(struct mh_ctl *ctl)
{
    static const struct mh_listing listing = {"/v1/arp", "interfaces with ARP", columns, arp_rows};
    return mh_listing_run(ctl, &listing);
}

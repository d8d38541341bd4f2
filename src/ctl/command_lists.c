/* multihomectl addresses, routes */
#include "address_words.h"
#include "commands.h"
#include "fetch.h"
#include "listing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void cell_of_text(struct mh_table *table, enum mh_style style, struct mh_text *text)
{
    char *taken = mh_text_take(text);
    mh_table_cell(table, style, taken != NULL ? taken : "?");
    free(taken);
}

/* ---- addresses ------------------------------------------------------------------------------------- */

static void cell_of_address(struct mh_table *table, const json_t *item, const char *interface)
{
    struct mh_text text = {0};
    mh_address_words_add_object(&text, item, interface);
    cell_of_text(table, MH_STYLE_PLAIN, &text);
}

static enum mh_style style_of_flags(const json_t *flags)
{
    static const char *const bad[] = {"duplicate", "tentative", "deprecated"};
    size_t index;
    json_t *flag;
    json_array_foreach(flags, index, flag)
    {
        const char *word = json_string_value(flag);
        for (size_t i = 0; word != NULL && i < sizeof bad / sizeof bad[0]; i++)
            if (strcmp(word, bad[i]) == 0)
                return i == 0 ? MH_STYLE_BAD : MH_STYLE_WARNING;
    }
    return MH_STYLE_PLAIN;
}

static void cell_of_flags(struct mh_table *table, const json_t *item)
{
    const json_t *flags = mh_member_array(item, "flags");
    struct mh_text text = {0};
    size_t index;
    json_t *flag;
    json_array_foreach(flags, index, flag)
    {
        const char *word = json_string_value(flag);
        mh_text_format(&text, "%s%s", index == 0 ? "" : ",", word != NULL ? word : "?");
    }
    cell_of_text(table, style_of_flags(flags), &text);
}

static void address_row(struct mh_table *table, const json_t *item)
{
    const char *interface = mh_member_text(item, "interface");
    mh_table_cell(table, MH_STYLE_PLAIN, interface);
    cell_of_address(table, item, interface);
    mh_table_cell(table, MH_STYLE_PLAIN, mh_member_text(item, "scope"));
    mh_table_cell(table, MH_STYLE_PLAIN, mh_member_text(item, "owner"));
    cell_of_flags(table, item);
}

enum mh_exit mh_ctl_addresses(struct mh_ctl *ctl)
{
    static const struct mh_column columns[] = {{"INTERFACE", false}, {"ADDRESS", false}, {"SCOPE", false},
                                               {"OWNER", false},     {"FLAGS", false},   {NULL, false}};
    static const struct mh_listing listing = {"/v1/addresses", "addresses", columns, address_row};
    return mh_listing_run(ctl, &listing);
}

/* ---- routes ---------------------------------------------------------------------------------------- */

static void cell_of_destination(struct mh_table *table, const json_t *route)
{
    struct mh_text text = {0};
    mh_text_add(&text, mh_member_text(route, "destination"));
    if (mh_member_text(route, "source")[0] != '\0')
        mh_text_format(&text, " from %s", mh_member_text(route, "source"));
    cell_of_text(table, MH_STYLE_PLAIN, &text);
}

/* A gateway, or what happens without one: "on-link", "local", "blackhole". */
static void cell_of_next_hop(struct mh_table *table, const json_t *route, const json_t *hop, bool weighted)
{
    struct mh_text text = {0};
    const char *type = mh_member_text(route, "type"), *gateway = mh_member_text(hop, "gateway");
    bool dead = json_is_false(json_object_get(hop, "alive"));
    bool unicast = type[0] == '\0' || strcmp(type, "unicast") == 0;
    if (gateway[0] != '\0')
        mh_address_words_add(&text, gateway, mh_member_text(hop, "interface"));
    else
        mh_text_add(&text, unicast ? "on-link" : type);
    if (weighted)
        mh_text_format(&text, " weight %" JSON_INTEGER_FORMAT, mh_member_number(hop, "weight"));
    if (dead)
        mh_text_add(&text, " dead");
    cell_of_text(table, dead ? MH_STYLE_BAD : MH_STYLE_PLAIN, &text);
    mh_table_cell(table, MH_STYLE_PLAIN, mh_member_text(hop, "interface"));
}

/* Weights that are all the same say nothing. */
static bool has_weights(const json_t *hops)
{
    json_int_t first = mh_member_number(json_array_get(hops, 0), "weight");
    for (size_t i = 1; i < json_array_size(hops); i++)
        if (mh_member_number(json_array_get(hops, i), "weight") != first)
            return true;
    return false;
}

static void cells_behind_next_hop(struct mh_table *table, const json_t *route)
{
    char metric[24];
    (void)snprintf(metric, sizeof metric, "%" JSON_INTEGER_FORMAT, mh_member_number(route, "metric"));
    mh_table_cell(table, MH_STYLE_PLAIN, metric);
    mh_table_cell(table, MH_STYLE_PLAIN, mh_member_text(route, "table"));
    mh_table_cell(table, MH_STYLE_PLAIN, mh_member_text(route, "owner"));
    mh_table_cell(table, MH_STYLE_PLAIN, mh_member_text(route, "preferred_source"));
}

static void route_row(struct mh_table *table, const json_t *route)
{
    enum { CELLS_BEHIND = 4 };
    const json_t *hops = mh_member_array(route, "next_hops");
    bool weighted = has_weights(hops);
    cell_of_destination(table, route);
    cell_of_next_hop(table, route, json_array_get(hops, 0), weighted);
    cells_behind_next_hop(table, route);
    for (size_t i = 1; i < json_array_size(hops); i++) {
        mh_table_cell(table, MH_STYLE_PLAIN, "");
        cell_of_next_hop(table, route, json_array_get(hops, i), weighted);
        for (int j = 0; j < CELLS_BEHIND; j++)
            mh_table_cell(table, MH_STYLE_PLAIN, "");
    }
}

enum mh_exit mh_ctl_routes(struct mh_ctl *ctl)
{
    static const struct mh_column columns[] = {
        {"DESTINATION", false}, {"NEXT HOP", false}, {"INTERFACE", false}, {"METRIC", true},
        {"TABLE", false},       {"OWNER", false},    {"SOURCE", false},    {NULL, false}};
    static const struct mh_listing listing = {"/v1/routes", "routes", columns, route_row};
    return mh_listing_run(ctl, &listing);
}

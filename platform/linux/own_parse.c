/* Reading this service's own table from what nft lists. The sets, the chains, and each rule's comment, place
 * and kinds of statements must be as own_rules.c makes them, and nothing else may be there. */
#include "nft.h"
#include "own_table.h"

#include <string.h>

struct parsing {
    struct mh_own_table *table;
    size_t rules[MH_OWN_CHAINS]; /* seen so far */
    bool chains[MH_OWN_CHAINS];
    bool sets[MH_OWN_SETS];
    bool exempt[2];
    bool altered;
    bool no_memory;
};

static const char *text_of(const json_t *object, const char *member)
{
    const char *text = json_string_value(json_object_get(object, member));
    return text != NULL ? text : "";
}

static bool is_text(const json_t *object, const char *member, const char *wanted)
{
    return strcmp(text_of(object, member), wanted) == 0;
}

/* ---- sets ------------------------------------------------------------------------------------------ */

static void take_name(struct parsing *parsing, enum mh_own_set set, const char *name)
{
    const struct mh_setting as_set[MH_OWN_SETS] = {
        [MH_OWN_STRONG_IPV4] = {0, MH_FILTER_COVERED, MH_IPV4, MH_SETTING_STRONG_RECEIVE},
        [MH_OWN_STRONG_IPV6] = {0, MH_FILTER_COVERED, MH_IPV6, MH_SETTING_STRONG_RECEIVE},
        [MH_OWN_LOOSE_IPV6] = {0, MH_FILTER_LOOSE, MH_IPV6, MH_SETTING_REVERSE_FILTER},
        [MH_OWN_STRICT_IPV6] = {0, MH_FILTER_STRICT, MH_IPV6, MH_SETTING_REVERSE_FILTER},
    };
    if (name == NULL || !mh_own_can_name(name) ||
        mh_own_value(parsing->table, &as_set[set], name) != MH_FILTER_OUT)
        parsing->altered = true; /* in both sets of the reverse path: neither is what was asked for */
    else if (mh_own_set(parsing->table, &as_set[set], name) != MH_OK)
        parsing->no_memory = true;
}

static void take_address(struct parsing *parsing, enum mh_family family, const char *text)
{
    struct mh_address address;
    if (text == NULL || !mh_address_parse(text, strlen(text), &address) || address.family != family)
        parsing->altered = true;
    else if (!mh_own_exempt(parsing->table, &address))
        parsing->no_memory = true;
}

static void take_members(struct parsing *parsing, enum mh_own_set set, const json_t *elements)
{
    parsing->sets[set] = true;
    for (size_t i = 0; i < json_array_size(elements); i++)
        take_name(parsing, set, json_string_value(json_array_get(elements, i)));
}

static void take_exempt(struct parsing *parsing, enum mh_family family, const json_t *elements)
{
    parsing->exempt[family == MH_IPV6] = true;
    for (size_t i = 0; i < json_array_size(elements); i++)
        take_address(parsing, family, json_string_value(json_array_get(elements, i)));
}

/* A set with flags or a time limit is not ours any more. */
static bool is_plain(const json_t *set)
{
    return json_object_get(set, "flags") == NULL && json_object_get(set, "timeout") == NULL &&
           json_object_get(set, "size") == NULL;
}

static void read_set(struct parsing *parsing, const json_t *json)
{
    const json_t *elements = json_object_get(json, "elem");
    bool fits = is_plain(json) && (elements == NULL || json_is_array(elements));
    for (int set = 0; set < MH_OWN_SETS && fits; set++)
        if (is_text(json, "name", mh_own_set_name((enum mh_own_set)set)) && is_text(json, "type", "ifname")) {
            take_members(parsing, (enum mh_own_set)set, elements);
            return;
        }
    if (fits && is_text(json, "name", mh_own_exempt_name(MH_IPV4)) && is_text(json, "type", "ipv4_addr"))
        take_exempt(parsing, MH_IPV4, elements);
    else if (fits && is_text(json, "name", mh_own_exempt_name(MH_IPV6)) && is_text(json, "type", "ipv6_addr"))
        take_exempt(parsing, MH_IPV6, elements);
    else
        parsing->altered = true;
}

/* ---- chains and rules ------------------------------------------------------------------------------ */

/* The number of the chain; MH_OWN_CHAINS: none of ours. */
static size_t find_chain(const char *name)
{
    size_t i = 0;
    while (i < MH_OWN_CHAINS && strcmp(mh_own_chains[i].name, name) != 0)
        i++;
    return i;
}

static void read_chain(struct parsing *parsing, const json_t *json)
{
    size_t i = find_chain(text_of(json, "name"));
    if (i == MH_OWN_CHAINS || !is_text(json, "type", "filter") ||
        !is_text(json, "hook", mh_own_chains[i].hook) || !is_text(json, "policy", "accept") ||
        json_integer_value(json_object_get(json, "prio")) != mh_own_chains[i].priority)
        parsing->altered = true;
    else
        parsing->chains[i] = true;
}

/* Whether the statements are of these kinds. */
static bool are_kinds(const json_t *statements, const char *kinds)
{
    json_t *value;
    for (size_t i = 0; i < json_array_size(statements); i++) {
        const char *kind = mh_nft_kind(json_array_get(statements, i), &value);
        size_t length = kind != NULL ? strlen(kind) : 0;
        if (length == 0 || strncmp(kinds, kind, length) != 0 || kinds[length] != ' ')
            return false;
        kinds += length + 1;
    }
    return *kinds == '\0';
}

static void read_rule(struct parsing *parsing, const json_t *json)
{
    size_t i = find_chain(text_of(json, "chain"));
    if (i == MH_OWN_CHAINS || parsing->rules[i] == mh_own_chains[i].rule_count) {
        parsing->altered = true;
        return;
    }
    const struct mh_own_rule *rule = &mh_own_chains[i].rules[parsing->rules[i]++];
    if (!is_text(json, "comment", rule->comment) || !are_kinds(json_object_get(json, "expr"), rule->kinds))
        parsing->altered = true;
}

/* ---- the whole ------------------------------------------------------------------------------------- */

static bool is_ours(const json_t *value)
{
    return is_text(value, "family", "inet") &&
           (is_text(value, "table", "multihomed") || is_text(value, "name", "multihomed"));
}

static void read_table(struct parsing *parsing, const json_t *json)
{
    if (json_object_get(json, "flags") != NULL)
        parsing->altered = true;
}

static const struct {
    const char *kind;
    void (*read)(struct parsing *parsing, const json_t *json);
} readers[] = {{"table", read_table}, {"set", read_set}, {"chain", read_chain}, {"rule", read_rule}};

static void read_item(struct parsing *parsing, const json_t *item)
{
    json_t *value;
    const char *kind = mh_nft_kind(item, &value);
    if (kind != NULL && strcmp(kind, "metainfo") == 0)
        return;
    for (size_t i = 0; i < sizeof readers / sizeof readers[0] && kind != NULL && is_ours(value); i++)
        if (strcmp(kind, readers[i].kind) == 0) {
            readers[i].read(parsing, value);
            return;
        }
    parsing->altered = true;
}

static bool is_complete(const struct parsing *parsing)
{
    bool complete = parsing->exempt[0] && parsing->exempt[1];
    for (int set = 0; set < MH_OWN_SETS; set++)
        complete = complete && parsing->sets[set];
    for (int i = 0; i < MH_OWN_CHAINS; i++)
        complete = complete && parsing->chains[i] && parsing->rules[i] == mh_own_chains[i].rule_count;
    return complete;
}

/* The sets of strong receive tell whose the table is: nobody else's has them, and while rules speak of them
 * they cannot be taken away. */
static enum mh_error judge(const struct parsing *parsing)
{
    struct mh_own_table *table = parsing->table;
    table->condition = MH_OWN_WHOLE;
    if (parsing->altered || !is_complete(parsing))
        table->condition = MH_OWN_ALTERED;
    if (parsing->sets[MH_OWN_STRONG_IPV4] && parsing->sets[MH_OWN_STRONG_IPV6])
        return MH_OK;
    mh_own_clear(table);
    enum mh_error error = mh_own_init(table);
    table->condition = MH_OWN_FOREIGN;
    return error;
}

enum mh_error mh_own_parse(const char *text, size_t length, struct mh_own_table *table,
                           struct mh_failure *failure)
{
    struct parsing parsing = {.table = table};
    json_error_t problem;
    json_t *root = json_loadb(text, length, 0, &problem);
    const json_t *items = json_object_get(root, "nftables");
    if (!json_is_array(items)) {
        json_decref(root);
        return mh_fail(failure, MH_MALFORMED,
                       "what nft wrote of the table inet multihomed is not understood");
    }
    for (size_t i = 0; i < json_array_size(items); i++)
        read_item(&parsing, json_array_get(items, i));
    json_decref(root);
    if (parsing.no_memory || judge(&parsing) != MH_OK)
        return mh_fail(failure, MH_NO_MEMORY, "out of memory");
    return MH_OK;
}

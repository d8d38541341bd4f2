/* DOC: The packet filter of Linux is read from `nft -j list ruleset`. Tables of the families ip, ip6 and inet
 * are understood; of bridge and arp none sees what this host routes; of netdev, and of inet's ingress, it is
 * only known whether they could drop something. */
#include "nft.h"

#include <stdio.h>
#include <string.h>

/* ---- names ----------------------------------------------------------------------------------------- */

bool mh_nft_name_key(const struct mh_nft_place *place, const char *name, char key[MH_NFT_KEY_SIZE])
{
    int length = snprintf(key, MH_NFT_KEY_SIZE, "%s %zu %s %s", place->family, strlen(place->table),
                          place->table, name);
    return length > 0 && length < MH_NFT_KEY_SIZE;
}

const char *mh_nft_kind(const json_t *object, json_t **value)
{
    void *member = json_object_iter((json_t *)object);
    *value = json_object_iter_value(member);
    return json_object_size(object) == 1 ? json_object_iter_key(member) : NULL;
}

static const char *text_of(const json_t *object, const char *member)
{
    return json_string_value(json_object_get(object, member));
}

/* False when the object does not say where it belongs. */
static bool place_of(const json_t *object, struct mh_nft_place *place)
{
    place->family = text_of(object, "family");
    place->table = text_of(object, "table");
    return place->family != NULL && place->table != NULL;
}

static bool is_routed(const char *family)
{
    return strcmp(family, "ip") == 0 || strcmp(family, "ip6") == 0 || strcmp(family, "inet") == 0;
}

static bool is_ignored(const char *family)
{
    return strcmp(family, "bridge") == 0 || strcmp(family, "arp") == 0;
}

static bool put(struct mh_nft *nft, json_t *dictionary, const char *key, json_t *value)
{
    bool done = json_object_set_new(dictionary, key, value) == 0;
    nft->no_memory = nft->no_memory || !done;
    return done;
}

/* ---- what is not understood as a whole ------------------------------------------------------------- */

static void add_opaque(struct mh_nft *nft, const struct mh_filter_chain *chain, const char *label,
                       const char *input, const char *output, const char *reason)
{
    if (!mh_filter_add_opaque(nft->filter, chain, label, input, output, reason))
        nft->no_memory = true;
}

static void doubt_all(struct mh_nft *nft, bool ipv4, bool ipv6, const char *label, const char *reason)
{
    struct mh_filter_chain chain = {.ipv4 = ipv4, .ipv6 = ipv6};
    for (chain.hook = 0; chain.hook < MH_FILTER_HOOK_COUNT; chain.hook++)
        add_opaque(nft, &chain, label, NULL, NULL, reason);
}

static void doubt_ruleset(struct mh_nft *nft, const char *what)
{
    char reason[160];
    (void)snprintf(reason, sizeof reason, "the ruleset has a part that is not understood: %.80s", what);
    doubt_all(nft, true, true, "nftables", reason);
}

/* ---- tables ---------------------------------------------------------------------------------------- */

/* A dormant table's chains are not hooked. nft 1.0.6 writes a single flag as any string that comes its way.
 */
enum dormancy { AWAKE, DORMANT, NOT_KNOWN };

static enum dormancy flag_dormancy(const json_t *flag)
{
    const char *word = json_string_value(flag);
    if (word == NULL)
        return NOT_KNOWN;
    if (strcmp(word, "dormant") == 0)
        return DORMANT;
    return strcmp(word, "owner") == 0 || strcmp(word, "persist") == 0 ? AWAKE : NOT_KNOWN;
}

static enum dormancy table_dormancy(const json_t *flags)
{
    enum dormancy dormancy = flags == NULL || json_is_array(flags) ? AWAKE : flag_dormancy(flags);
    for (size_t i = 0; i < json_array_size(flags); i++) {
        enum dormancy flag = flag_dormancy(json_array_get(flags, i));
        if (flag == DORMANT || dormancy == AWAKE)
            dormancy = flag;
    }
    return dormancy;
}

static void read_table(struct mh_nft *nft, const json_t *json)
{
    const char *family = text_of(json, "family"), *name = text_of(json, "name");
    enum dormancy dormancy = table_dormancy(json_object_get(json, "flags"));
    char key[MH_NFT_KEY_SIZE];
    if (dormancy == AWAKE || family == NULL || name == NULL)
        return;
    struct mh_nft_place place = {family, name};
    if (mh_nft_name_key(&place, "", key))
        (void)put(nft, nft->tables, key, json_integer(dormancy));
}

static enum dormancy dormancy_of(const struct mh_nft *nft, const struct mh_nft_place *place)
{
    char key[MH_NFT_KEY_SIZE];
    if (!mh_nft_name_key(place, "", key))
        return NOT_KNOWN;
    return (enum dormancy)json_integer_value(json_object_get(nft->tables, key));
}

/* ---- chains ---------------------------------------------------------------------------------------- */

static bool find_hook(const char *name, uint8_t *hook)
{
    static const char *const names[MH_FILTER_HOOK_COUNT] = {"prerouting", "input", "forward", "output",
                                                            "postrouting"};
    for (size_t i = 0; i < MH_FILTER_HOOK_COUNT; i++)
        if (strcmp(names[i], name) == 0) {
            *hook = (uint8_t)i;
            return true;
        }
    return false;
}

/* The members of a base chain. False: not understood. */
static bool read_base(const json_t *json, const char *hook, struct mh_filter_chain *chain)
{
    const json_t *priority = json_object_get(json, "prio");
    const char *type = text_of(json, "type"), *policy = text_of(json, "policy");
    if (!find_hook(hook, &chain->hook) || !json_is_integer(priority) || type == NULL)
        return false;
    if (json_integer_value(priority) < INT32_MIN || json_integer_value(priority) > INT32_MAX)
        return false;
    if (strcmp(type, "filter") != 0 && strcmp(type, "nat") != 0 && strcmp(type, "route") != 0)
        return false;
    if (policy != NULL && strcmp(policy, "accept") != 0 && strcmp(policy, "drop") != 0)
        return false;
    chain->priority = (int32_t)json_integer_value(priority);
    chain->is_nat = strcmp(type, "nat") == 0;
    chain->policy_drops = policy != NULL && strcmp(policy, "drop") == 0;
    return true;
}

static void format_label(const struct mh_nft_place *place, const char *name, char *label, size_t size)
{
    (void)snprintf(label, size, "%s %s %s", place->family, place->table, name);
}

/* A chain before routing, of one device. */
static void note_device_chain(struct mh_nft *nft, const struct mh_nft_place *place, json_t *json)
{
    char key[MH_NFT_KEY_SIZE];
    const char *name = text_of(json, "name");
    if (name == NULL || !mh_nft_name_key(place, name, key))
        doubt_ruleset(nft, "a chain without a name");
    else if (text_of(json, "hook") != NULL)
        (void)put(nft, nft->devices, key, json_incref(json));
}

static void add_routed_chain(struct mh_nft *nft, const struct mh_nft_place *place, const json_t *json)
{
    struct mh_filter_chain chain = {.hook = MH_FILTER_NO_HOOK};
    char key[MH_NFT_KEY_SIZE], label[MH_NFT_KEY_SIZE];
    const char *name = text_of(json, "name"), *hook = text_of(json, "hook");
    uint32_t index;
    chain.ipv4 = strcmp(place->family, "ip6") != 0;
    chain.ipv6 = strcmp(place->family, "ip") != 0;
    if (name == NULL || !mh_nft_name_key(place, name, key) || json_object_get(nft->chains, key) != NULL ||
        (json_object_get(json, "hook") != NULL && (hook == NULL || !read_base(json, hook, &chain)))) {
        doubt_ruleset(nft, name != NULL ? name : "a chain without a name");
        return;
    }
    format_label(place, name, label, sizeof label);
    if (chain.hook != MH_FILTER_NO_HOOK && dormancy_of(nft, place) == NOT_KNOWN)
        add_opaque(nft, &chain, label, NULL, NULL, "whether its table is dormant is not known");
    if (dormancy_of(nft, place) != AWAKE)
        chain.hook = MH_FILTER_NO_HOOK;
    if (!mh_filter_add_chain(nft->filter, &chain, label, &index))
        nft->no_memory = true;
    else
        (void)put(nft, nft->chains, key, json_integer(index));
}

static void read_chain(struct mh_nft *nft, json_t *json)
{
    struct mh_nft_place place;
    const char *hook = text_of(json, "hook");
    if (!place_of(json, &place))
        doubt_ruleset(nft, "a chain without a table");
    else if (strcmp(place.family, "netdev") == 0 || (hook != NULL && strcmp(hook, "ingress") == 0))
        note_device_chain(nft, &place, json);
    else if (is_routed(place.family))
        add_routed_chain(nft, &place, json);
    else if (!is_ignored(place.family))
        doubt_ruleset(nft, place.family);
}

/* ---- chains of devices ----------------------------------------------------------------------------- */

static void tell_device(struct mh_nft *nft, const struct mh_filter_chain *chain, const char *label,
                        const char *device)
{
    bool ingress = chain->hook == MH_FILTER_PREROUTING;
    add_opaque(nft, chain, label, ingress ? device : NULL, ingress ? NULL : device,
               ingress ? "it filters what comes in before routing, which is not understood"
                       : "it filters what goes out after routing, which is not understood");
}

/* Some versions of nft do not write the device: any may be meant. */
static void tell_device_chain(struct mh_nft *nft, const char *key)
{
    json_t *json = json_object_get(nft->devices, key);
    const json_t *device = json_object_get(json, "dev");
    struct mh_nft_place place;
    char label[MH_NFT_KEY_SIZE];
    if (json == NULL || !place_of(json, &place) || dormancy_of(nft, &place) == DORMANT)
        return;
    bool egress = strcmp(text_of(json, "hook"), "egress") == 0;
    struct mh_filter_chain chain = {.ipv4 = true,
                                    .ipv6 = true,
                                    .hook = egress ? MH_FILTER_POSTROUTING : MH_FILTER_PREROUTING,
                                    .priority = egress ? INT32_MAX : INT32_MIN};
    format_label(&place, text_of(json, "name"), label, sizeof label);
    for (size_t i = 0; i < json_array_size(device); i++)
        tell_device(nft, &chain, label, json_string_value(json_array_get(device, i)));
    if (json_array_size(device) == 0)
        tell_device(nft, &chain, label, json_string_value(device));
    (void)json_object_del(nft->devices, key);
}

static bool is_harmless(const json_t *statement)
{
    static const char *const harmless[] = {"accept", "counter", "log", "continue", "comment"};
    json_t *value;
    const char *kind = mh_nft_kind(statement, &value);
    for (size_t i = 0; kind != NULL && i < sizeof harmless / sizeof *harmless; i++)
        if (strcmp(harmless[i], kind) == 0)
            return true;
    return false;
}

static void read_device_rule(struct mh_nft *nft, const struct mh_nft_place *place, const json_t *json)
{
    char key[MH_NFT_KEY_SIZE];
    const json_t *statements = json_object_get(json, "expr");
    const char *chain = text_of(json, "chain");
    bool harmless = json_is_array(statements);
    for (size_t i = 0; i < json_array_size(statements); i++)
        harmless = harmless && is_harmless(json_array_get(statements, i));
    if (!harmless && chain != NULL && mh_nft_name_key(place, chain, key))
        tell_device_chain(nft, key);
}

static void tell_dropping_devices(struct mh_nft *nft)
{
    void *next;
    json_t *chain;
    const char *key;
    json_object_foreach_safe(nft->devices, next, key, chain)
    {
        const char *policy = text_of(chain, "policy");
        if (policy != NULL && strcmp(policy, "accept") != 0)
            tell_device_chain(nft, key);
    }
}

/* ---- sets ------------------------------------------------------------------------------------------ */

static void read_set(struct mh_nft *nft, json_t *json)
{
    struct mh_nft_place place;
    char key[MH_NFT_KEY_SIZE];
    const char *name = text_of(json, "name");
    /* One that is not noted here is not found by the rules that use it, and not understood there. */
    if (place_of(json, &place) && name != NULL && mh_nft_name_key(&place, name, key))
        (void)put(nft, nft->sets, key, json_incref(json));
}

static void note_change(struct mh_nft *nft, const struct mh_nft_place *place, const char *name)
{
    char key[MH_NFT_KEY_SIZE];
    if (name != NULL && mh_nft_name_key(place, name[0] == '@' ? name + 1 : name, key))
        (void)put(nft, nft->changing, key, json_true());
}

/* Notes the sets that a rule changes. */
static void note_changes(struct mh_nft *nft, const json_t *json)
{
    struct mh_nft_place place;
    const json_t *statements = json_object_get(json, "expr");
    if (!place_of(json, &place))
        return;
    for (size_t i = 0; i < json_array_size(statements); i++) {
        const json_t *statement = json_array_get(statements, i);
        note_change(nft, &place, text_of(json_object_get(statement, "set"), "set"));
        note_change(nft, &place, text_of(json_object_get(statement, "map"), "map"));
        note_change(nft, &place, text_of(json_object_get(statement, "meter"), "name"));
    }
}

/* ---- rules ----------------------------------------------------------------------------------------- */

static void add_rule(struct mh_nft *nft, const struct mh_nft_place *place, uint32_t chain, const json_t *json)
{
    struct mh_filter_rule rule = {0};
    char text[2 * MH_FILTER_TEXT_SIZE]; /* longer than is shown, so that the cut is seen */
    const json_t *statements = json_object_get(json, "expr");
    struct mh_filter_statement unknown = {.kind = MH_FILTER_UNKNOWN};
    bool added =
        json_is_array(statements) || mh_filter_rule_add(&rule, &unknown, NULL, "the rule is not understood");
    for (size_t i = 0; added && i < json_array_size(statements); i++)
        added = mh_nft_read_statement(nft, place, json_array_get(statements, i), &rule);
    added =
        added && mh_filter_add_rule(nft->filter, chain, &rule, mh_nft_text(statements, text, sizeof text));
    nft->no_memory = nft->no_memory || !added;
    mh_filter_rule_clear(&rule);
}

static void read_rule(struct mh_nft *nft, const json_t *json)
{
    struct mh_nft_place place;
    char key[MH_NFT_KEY_SIZE];
    const char *chain = text_of(json, "chain");
    if (!place_of(json, &place) || chain == NULL || !mh_nft_name_key(&place, chain, key)) {
        doubt_ruleset(nft, "a rule without a chain");
        return;
    }
    const json_t *index = json_object_get(nft->chains, key);
    if (index != NULL)
        add_rule(nft, &place, (uint32_t)json_integer_value(index), json);
    else if (strcmp(place.family, "netdev") == 0 || json_object_get(nft->devices, key) != NULL)
        read_device_rule(nft, &place, json);
    else if (!is_ignored(place.family))
        doubt_ruleset(nft, chain);
}

/* ---- the whole ------------------------------------------------------------------------------------- */

static void read_declaration(struct mh_nft *nft, const char *kind, json_t *value)
{
    /* None of these does anything by itself. */
    static const char *const passive[] = {"metainfo", "rule",     "table",     "flowtable",  "counter",
                                          "quota",    "limit",    "ct helper", "ct timeout", "ct expectation",
                                          "secmark",  "synproxy", "tunnel"};
    if (strcmp(kind, "chain") == 0)
        read_chain(nft, value);
    else if (strcmp(kind, "set") == 0 || strcmp(kind, "map") == 0 || strcmp(kind, "meter") == 0)
        read_set(nft, value);
    else if (strcmp(kind, "rule") == 0)
        note_changes(nft, value);
    for (size_t i = 0; i < sizeof passive / sizeof *passive; i++)
        if (strcmp(passive[i], kind) == 0)
            return;
    if (strcmp(kind, "chain") != 0 && strcmp(kind, "set") != 0 && strcmp(kind, "map") != 0 &&
        strcmp(kind, "meter") != 0)
        doubt_ruleset(nft, kind);
}

/* Rules refer to what may come after them: tables first, then whatever has a name, then rules. */
static void read_items(struct mh_nft *nft, const json_t *items)
{
    json_t *value;
    for (size_t i = 0; i < json_array_size(items); i++)
        read_table(nft, json_object_get(json_array_get(items, i), "table"));
    for (size_t i = 0; i < json_array_size(items); i++) {
        const char *kind = mh_nft_kind(json_array_get(items, i), &value);
        if (kind != NULL)
            read_declaration(nft, kind, value);
        else
            doubt_ruleset(nft, "something without a name");
    }
    for (size_t i = 0; i < json_array_size(items) && !nft->no_memory; i++) {
        const json_t *rule = json_object_get(json_array_get(items, i), "rule");
        if (rule != NULL)
            read_rule(nft, rule);
    }
    tell_dropping_devices(nft);
}

static void read_legacy_family(struct mh_nft *nft, enum mh_nft_presence presence, bool ipv4,
                               const char *label)
{
    if (presence == MH_NFT_PRESENT)
        doubt_all(nft, ipv4, !ipv4, label, "legacy iptables tables are in use, which nft does not show");
    else if (presence == MH_NFT_NOT_TOLD)
        doubt_all(nft, ipv4, !ipv4, label, "whether legacy iptables tables are in use cannot be read");
}

static bool open_parser(struct mh_nft *nft)
{
    *nft = (struct mh_nft){.filter = mh_filter_new(),
                           .tables = json_object(),
                           .chains = json_object(),
                           .devices = json_object(),
                           .sets = json_object(),
                           .changing = json_object(),
                           .compiled = json_object()};
    return nft->filter != NULL && nft->tables != NULL && nft->chains != NULL && nft->devices != NULL &&
           nft->sets != NULL && nft->changing != NULL && nft->compiled != NULL;
}

static void close_parser(struct mh_nft *nft)
{
    json_decref(nft->tables);
    json_decref(nft->chains);
    json_decref(nft->devices);
    json_decref(nft->sets);
    json_decref(nft->changing);
    json_decref(nft->compiled);
    mh_filter_free(nft->filter);
}

static enum mh_error build(const json_t *items, const struct mh_nft_legacy *legacy, struct mh_filter **filter,
                           struct mh_failure *failure)
{
    struct mh_nft nft;
    bool done = open_parser(&nft);
    if (done) {
        read_items(&nft, items);
        read_legacy_family(&nft, legacy->ipv4, true, "ip legacy iptables");
        read_legacy_family(&nft, legacy->ipv6, false, "ip6 legacy iptables");
        done = !nft.no_memory && mh_filter_finish(nft.filter);
    }
    if (done) {
        *filter = nft.filter;
        nft.filter = NULL;
    }
    close_parser(&nft);
    return done ? MH_OK : mh_fail(failure, MH_NO_MEMORY, "no memory to read the packet filter");
}

enum mh_error mh_nft_parse(const char *text, size_t length, const struct mh_nft_legacy *legacy,
                           struct mh_filter **filter, struct mh_failure *failure)
{
    json_error_t error;
    *filter = NULL;
    json_t *root = text != NULL ? json_loadb(text, length, 0, &error) : NULL;
    if (text != NULL && root == NULL)
        return mh_fail(failure, MH_MALFORMED, "what nft wrote is not understood: %s", error.text);
    const json_t *items = json_object_get(root, "nftables");
    enum mh_error code = text == NULL || json_is_array(items)
                             ? build(items, legacy, filter, failure)
                             : mh_fail(failure, MH_MALFORMED,
                                       "what nft wrote is not understood: it has no "
                                       "\"nftables\"");
    json_decref(root);
    return code;
}

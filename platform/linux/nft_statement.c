/* The statements of a rule: matches, verdicts, marks; and what is not understood of them. */
#include "nft.h"

#include <stdio.h>
#include <string.h>

struct reader {
    struct mh_nft *nft;
    const struct mh_nft_place *place;
    struct mh_filter_rule *rule;
};

static bool add_plain(const struct reader *reader, enum mh_filter_statement_kind kind, const char *reason)
{
    struct mh_filter_statement statement = {.kind = (uint8_t)kind};
    return mh_filter_rule_add(reader->rule, &statement, NULL, reason);
}

static bool add_unknown(const struct reader *reader, const char *what)
{
    char reason[128];
    (void)snprintf(reason, sizeof reason, "what it does (\"%.60s\") is not understood", what);
    return add_plain(reader, MH_FILTER_UNKNOWN, reason);
}

/* ---- what a packet must be -------------------------------------------------------------------------- */

static bool require(const struct reader *reader, enum mh_filter_key_kind kind, uint32_t number)
{
    struct mh_filter_statement match = {.kind = MH_FILTER_MATCH, .op = MH_FILTER_IN, .key_count = 1};
    struct mh_filter_key key = {.kind = (uint8_t)kind, .keep = mh_filter_all_bits};
    return mh_nft_number_set(reader->nft, number, &match.set) &&
           mh_filter_rule_add(reader->rule, &match, &key, NULL);
}

static bool require_family(const struct reader *reader, uint8_t family)
{
    return family == MH_FAMILY_NONE || require(reader, MH_FILTER_KEY_FAMILY, family);
}

static bool require_header(const struct reader *reader, const struct mh_nft_left *left)
{
    return require_family(reader, left->needs_family) &&
           (!left->needs_protocol || require(reader, MH_FILTER_KEY_PROTOCOL, left->protocol));
}

/* ---- match ----------------------------------------------------------------------------------------- */

/* "in" is for sets and, of bits, for any of them. False: not understood. */
static bool read_operator(const json_t *json, const struct mh_nft_left *left, const json_t *right,
                          enum mh_filter_op *op)
{
    static const struct {
        const char *word;
        enum mh_filter_op op;
    } operators[] = {
        {"==", MH_FILTER_IN},     {"!=", MH_FILTER_NOT_IN},        {"<", MH_FILTER_LESS},
        {">", MH_FILTER_GREATER}, {"<=", MH_FILTER_LESS_OR_EQUAL}, {">=", MH_FILTER_GREATER_OR_EQUAL},
        {"!", MH_FILTER_NO_BIT},  {"in", MH_FILTER_ANY_BIT}};
    const char *word = json_string_value(json), *text = json_string_value(right);
    bool names_set = json_object_get(right, "set") != NULL || (text != NULL && text[0] == '@');
    bool bits = left->count == 1 && mh_nft_is_bitmask((enum mh_nft_type)left->types[0]);
    for (size_t i = 0; word != NULL && i < sizeof operators / sizeof *operators; i++) {
        if (strcmp(operators[i].word, word) != 0)
            continue;
        *op = operators[i].op;
        if (*op == MH_FILTER_ANY_BIT && (names_set || !bits))
            *op = MH_FILTER_IN;
        bool single = left->count == 1 && !names_set && json_object_get(right, "range") == NULL &&
                      json_object_get(right, "prefix") == NULL;
        return *op == MH_FILTER_IN || *op == MH_FILTER_NOT_IN ||
               (single && (bits || (*op != MH_FILTER_NO_BIT && *op != MH_FILTER_ANY_BIT)));
    }
    return false;
}

/* "fib saddr . iif oif missing", and in other words "… oif 0". */
static void recognise_exists(struct mh_nft_left *left, const json_t **right)
{
    const char *text = json_string_value(*right);
    if (left->count != 1 || left->keys[0].kind != MH_FILTER_KEY_FIB_INTERFACE)
        return;
    bool is_zero = (text != NULL && strcmp(text, "0") == 0) ||
                   (json_is_integer(*right) && json_integer_value(*right) == 0);
    if (!json_is_boolean(*right) && !(is_zero && left->types[0] == MH_NFT_INTERFACE))
        return;
    left->keys[0].kind = MH_FILTER_KEY_FIB_EXISTS;
    left->types[0] = MH_NFT_BOOLEAN;
    if (is_zero)
        *right = json_false();
}

static bool read_match(const struct reader *reader, const json_t *json)
{
    struct mh_filter_statement match = {.kind = MH_FILTER_MATCH};
    struct mh_nft_left left;
    enum mh_filter_op op = MH_FILTER_IN;
    const json_t *right = json_object_get(json, "right");
    mh_nft_read_left(json_object_get(json, "left"), &left);
    if (!require_header(reader, &left))
        return false;
    if (left.why[0] != '\0')
        return add_plain(reader, MH_FILTER_MAYBE, left.why);
    recognise_exists(&left, &right);
    if (!read_operator(json_object_get(json, "op"), &left, right, &op))
        return add_plain(reader, MH_FILTER_MAYBE, "its comparison is not understood");
    match.op = (uint8_t)op;
    match.key_count = left.count;
    return mh_nft_read_set(reader->nft, reader->place, &left, right, false, &match.set) &&
           mh_filter_rule_add(reader->rule, &match, left.keys, NULL);
}

/* ---- verdicts -------------------------------------------------------------------------------------- */

static bool read_vmap(const struct reader *reader, const json_t *json)
{
    struct mh_filter_statement vmap = {.kind = MH_FILTER_VMAP};
    struct mh_nft_left left;
    mh_nft_read_left(json_object_get(json, "key"), &left);
    if (!require_header(reader, &left))
        return false;
    if (left.why[0] != '\0')
        return add_plain(reader, MH_FILTER_UNKNOWN, left.why);
    vmap.key_count = left.count;
    return mh_nft_read_set(reader->nft, reader->place, &left, json_object_get(json, "data"), true,
                           &vmap.set) &&
           mh_filter_rule_add(reader->rule, &vmap, left.keys, NULL);
}

/* A reject with a message of one protocol is for its packets, also where nft leaves that unsaid. */
static bool read_reject(const struct reader *reader, const json_t *json)
{
    struct mh_filter_statement reject = {.kind = MH_FILTER_VERDICT, .action = MH_FILTER_REJECT};
    const char *type = json_string_value(json_object_get(json, "type"));
    bool required = true;
    if (type != NULL && strcmp(type, "icmp") == 0)
        required = require_family(reader, MH_IPV4);
    else if (type != NULL && strcmp(type, "icmpv6") == 0)
        required = require_family(reader, MH_IPV6);
    else if (type != NULL && strcmp(type, "tcp reset") == 0)
        required = require(reader, MH_FILTER_KEY_PROTOCOL, (uint32_t)mh_nft_protocol_number("tcp"));
    return required && mh_filter_rule_add(reader->rule, &reject, NULL, NULL);
}

static bool is_from_map(const json_t *json)
{
    return json_object_get(json, "map") != NULL || json_object_get(json, "concat") != NULL;
}

static bool read_nat(const struct reader *reader, const json_t *json, enum mh_filter_statement_kind kind)
{
    const char *family = json_string_value(json_object_get(json, "family"));
    uint8_t needed = MH_FAMILY_NONE;
    if (family != NULL)
        needed = strcmp(family, "ip") == 0 ? MH_IPV4 : strcmp(family, "ip6") == 0 ? MH_IPV6 : MH_FAMILY_NONE;
    if (!require_family(reader, needed))
        return false;
    if ((is_from_map(json_object_get(json, "addr")) || is_from_map(json_object_get(json, "port"))) &&
        !add_plain(reader, MH_FILTER_MAYBE, "whether its map has an address for the packet is not known"))
        return false;
    return add_plain(reader, kind, NULL);
}

/* ---- marks and zones ------------------------------------------------------------------------------- */

static bool read_operand(const struct reader *reader, const json_t *json, struct mh_filter_statement *set)
{
    struct mh_nft_left left;
    const json_t *map = json_object_get(json, "map");
    set->operand = MH_FILTER_OPERAND_UNKNOWN;
    if (mh_nft_read_value(MH_NFT_NUMBER, json, &set->value)) {
        set->operand = MH_FILTER_OPERAND_VALUE;
        return mh_filter_rule_add(reader->rule, set, NULL, NULL);
    }
    mh_nft_read_left(map != NULL ? json_object_get(map, "key") : json, &left);
    if (left.why[0] != '\0')
        return require_header(reader, &left) && mh_filter_rule_add(reader->rule, set, NULL, left.why);
    if (map == NULL && (left.count != 1 || left.types[0] != MH_NFT_NUMBER))
        return mh_filter_rule_add(reader->rule, set, NULL, "the value that it sets is not understood");
    set->operand = map != NULL ? MH_FILTER_OPERAND_MAP : MH_FILTER_OPERAND_KEY;
    set->key_count = left.count;
    return require_header(reader, &left) &&
           (map == NULL || mh_nft_read_set(reader->nft, reader->place, &left, json_object_get(map, "data"),
                                           true, &set->set)) &&
           mh_filter_rule_add(reader->rule, set, left.keys, NULL);
}

static bool is_word(const json_t *object, const char *member, const char *word)
{
    const char *text = json_string_value(json_object_get(object, member));
    return text != NULL && strcmp(text, word) == 0;
}

static bool set_connection(const struct reader *reader, const json_t *connection, const json_t *value)
{
    struct mh_filter_statement set = {.kind = MH_FILTER_SET_CT_MARK};
    bool is_zone = is_word(connection, "key", "zone");
    if (is_zone)
        set.kind = MH_FILTER_SET_ZONE;
    else if (!is_word(connection, "key", "mark"))
        return true; /* helper, label, event: nothing that a rule is understood to look at */
    if (is_zone && json_object_get(connection, "dir") != NULL) {
        set.operand = MH_FILTER_OPERAND_UNKNOWN;
        return mh_filter_rule_add(reader->rule, &set, NULL, "it sets the zone of one direction");
    }
    return read_operand(reader, value, &set);
}

/* What of a packet's octets may be changed without any rule that is understood looking at it. */
static bool is_harmless_field(const json_t *payload)
{
    static const char *const harmless[] = {"dscp", "ecn", "ttl", "hoplimit", "flowlabel"};
    for (size_t i = 0; i < sizeof harmless / sizeof *harmless; i++)
        if (is_word(payload, "field", harmless[i]))
            return true;
    return false;
}

static bool read_mangle(const struct reader *reader, const json_t *json)
{
    struct mh_filter_statement set = {.kind = MH_FILTER_SET_MARK};
    const json_t *key = json_object_get(json, "key"), *value = json_object_get(json, "value");
    const json_t *meta = json_object_get(key, "meta"), *connection = json_object_get(key, "ct");
    if (is_word(meta, "key", "mark"))
        return read_operand(reader, value, &set);
    if (meta != NULL)
        return true; /* priority, nftrace: nothing that a rule is understood to look at */
    if (connection != NULL)
        return set_connection(reader, connection, value);
    if (is_harmless_field(json_object_get(key, "payload")) || json_object_get(key, "tcp option") != NULL)
        return add_plain(reader, MH_FILTER_MAYBE, "whether the packet has what it changes is not known");
    return add_unknown(reader, "mangle");
}

/* ---- what other programs made ----------------------------------------------------------------------- */

/* iptables-nft keeps what it cannot express in nft's terms as its own matches and targets. Matches leave the
 * packet as it is, but for one that can set its mark. */
static bool read_xt(const struct reader *reader, const json_t *json)
{
    char what[80];
    const char *name = json_string_value(json_object_get(json, "name"));
    (void)snprintf(what, sizeof what, "xt %.60s", name != NULL ? name : "");
    if (name == NULL || !is_word(json, "type", "match") || strcmp(name, "socket") == 0)
        return add_unknown(reader, name != NULL ? what : "xt");
    if (strcmp(name, "comment") == 0)
        return true;
    return add_plain(reader, MH_FILTER_MAYBE, "a match of iptables, which is not understood");
}

/* ---- any statement --------------------------------------------------------------------------------- */

enum meaning { NOTHING, MAYBE, MATCH, VMAP, REJECT, MANGLE, NOTRACK, SNAT, DNAT, XT };

static const struct {
    const char *word;
    enum meaning meaning;
    const char *reason;
} statements[] = {
    {"match", MATCH, NULL},
    {"vmap", VMAP, NULL},
    {"reject", REJECT, NULL},
    {"mangle", MANGLE, NULL},
    {"notrack", NOTRACK, NULL},
    {"snat", SNAT, NULL},
    {"masquerade", SNAT, NULL},
    {"dnat", DNAT, NULL},
    {"redirect", DNAT, NULL},
    {"xt", XT, NULL},
    {"counter", NOTHING, NULL},
    {"log", NOTHING, NULL},
    {"comment", NOTHING, NULL},
    {"dup", NOTHING, NULL},
    {"last", NOTHING, NULL},
    {"secmark", NOTHING, NULL},
    {"ct helper", NOTHING, NULL},
    {"ct timeout", NOTHING, NULL},
    {"ct expectation", NOTHING, NULL},
    {"limit", MAYBE, "it has a limit, and whether that is reached is not known"},
    {"quota", MAYBE, "it has a quota, and whether that is used up is not known"},
    {"ct count", MAYBE, "it counts connections, and how many there are is not known"},
    {"set", MAYBE, "whether the set that it changes has room is not known"},
    {"map", MAYBE, "whether the map that it changes has room is not known"},
    {"meter", MAYBE, "it meters, and where its meter stands is not known"},
    {"flow", MAYBE, "whether the flow is taken over by the flow table is not known"},
};

static bool read_known(const struct reader *reader, enum meaning meaning, const char *reason,
                       const json_t *value)
{
    switch (meaning) {
    case MATCH:
        return read_match(reader, value);
    case VMAP:
        return read_vmap(reader, value);
    case REJECT:
        return read_reject(reader, value);
    case MANGLE:
        return read_mangle(reader, value);
    case NOTRACK:
        return add_plain(reader, MH_FILTER_NOTRACK, NULL);
    case SNAT:
        return read_nat(reader, value, MH_FILTER_NAT_SOURCE);
    case DNAT:
        return read_nat(reader, value, MH_FILTER_NAT_DESTINATION);
    case XT:
        return read_xt(reader, value);
    case MAYBE:
        return add_plain(reader, MH_FILTER_MAYBE, reason);
    case NOTHING:
    default:
        return true;
    }
}

static bool read_verdict(const struct reader *reader, const json_t *json, const char *kind)
{
    struct mh_filter_data data;
    if (!mh_nft_read_verdict(reader->nft, reader->place, json, &data))
        return add_unknown(reader, kind);
    struct mh_filter_statement verdict = {
        .kind = MH_FILTER_VERDICT, .action = data.action, .target = data.target};
    return mh_filter_rule_add(reader->rule, &verdict, NULL, NULL);
}

bool mh_nft_read_statement(struct mh_nft *nft, const struct mh_nft_place *place, const json_t *json,
                           struct mh_filter_rule *rule)
{
    struct reader reader = {nft, place, rule};
    json_t *value;
    const char *kind = mh_nft_kind(json, &value);
    if (kind == NULL)
        return add_unknown(&reader, json_is_string(json) ? json_string_value(json) : "");
    for (size_t i = 0; i < sizeof statements / sizeof *statements; i++)
        if (strcmp(statements[i].word, kind) == 0)
            return read_known(&reader, statements[i].meaning, statements[i].reason, value);
    return read_verdict(&reader, json, kind);
}

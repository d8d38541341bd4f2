/* What a rule looks at (the left side of a match), as keys of the packet filter. */
#include "nft.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void refuse(struct mh_nft_left *left, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* What was said first stands. */
static void refuse(struct mh_nft_left *left, const char *format, ...)
{
    va_list arguments;
    if (left->why[0] != '\0')
        return;
    va_start(arguments, format);
    (void)vsnprintf(left->why, sizeof left->why, format, arguments);
    va_end(arguments);
}

static struct mh_filter_key *add(struct mh_nft_left *left, enum mh_filter_key_kind kind,
                                 enum mh_nft_type type)
{
    if (left->count == MH_FILTER_FIELDS_MAX) {
        refuse(left, "it looks at too much at once");
        return NULL;
    }
    left->types[left->count] = (uint8_t)type;
    left->keys[left->count] = (struct mh_filter_key){.kind = (uint8_t)kind, .keep = mh_filter_all_bits};
    return &left->keys[left->count++];
}

static const char *text_of(const json_t *object, const char *member)
{
    const char *text = json_string_value(json_object_get(object, member));
    return text != NULL ? text : "";
}

/* ---- payload --------------------------------------------------------------------------------------- */

struct field {
    const char *protocol, *name;
    enum mh_filter_key_kind kind;
    enum mh_nft_type type;
};

static const struct field fields[] = {
    {"ip", "saddr", MH_FILTER_KEY_SOURCE, MH_NFT_IPV4},
    {"ip", "daddr", MH_FILTER_KEY_DESTINATION, MH_NFT_IPV4},
    {"ip", "protocol", MH_FILTER_KEY_PROTOCOL, MH_NFT_PROTOCOL},
    {"ip6", "saddr", MH_FILTER_KEY_SOURCE, MH_NFT_IPV6},
    {"ip6", "daddr", MH_FILTER_KEY_DESTINATION, MH_NFT_IPV6},
    {"ip6", "nexthdr", MH_FILTER_KEY_PROTOCOL, MH_NFT_PROTOCOL},
    {"tcp", "flags", MH_FILTER_KEY_TCP_FLAGS, MH_NFT_TCP_FLAGS},
};

static bool has_ports(const char *protocol)
{
    static const char *const with[] = {"tcp", "udp", "th", "sctp", "dccp", "udplite"};
    for (size_t i = 0; i < sizeof with / sizeof *with; i++)
        if (strcmp(with[i], protocol) == 0)
            return true;
    return false;
}

static void need_protocol(struct mh_nft_left *left, uint8_t protocol)
{
    if (left->needs_protocol && left->protocol != protocol)
        refuse(left, "it looks at two protocols at once");
    left->needs_protocol = true;
    left->protocol = protocol;
}

static void need_family(struct mh_nft_left *left, enum mh_family family)
{
    if (left->needs_family != MH_FAMILY_NONE && left->needs_family != family)
        refuse(left, "it looks at both families at once");
    left->needs_family = (uint8_t)family;
}

/* A rule about a protocol's header is for packets of that protocol, also where nft leaves that unsaid. */
static void need_header(struct mh_nft_left *left, const char *protocol)
{
    static const char *const transport[] = {"tcp", "udp",  "sctp", "dccp",   "udplite", "icmp",
                                            "esp", "igmp", "ah",   "icmpv6", "comp",    "gre"};
    if (strcmp(protocol, "ip") == 0)
        need_family(left, MH_IPV4);
    else if (strcmp(protocol, "ip6") == 0)
        need_family(left, MH_IPV6);
    for (size_t i = 0; i < sizeof transport / sizeof *transport; i++)
        if (strcmp(transport[i], protocol) == 0)
            need_protocol(left, (uint8_t)mh_nft_protocol_number(protocol));
}

static void read_payload(const json_t *json, struct mh_nft_left *left)
{
    const char *protocol = text_of(json, "protocol"), *name = text_of(json, "field");
    need_header(left, protocol);
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (strcmp(fields[i].protocol, protocol) == 0 && strcmp(fields[i].name, name) == 0) {
            (void)add(left, fields[i].kind, fields[i].type);
            return;
        }
    if (has_ports(protocol) && strcmp(name, "sport") == 0)
        (void)add(left, MH_FILTER_KEY_SOURCE_PORT, MH_NFT_PORT);
    else if (has_ports(protocol) && strcmp(name, "dport") == 0)
        (void)add(left, MH_FILTER_KEY_DESTINATION_PORT, MH_NFT_PORT);
    else if (name[0] != '\0')
        refuse(left, "it looks at \"%.30s %.30s\", which is not understood", protocol, name);
    else
        refuse(left, "it looks at raw octets of the packet");
}

/* ---- meta, ct, fib --------------------------------------------------------------------------------- */

struct meta {
    const char *name;
    enum mh_filter_key_kind kind;
    enum mh_nft_type type;
    uint8_t flags;
};

static const struct meta metas[] = {
    {"iif", MH_FILTER_KEY_INPUT_NAME, MH_NFT_INTERFACE, MH_FILTER_BY_INDEX},
    {"oif", MH_FILTER_KEY_OUTPUT_NAME, MH_NFT_INTERFACE, MH_FILTER_BY_INDEX},
    {"iifname", MH_FILTER_KEY_INPUT_NAME, MH_NFT_INTERFACE_NAME, 0},
    {"oifname", MH_FILTER_KEY_OUTPUT_NAME, MH_NFT_INTERFACE_NAME, 0},
    {"mark", MH_FILTER_KEY_MARK, MH_NFT_NUMBER, 0},
    {"l4proto", MH_FILTER_KEY_PROTOCOL, MH_NFT_PROTOCOL, 0},
    {"nfproto", MH_FILTER_KEY_FAMILY, MH_NFT_NFPROTO, 0},
    {"protocol", MH_FILTER_KEY_FAMILY, MH_NFT_ETHERTYPE, 0},
};

static void read_meta(const json_t *json, struct mh_nft_left *left)
{
    const char *name = text_of(json, "key");
    for (size_t i = 0; i < sizeof metas / sizeof *metas; i++)
        if (strcmp(metas[i].name, name) == 0) {
            struct mh_filter_key *key = add(left, metas[i].kind, metas[i].type);
            if (key != NULL)
                key->flags = metas[i].flags;
            return;
        }
    refuse(left, "it looks at \"meta %.40s\", which is not understood", name);
}

static const struct meta connections[] = {
    {"state", MH_FILTER_KEY_CT_STATE, MH_NFT_CT_STATE, 0},
    {"direction", MH_FILTER_KEY_CT_DIRECTION, MH_NFT_CT_DIRECTION, 0},
    {"mark", MH_FILTER_KEY_CT_MARK, MH_NFT_NUMBER, 0},
    {"zone", MH_FILTER_KEY_CT_ZONE, MH_NFT_NUMBER, 0},
};

/* With a direction ("ct original zone") it is another thing. */
static void read_connection(const json_t *json, struct mh_nft_left *left)
{
    const char *name = text_of(json, "key");
    for (size_t i = 0; i < sizeof connections / sizeof *connections; i++)
        if (strcmp(connections[i].name, name) == 0 && json_object_get(json, "dir") == NULL) {
            (void)add(left, connections[i].kind, connections[i].type);
            return;
        }
    (void)add(left, MH_FILTER_KEY_CT_OTHER, MH_NFT_OPAQUE);
}

static uint8_t fib_flag(const char *word)
{
    if (strcmp(word, "daddr") == 0)
        return MH_FILTER_FIB_DESTINATION;
    if (strcmp(word, "iif") == 0)
        return MH_FILTER_FIB_INPUT;
    if (strcmp(word, "oif") == 0)
        return MH_FILTER_FIB_OUTPUT;
    return strcmp(word, "mark") == 0 ? MH_FILTER_FIB_MARK : 0;
}

static bool read_fib_flags(const json_t *json, uint8_t *flags)
{
    size_t count = json_is_array(json) ? json_array_size(json) : 1;
    bool has_address = false;
    *flags = 0;
    for (size_t i = 0; i < count; i++) {
        const char *word = json_string_value(json_is_array(json) ? json_array_get(json, i) : json);
        bool is_source = word != NULL && strcmp(word, "saddr") == 0;
        if (word == NULL || (!is_source && fib_flag(word) == 0))
            return false;
        if (has_address && (is_source || fib_flag(word) == MH_FILTER_FIB_DESTINATION))
            return false;
        has_address = has_address || is_source || fib_flag(word) == MH_FILTER_FIB_DESTINATION;
        *flags |= is_source ? 0 : fib_flag(word);
    }
    return has_address;
}

static void read_fib(const json_t *json, struct mh_nft_left *left)
{
    const char *result = text_of(json, "result");
    struct mh_filter_key *key = NULL;
    uint8_t flags;
    if (!read_fib_flags(json_object_get(json, "flags"), &flags)) {
        refuse(left, "what it asks of the routes (fib) is not understood");
        return;
    }
    if (strcmp(result, "type") == 0)
        key = add(left, MH_FILTER_KEY_FIB_TYPE, MH_NFT_ADDRESS_TYPE);
    else if (strcmp(result, "oif") == 0)
        key = add(left, MH_FILTER_KEY_FIB_INTERFACE, MH_NFT_INTERFACE);
    else if (strcmp(result, "oifname") == 0)
        key = add(left, MH_FILTER_KEY_FIB_INTERFACE, MH_NFT_INTERFACE_NAME);
    else if (strcmp(result, "check") == 0)
        key = add(left, MH_FILTER_KEY_FIB_EXISTS, MH_NFT_BOOLEAN);
    else
        refuse(left, "what it asks of the routes (fib %.30s) is not understood", result);
    if (key != NULL)
        key->flags = flags;
}

/* ---- expressions ----------------------------------------------------------------------------------- */

static void read_expression(const json_t *json, struct mh_nft_left *left, unsigned depth);

/* Changes the last key: what it has, & | or ^ a constant. */
static void read_bitwise(char operation, const json_t *parts, struct mh_nft_left *left, unsigned depth)
{
    struct mh_filter_value mask;
    uint8_t before = left->count;
    read_expression(json_array_get(parts, 0), left, depth + 1);
    if (left->why[0] != '\0' || left->count != before + 1 || json_array_size(parts) != 2 ||
        !mh_nft_read_value((enum mh_nft_type)left->types[before], json_array_get(parts, 1), &mask)) {
        refuse(left, "it calculates in a way that is not understood");
        return;
    }
    struct mh_filter_key *key = &left->keys[before];
    for (size_t i = 0; i < MH_FILTER_VALUE_SIZE; i++) {
        uint8_t bits = mask.bytes[i], kept = operation == '&'   ? bits
                                             : operation == '|' ? (uint8_t)~bits
                                                                : 0xff;
        key->keep.bytes[i] &= kept;
        key->flip.bytes[i] &= kept;
        key->flip.bytes[i] ^= operation == '&' ? 0 : bits;
    }
}

static void read_concatenation(const json_t *parts, struct mh_nft_left *left, unsigned depth)
{
    if (!json_is_array(parts) || json_array_size(parts) == 0)
        refuse(left, "it is not understood what it looks at");
    for (size_t i = 0; i < json_array_size(parts) && left->why[0] == '\0'; i++)
        read_expression(json_array_get(parts, i), left, depth + 1);
}

static void read_expression(const json_t *json, struct mh_nft_left *left, unsigned depth)
{
    enum { DEPTH_MAX = 16 };
    json_t *value;
    const char *kind = mh_nft_kind(json, &value);
    if (kind == NULL || depth > DEPTH_MAX)
        refuse(left, "it is not understood what it looks at");
    else if (strcmp(kind, "payload") == 0)
        read_payload(value, left);
    else if (strcmp(kind, "meta") == 0)
        read_meta(value, left);
    else if (strcmp(kind, "ct") == 0)
        read_connection(value, left);
    else if (strcmp(kind, "fib") == 0)
        read_fib(value, left);
    else if (strcmp(kind, "concat") == 0)
        read_concatenation(value, left, depth);
    else if (strcmp(kind, "&") == 0 || strcmp(kind, "|") == 0 || strcmp(kind, "^") == 0)
        read_bitwise(kind[0], value, left, depth);
    else
        refuse(left, "it looks at \"%.40s\", which is not understood", kind);
}

void mh_nft_read_left(const json_t *expression, struct mh_nft_left *left)
{
    *left = (struct mh_nft_left){.needs_family = MH_FAMILY_NONE};
    read_expression(expression, left, 0);
}

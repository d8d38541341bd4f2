/* Values as nft writes them in JSON: numbers, names of numbers, addresses, prefixes, ranges, sets of bits. */
#include "nft.h"

#include "core/prefix.h"

#include <stdlib.h>
#include <string.h>

/* ---- words ----------------------------------------------------------------------------------------- */

struct word {
    const char *name;
    uint32_t number;
};

static const struct word protocols[] = {
    {"ip", 0},          {"icmp", 1},   {"igmp", 2},   {"ggp", 3},       {"ipencap", 4}, {"ipip", 4},
    {"tcp", 6},         {"egp", 8},    {"igp", 9},    {"udp", 17},      {"dccp", 33},   {"ipv6", 41},
    {"rsvp", 46},       {"gre", 47},   {"esp", 50},   {"ah", 51},       {"icmpv6", 58}, {"ipv6-icmp", 58},
    {"ipv6-nonxt", 59}, {"eigrp", 88}, {"ospf", 89},  {"pim", 103},     {"comp", 108},  {"ipcomp", 108},
    {"vrrp", 112},      {"l2tp", 115}, {"sctp", 132}, {"udplite", 136}, {NULL, 0},
};
static const struct word states[] = {
    {"invalid", MH_FILTER_CT_INVALID},     {"established", MH_FILTER_CT_ESTABLISHED},
    {"related", MH_FILTER_CT_RELATED},     {"new", MH_FILTER_CT_NEW},
    {"untracked", MH_FILTER_CT_UNTRACKED}, {NULL, 0},
};
static const struct word flags[] = {
    {"fin", MH_FILTER_TCP_FIN}, {"syn", MH_FILTER_TCP_SYN}, {"rst", MH_FILTER_TCP_RST},
    {"psh", MH_FILTER_TCP_PSH}, {"ack", MH_FILTER_TCP_ACK}, {"urg", MH_FILTER_TCP_URG},
    {"ecn", MH_FILTER_TCP_ECN}, {"cwr", MH_FILTER_TCP_CWR}, {NULL, 0},
};
static const struct word directions[] = {{"original", 0}, {"reply", 1}, {NULL, 0}};
static const struct word nfprotos[] = {{"ipv4", MH_IPV4}, {"ipv6", MH_IPV6}, {NULL, 0}};
/* What else can be in a frame is not a packet that is filtered here. */
static const struct word ethertypes[] = {{"ip", MH_IPV4}, {"ip6", MH_IPV6}, {"arp", 255}, {"vlan", 255},
                                         {"8021q", 255},  {"8021ad", 255},  {NULL, 0}};
static const struct word address_types[] = {
    {"unspec", MH_ROUTE_UNSPECIFIED},  {"unicast", MH_ROUTE_UNICAST},
    {"local", MH_ROUTE_LOCAL},         {"broadcast", MH_ROUTE_BROADCAST},
    {"anycast", MH_ROUTE_ANYCAST},     {"multicast", MH_ROUTE_MULTICAST},
    {"blackhole", MH_ROUTE_BLACKHOLE}, {"unreachable", MH_ROUTE_UNREACHABLE},
    {"prohibit", MH_ROUTE_PROHIBIT},   {NULL, 0},
};

static bool find_word(const struct word *words, const char *name, uint32_t *number)
{
    for (; words->name != NULL; words++)
        if (strcmp(words->name, name) == 0) {
            *number = words->number;
            return true;
        }
    return false;
}

int mh_nft_protocol_number(const char *name)
{
    uint32_t number;
    return find_word(protocols, name, &number) ? (int)number : -1;
}

/* ---- what each type allows ------------------------------------------------------------------------- */

struct type {
    const struct word *words; /* NULL: none */
    unsigned bits;            /* of its numbers; 0: it has none */
    bool is_bitmask;
};

static struct type type_of(enum mh_nft_type type)
{
    switch (type) {
    case MH_NFT_PORT:
        return (struct type){NULL, 16, false};
    case MH_NFT_PROTOCOL:
        return (struct type){protocols, 8, false};
    case MH_NFT_NFPROTO:
        return (struct type){nfprotos, 0, false};
    case MH_NFT_ETHERTYPE:
        return (struct type){ethertypes, 0, false};
    case MH_NFT_NUMBER:
        return (struct type){NULL, 32, false};
    case MH_NFT_CT_STATE:
        return (struct type){states, 32, true};
    case MH_NFT_CT_DIRECTION:
        return (struct type){directions, 8, false};
    case MH_NFT_TCP_FLAGS:
        return (struct type){flags, 8, true};
    case MH_NFT_ADDRESS_TYPE:
        return (struct type){address_types, 0, false};
    case MH_NFT_IPV4:
    case MH_NFT_IPV6:
    case MH_NFT_INTERFACE_NAME:
    case MH_NFT_INTERFACE:
    case MH_NFT_BOOLEAN:
    case MH_NFT_OPAQUE:
    default:
        return (struct type){NULL, 0, false};
    }
}

bool mh_nft_is_bitmask(enum mh_nft_type type)
{
    return type_of(type).is_bitmask;
}

/* ---- one value ------------------------------------------------------------------------------------- */

static bool read_address(enum mh_nft_type type, const json_t *json, struct mh_address *address)
{
    return json_is_string(json) &&
           mh_address_parse(json_string_value(json), json_string_length(json), address) &&
           address->family == (type == MH_NFT_IPV4 ? MH_IPV4 : MH_IPV6);
}

static bool read_number(const struct type *type, const json_t *json, uint32_t *number)
{
    json_int_t integer = json_integer_value(json);
    if (json_is_string(json))
        return type->words != NULL && find_word(type->words, json_string_value(json), number);
    if (!json_is_integer(json) || type->bits == 0 || integer < 0 ||
        (uint64_t)integer > UINT32_MAX >> (32 - type->bits))
        return false;
    *number = (uint32_t)integer;
    return true;
}

enum { NESTING_MAX = 32 };

/* ["established", "related"], {"|": [{"|": ["fin", "syn"]}, "rst"]}: all of these bits. */
static bool read_bits(const struct type *type, const json_t *json, uint32_t *number, unsigned depth)
{
    const json_t *parts = json_is_object(json) ? json_object_get(json, "|") : json;
    uint32_t part;
    if (!json_is_array(parts))
        return !json_is_object(json) && read_number(type, json, number);
    *number = 0;
    for (size_t i = 0; i < json_array_size(parts); i++) {
        if (depth == NESTING_MAX || !read_bits(type, json_array_get(parts, i), &part, depth + 1))
            return false;
        *number |= part;
    }
    return json_array_size(parts) > 0;
}

/* An index that belongs to no interface is written as a number, and none as "0": the former is a value that
 * no name has. */
static bool read_interface(const json_t *json, struct mh_filter_value *value)
{
    const char *text = json_string_value(json);
    if (text == NULL || text[0] == '\0' || json_string_length(json) >= MH_FILTER_VALUE_SIZE)
        return false;
    *value = mh_filter_value_of_name(text, strlen(text));
    if (strspn(text, "0123456789") != strlen(text))
        return true;
    unsigned long index = strtoul(text, NULL, 10);
    memset(value->bytes, 0, sizeof value->bytes);
    for (size_t i = 0; i < 4; i++)
        value->bytes[MH_FILTER_VALUE_SIZE - 1 - i] = (uint8_t)(index >> (8 * i));
    return true;
}

static bool read_boolean(const json_t *json, struct mh_filter_value *value)
{
    *value = mh_filter_number(json_is_true(json));
    return json_is_boolean(json);
}

bool mh_nft_read_value(enum mh_nft_type type, const json_t *json, struct mh_filter_value *value)
{
    struct mh_address address;
    uint32_t number;
    struct type numbers = type_of(type);
    switch (type) {
    case MH_NFT_IPV4:
    case MH_NFT_IPV6:
        if (!read_address(type, json, &address))
            return false;
        *value = mh_filter_value_of_address(&address);
        return true;
    case MH_NFT_INTERFACE:
        return read_interface(json, value);
    case MH_NFT_BOOLEAN:
        return read_boolean(json, value);
    case MH_NFT_INTERFACE_NAME:
    case MH_NFT_OPAQUE:
        return false;
    case MH_NFT_PORT:
    case MH_NFT_PROTOCOL:
    case MH_NFT_NFPROTO:
    case MH_NFT_ETHERTYPE:
    case MH_NFT_NUMBER:
    case MH_NFT_CT_STATE:
    case MH_NFT_CT_DIRECTION:
    case MH_NFT_TCP_FLAGS:
    case MH_NFT_ADDRESS_TYPE:
    default:
        if (numbers.is_bitmask ? !read_bits(&numbers, json, &number, 0)
                               : !read_number(&numbers, json, &number))
            return false;
        *value = mh_filter_number(number);
        return true;
    }
}

/* ---- ranges ---------------------------------------------------------------------------------------- */

/* "eth*" are all names that begin so; "eth\*" is one name. */
static bool read_name(const json_t *json, struct mh_filter_range *range)
{
    const char *text = json_string_value(json);
    size_t length = text != NULL ? strlen(text) : 0;
    if (text == NULL || length != json_string_length(json) || length > MH_FILTER_VALUE_SIZE)
        return false;
    bool star = length > 0 && text[length - 1] == '*';
    bool escaped = star && length > 1 && text[length - 2] == '\\';
    size_t stem = escaped ? length - 2 : star ? length - 1 : length;
    if (stem >= MH_FILTER_VALUE_SIZE || memchr(text, '\\', stem) != NULL)
        return false;
    range->low = mh_filter_value_of_name(text, stem);
    if (escaped && stem + 1 >= MH_FILTER_VALUE_SIZE)
        return false;
    if (escaped)
        range->low.bytes[stem] = '*';
    range->high = range->low;
    if (star && !escaped)
        memset(range->high.bytes + stem, 0xff, sizeof range->high.bytes - stem);
    return true;
}

static bool read_address_prefix(enum mh_nft_type type, const json_t *address_json, unsigned length,
                                struct mh_filter_range *range)
{
    struct mh_address address;
    if (!read_address(type, address_json, &address) || length > mh_family_bits(address.family))
        return false;
    struct mh_prefix prefix = mh_prefix_of(&address, length);
    range->low = range->high = mh_filter_value_of_address(&prefix.address);
    for (unsigned bit = length; bit < mh_family_bits(address.family); bit++)
        range->high.bytes[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
    return true;
}

static bool read_number_prefix(enum mh_nft_type type, const json_t *first, unsigned length,
                               struct mh_filter_range *range)
{
    struct type numbers = type_of(type);
    uint32_t number;
    if (numbers.bits == 0 || length > numbers.bits || !read_number(&numbers, first, &number))
        return false;
    uint32_t rest = numbers.bits == length ? 0 : UINT32_MAX >> (32 - (numbers.bits - length));
    range->low = mh_filter_number(number & ~rest);
    range->high = mh_filter_number(number | rest);
    return true;
}

static bool read_prefix(enum mh_nft_type type, const json_t *json, struct mh_filter_range *range)
{
    const json_t *length = json_object_get(json, "len"), *address = json_object_get(json, "addr");
    if (!json_is_integer(length) || json_integer_value(length) < 0 || json_integer_value(length) > 128)
        return false;
    unsigned bits = (unsigned)json_integer_value(length);
    return type == MH_NFT_IPV4 || type == MH_NFT_IPV6 ? read_address_prefix(type, address, bits, range)
                                                      : read_number_prefix(type, address, bits, range);
}

bool mh_nft_read_range(enum mh_nft_type type, const json_t *json, struct mh_filter_range *range)
{
    const json_t *prefix = json_object_get(json, "prefix"), *ends = json_object_get(json, "range");
    if (prefix != NULL)
        return read_prefix(type, prefix, range);
    if (ends != NULL)
        return json_array_size(ends) == 2 && mh_nft_read_value(type, json_array_get(ends, 0), &range->low) &&
               mh_nft_read_value(type, json_array_get(ends, 1), &range->high);
    if (type == MH_NFT_INTERFACE_NAME)
        return read_name(json, range);
    if (!mh_nft_read_value(type, json, &range->low))
        return false;
    range->high = range->low;
    return true;
}

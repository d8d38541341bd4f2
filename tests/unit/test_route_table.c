/* The route table, sentence by sentence of its header. */
#include "unit/support.h"

#include "core/route_table_parts.h"

#include <stdlib.h>
#include <string.h>

enum { MAIN = 254 };

static struct mh_prefix prefix(const char *text)
{
    struct mh_prefix parsed;
    assert_true(mh_prefix_parse(text, strlen(text), &parsed));
    return parsed;
}

static struct mh_address address(const char *text)
{
    struct mh_address parsed;
    assert_true(mh_address_parse(text, strlen(text), &parsed));
    return parsed;
}

/* A route without next hops; `protocol` tells routes of one key apart. */
static struct mh_route route(const char *destination, uint32_t metric, uint8_t protocol)
{
    return (struct mh_route){.destination = prefix(destination),
                             .table = MAIN,
                             .metric = metric,
                             .type = MH_ROUTE_UNICAST,
                             .protocol = protocol};
}

static enum mh_error put(struct mh_route_table *table, struct mh_route item, enum mh_change change)
{
    return mh_route_table_put(table, &item, change);
}

static void add(struct mh_route_table *table, const char *destination, uint32_t metric, uint8_t protocol)
{
    assert_int_equal(put(table, route(destination, metric, protocol), MH_PRESENT), MH_OK);
}

static struct mh_route got(const struct mh_route_table *table, mh_route_handle handle)
{
    struct mh_route out;
    assert_int_not_equal(handle, 0);
    mh_route_table_get(table, handle, &out);
    return out;
}

/* The protocols of a destination's routes, in order, as text. */
static const char *row(const struct mh_route_table *table, const char *destination)
{
    static char text[32];
    struct mh_prefix wanted = prefix(destination);
    size_t length = 0;
    mh_route_handle handle = mh_route_table_exact(table, MAIN, &wanted);
    for (; handle != 0 && length < sizeof text - 1; handle = mh_route_table_sibling(table, handle))
        text[length++] = (char)got(table, handle).protocol;
    text[length] = '\0';
    return text;
}

static int make(void **state)
{
    *state = mh_route_table_new();
    return *state == NULL;
}

static int clean(void **state)
{
    mh_route_table_free(*state);
    return 0;
}

/* ---- put and remove -------------------------------------------------------------------------------- */

static void test_empty(void **state)
{
    struct mh_route_table *table = *state;
    struct mh_route item = route("192.0.2.0/24", 0, 1);
    struct mh_address host = address("192.0.2.1");
    struct mh_route_place place = {0};
    uint32_t id;
    assert_int_equal(mh_route_table_count(table), 0);
    assert_int_equal(mh_route_table_remove(table, &item), MH_NOT_FOUND);
    assert_int_equal(mh_route_table_match(table, MAIN, &host, 32), 0);
    assert_int_equal(mh_route_table_exact(table, MAIN, &item.destination), 0);
    assert_int_equal(mh_route_table_walk(table, &place), 0);
    assert_false(mh_route_table_next_id(table, MH_IPV4, 0, &id));
    mh_route_table_free(NULL);
}

static void test_row_keeps_the_order_of_the_system(void **state)
{
    struct mh_route_table *table = *state;
    add(table, "192.0.2.0/24", 5, 'a');
    assert_int_equal(put(table, route("192.0.2.0/24", 5, 'b'), MH_APPEND), MH_OK);
    assert_int_equal(put(table, route("192.0.2.0/24", 5, 'c'), MH_PREPEND), MH_OK);
    assert_string_equal(row(table, "192.0.2.0/24"), "cab");
    assert_int_equal(put(table, route("192.0.2.0/24", 5, 'd'), MH_PRESENT), MH_OK);
    assert_string_equal(row(table, "192.0.2.0/24"), "cabd");
    assert_int_equal(put(table, route("192.0.2.0/24", 5, 'e'), MH_REPLACE), MH_OK);
    assert_string_equal(row(table, "192.0.2.0/24"), "eabd");
    assert_int_equal(mh_route_table_count(table), 4);
}

static void test_destination_is_ordered_by_metric_then_tos(void **state)
{
    struct mh_route_table *table = *state;
    struct mh_route with_tos = route("192.0.2.0/24", 5, 't');
    with_tos.tos = 0x10;
    add(table, "192.0.2.0/24", 7, 'c');
    add(table, "192.0.2.0/24", 5, 'b');
    add(table, "192.0.2.0/24", 0, 'a');
    add(table, "192.0.2.0/24", UINT32_MAX, 'd');
    assert_int_equal(put(table, with_tos, MH_APPEND), MH_OK);
    assert_string_equal(row(table, "192.0.2.0/24"), "atbcd");
    with_tos.protocol = 'r';
    assert_int_equal(put(table, with_tos, MH_REPLACE), MH_OK);
    assert_string_equal(row(table, "192.0.2.0/24"), "arbcd");
    assert_int_equal(put(table, route("192.0.2.0/24", 6, 'n'), MH_REPLACE), MH_OK);
    assert_string_equal(row(table, "192.0.2.0/24"), "arbncd");
}

static void test_source_prefix_is_part_of_the_key(void **state)
{
    struct mh_route_table *table = *state;
    struct mh_route from = route("2001:db8::/32", 5, 's');
    from.source = prefix("2001:db8:1::/48");
    add(table, "2001:db8::/32", 5, 'a');
    assert_int_equal(put(table, from, MH_PREPEND), MH_OK);
    assert_string_equal(row(table, "2001:db8::/32"), "as");
    assert_int_equal(put(table, route("2001:db8::/32", 5, 'b'), MH_APPEND), MH_OK);
    assert_string_equal(row(table, "2001:db8::/32"), "abs");
    from.protocol = 'r';
    assert_int_equal(put(table, from, MH_REPLACE), MH_OK);
    assert_string_equal(row(table, "2001:db8::/32"), "abr");
    from.source = prefix("::/0"); /* not the same as none */
    from.protocol = 'a';
    assert_int_equal(put(table, from, MH_APPEND), MH_OK);
    assert_string_equal(row(table, "2001:db8::/32"), "abra");
}

static void test_equal_route_is_stored_once(void **state)
{
    static const enum mh_change changes[] = {MH_PRESENT, MH_APPEND, MH_PREPEND, MH_REPLACE};
    struct mh_route_table *table = *state;
    add(table, "192.0.2.0/24", 5, 'a');
    add(table, "192.0.2.0/24", 5, 'b');
    size_t memory = mh_route_table_memory(table);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(put(table, route("192.0.2.0/24", 5, 'b'), changes[i]), MH_EXISTS);
        assert_string_equal(row(table, "192.0.2.0/24"), "ab");
    }
    assert_int_equal(mh_route_table_count(table), 2);
    assert_int_equal(mh_route_table_memory(table), memory);
}

/* One member after the other makes a route another one. */
static void test_every_member_counts(void **state)
{
    struct mh_route_table *table = *state;
    enum { VARIANTS = 20 };
    static const uint8_t mtu[] = {8, 0, 2, 0}, other[] = {8, 0, 3, 0};
    struct mh_next_hop hops[VARIANTS][2];
    struct mh_route routes[VARIANTS];
    for (size_t i = 0; i < VARIANTS; i++) {
        memset(hops[i], (int)i, sizeof hops[i]);
        for (size_t k = 0; k < 2; k++)
            hops[i][k] = (struct mh_next_hop){.gateway = address("2001:db8::1"), .interface = 2, .weight = 1};
        routes[i] = route("2001:db8:5::/48", 5, 1);
        routes[i].next_hops = hops[i];
        routes[i].next_hop_count = 2;
    }
    routes[1].metric = 6;
    routes[2].tos = 1;
    routes[3].source = prefix("2001:db8::/32");
    routes[4].next_hop_id = 1;
    routes[5].preferred_source = address("2001:db8::2");
    routes[6].type = MH_ROUTE_BLACKHOLE;
    routes[7].scope = MH_ROUTE_SCOPE_LINK;
    routes[8].protocol = 2;
    routes[9].owner = MH_OWNER_STATIC;
    routes[10].preference = MH_ROUTER_HIGH;
    routes[11].next_hop_count = 1;
    hops[12][1].gateway = address("2001:db8::3");
    hops[13][1].interface = 3;
    hops[14][1].weight = 2;
    hops[15][1].flags = MH_NEXT_HOP_ON_LINK;
    routes[16].table = 255;
    routes[17].native = mtu;
    routes[17].native_length = sizeof mtu;
    routes[18].native = other;
    routes[18].native_length = sizeof other;
    routes[19].native = mtu;
    routes[19].native_length = 2;
    for (size_t i = 0; i < VARIANTS; i++) {
        assert_int_equal(mh_route_table_put(table, &routes[i], MH_APPEND), MH_OK);
        for (size_t k = 0; k < VARIANTS; k++) {
            assert_int_equal(mh_route_equal(&routes[i], &routes[k]), i == k);
            assert_int_equal(mh_route_table_put(table, &routes[k], MH_APPEND), k <= i ? MH_EXISTS : MH_OK);
            if (k > i)
                assert_int_equal(mh_route_table_remove(table, &routes[k]), MH_OK);
        }
    }
    for (size_t i = 0; i < VARIANTS; i++)
        assert_int_equal(mh_route_table_remove(table, &routes[i]), MH_OK);
}

static void test_flags_of_the_newest_are_stored(void **state)
{
    struct mh_route_table *table = *state;
    struct mh_next_hop hop = {.gateway = address("192.0.2.1"), .interface = 2, .weight = 1};
    struct mh_route item = route("0.0.0.0/0", 0, 1);
    item.next_hops = &hop;
    item.next_hop_count = 1;
    assert_int_equal(mh_route_table_put(table, &item, MH_PRESENT), MH_OK);
    add(table, "0.0.0.0/0", 0, 2);
    hop.flags = MH_NEXT_HOP_DEAD | MH_NEXT_HOP_LINK_DOWN;
    assert_int_equal(mh_route_table_put(table, &item, MH_APPEND), MH_OK);
    assert_int_equal(mh_route_table_put(table, &item, MH_APPEND), MH_EXISTS);
    struct mh_route stored = got(table, mh_route_table_exact(table, MAIN, &item.destination));
    assert_int_equal(stored.protocol, 1);
    assert_int_equal(stored.next_hops[0].flags, MH_NEXT_HOP_DEAD | MH_NEXT_HOP_LINK_DOWN);
    assert_int_equal(mh_route_table_count(table), 2);
    hop.flags = 0;
    assert_true(mh_route_equal(&stored, &item));
    assert_int_equal(mh_route_table_remove(table, &item), MH_OK);
    assert_int_equal(mh_route_table_count(table), 1);
}

/* They are the table's own, once for all routes that have the same. */
static void test_native_properties_are_stored(void **state)
{
    struct mh_route_table *table = *state;
    static uint8_t native[MH_ROUTE_NATIVE_MAX];
    memset(native, 0xa5, sizeof native);
    struct mh_route item = route("192.0.2.0/24", 0, 1);
    item.native = native;
    item.native_length = sizeof native;
    assert_int_equal(mh_route_table_put(table, &item, MH_APPEND), MH_OK);
    size_t one = mh_route_table_memory(table);
    item.destination = prefix("198.51.100.0/24");
    assert_int_equal(mh_route_table_put(table, &item, MH_APPEND), MH_OK);
    assert_true(mh_route_table_memory(table) < one + sizeof native);
    struct mh_route stored = got(table, mh_route_table_exact(table, MAIN, &item.destination));
    assert_ptr_not_equal(stored.native, native);
    assert_true(mh_route_equal(&stored, &item));
    item.incomplete = true;
    assert_true(mh_route_equal(&stored, &item));
    assert_int_equal(mh_route_table_put(table, &item, MH_APPEND), MH_OK);
    assert_true(got(table, mh_route_table_exact(table, MAIN, &item.destination)).incomplete);
    native[MH_ROUTE_NATIVE_MAX - 1] = 0;
    assert_int_equal(mh_route_table_remove(table, &item), MH_NOT_FOUND);
    item.native_length++;
    assert_int_equal(mh_route_table_put(table, &item, MH_APPEND), MH_INVALID);
    item.native = NULL;
    item.native_length = 1;
    assert_int_equal(mh_route_table_put(table, &item, MH_APPEND), MH_INVALID);
}

static void test_many_next_hops(void **state)
{
    struct mh_route_table *table = *state;
    struct mh_next_hop hops[MH_NEXT_HOPS_MAX + 1];
    for (size_t i = 0; i <= MH_NEXT_HOPS_MAX; i++)
        hops[i] = (struct mh_next_hop){.interface = (uint32_t)i + 1, .weight = (uint16_t)i};
    struct mh_route item = route("192.0.2.0/24", 0, 1);
    item.next_hops = hops;
    item.next_hop_count = MH_NEXT_HOPS_MAX + 1;
    assert_int_equal(mh_route_table_put(table, &item, MH_APPEND), MH_INVALID);
    item.next_hop_count = MH_NEXT_HOPS_MAX;
    assert_int_equal(mh_route_table_put(table, &item, MH_APPEND), MH_OK);
    struct mh_route stored = got(table, mh_route_table_exact(table, MAIN, &item.destination));
    assert_true(stored.next_hops != hops);
    assert_true(mh_route_equal(&stored, &item));
    hops[MH_NEXT_HOPS_MAX - 1].weight++;
    assert_false(mh_route_equal(&stored, &item));
    assert_int_equal(mh_route_table_remove(table, &item), MH_NOT_FOUND);
}

static void expect_invalid(struct mh_route_table *table, const struct mh_route *item)
{
    assert_int_equal(mh_route_table_put(table, item, MH_APPEND), MH_INVALID);
    assert_int_equal(mh_route_table_remove(table, item), MH_INVALID);
    assert_int_equal(mh_route_table_exact(table, MAIN, &item->destination), 0);
}

static void test_hostile_destinations(void **state)
{
    struct mh_route_table *table = *state;
    static const struct {
        uint8_t family, octet, length;
    } hostile[] = {{MH_FAMILY_NONE, 0, 0}, {5, 0, 0},          {255, 0, 0},      {MH_IPV4, 0, 33},
                   {MH_IPV4, 0, 255},      {MH_IPV6, 0, 129},  {MH_IPV4, 3, 31}, {MH_IPV4, 4, 32},
                   {MH_IPV4, 15, 32},      {MH_IPV6, 15, 127}, {MH_IPV4, 0, 7},  {MH_IPV6, 8, 64}};
    add(table, "0.0.0.0/0", 0, 1);
    add(table, "::/0", 0, 1);
    for (size_t i = 0; i < sizeof hostile / sizeof hostile[0]; i++) {
        struct mh_route item = {.table = MAIN, .destination = {.length = hostile[i].length}};
        item.destination.address.family = hostile[i].family;
        item.destination.address.bytes[hostile[i].octet] = 1;
        expect_invalid(table, &item);
    }
    assert_int_equal(mh_route_table_count(table), 2);
}

static void test_hostile_rest(void **state)
{
    struct mh_route_table *table = *state;
    struct mh_next_hop hop = {.gateway = {.family = MH_IPV4, .bytes = {[7] = 1}}};
    struct mh_route item = route("192.0.2.0/24", 0, 1);
    assert_int_equal(mh_route_table_put(table, &item, MH_GONE), MH_INVALID);
    item.source = prefix("2001:db8::/32"); /* of the other family */
    assert_int_equal(mh_route_table_put(table, &item, MH_APPEND), MH_INVALID);
    item = route("2001:db8::/32", 0, 1);
    item.source = (struct mh_prefix){address("2001:db8::1"), 64};
    assert_int_equal(mh_route_table_put(table, &item, MH_APPEND), MH_INVALID);
    item.source = (struct mh_prefix){.length = 1};
    assert_int_equal(mh_route_table_put(table, &item, MH_APPEND), MH_INVALID);
    item.source = (struct mh_prefix){0};
    item.preferred_source = (struct mh_address){.bytes = {1}};
    assert_int_equal(mh_route_table_put(table, &item, MH_APPEND), MH_INVALID);
    item.preferred_source = (struct mh_address){0};
    item.next_hop_count = 1;
    assert_int_equal(mh_route_table_put(table, &item, MH_APPEND), MH_INVALID);
    item.next_hops = &hop;
    assert_int_equal(mh_route_table_put(table, &item, MH_APPEND), MH_INVALID);
    hop.gateway.bytes[7] = 0;
    assert_int_equal(mh_route_table_put(table, &item, MH_APPEND), MH_OK);
}

/* ---- matching -------------------------------------------------------------------------------------- */

static void expect_match(const struct mh_route_table *table, const char *host, int longest,
                         const char *expected)
{
    struct mh_address wanted = address(host);
    char text[MH_PREFIX_TEXT_SIZE] = "none";
    mh_route_handle handle = mh_route_table_match(table, MAIN, &wanted, longest);
    if (handle != 0) {
        struct mh_route found = got(table, handle);
        mh_prefix_format(&found.destination, text);
    }
    assert_string_equal(text, expected);
}

static void test_longest_match(void **state)
{
    static const char *const nested[] = {"0.0.0.0/0",    "128.0.0.0/1",   "192.0.0.0/6",  "192.0.0.0/7",
                                         "192.0.2.0/24", "192.0.2.64/26", "192.0.2.65/32"};
    struct mh_route_table *table = *state;
    for (size_t i = 0; i < 7; i++)
        add(table, nested[i], 0, 1);
    expect_match(table, "192.0.2.65", 32, "192.0.2.65/32");
    expect_match(table, "192.0.2.65", 1000, "192.0.2.65/32");
    expect_match(table, "192.0.2.65", 31, "192.0.2.64/26");
    expect_match(table, "192.0.2.65", 26, "192.0.2.64/26");
    expect_match(table, "192.0.2.65", 25, "192.0.2.0/24");
    expect_match(table, "192.0.2.65", 23, "192.0.0.0/7");
    expect_match(table, "192.0.2.65", 6, "192.0.0.0/6");
    expect_match(table, "192.0.2.65", 5, "128.0.0.0/1");
    expect_match(table, "192.0.2.65", 0, "0.0.0.0/0");
    expect_match(table, "192.0.2.65", -1, "none");
    expect_match(table, "192.0.2.65", -1000, "none");
    expect_match(table, "192.0.2.66", 32, "192.0.2.64/26");
    expect_match(table, "194.0.2.65", 32, "192.0.0.0/6");
    expect_match(table, "10.0.0.1", 32, "0.0.0.0/0");
    expect_match(table, "::1", 128, "none");
}

static void test_longest_match_ipv6(void **state)
{
    static const char *const nested[] = {"::/0", "2001:db8::/32", "2001:db8::/64", "2001:db8::1/128"};
    struct mh_route_table *table = *state;
    for (size_t i = 0; i < 4; i++)
        add(table, nested[i], 0, 1);
    expect_match(table, "2001:db8::1", 128, "2001:db8::1/128");
    expect_match(table, "2001:db8::1", 127, "2001:db8::/64");
    expect_match(table, "2001:db8::1", 63, "2001:db8::/32");
    expect_match(table, "2001:db8::1", 31, "::/0");
    expect_match(table, "2001:db8:8000::1", 128, "2001:db8::/32");
    expect_match(table, "2001:db9::1", 128, "::/0");
    expect_match(table, "0.0.0.0", 128, "none");
}

/* Every length, with one neighbour that differs in the last bit. */
static void test_every_length(void **state)
{
    struct mh_route_table *table = *state;
    struct mh_address ones = address("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
    struct mh_route item = route("::/0", 0, 1);
    for (unsigned length = 1; length <= 128; length++) {
        item.destination = mh_prefix_of(&ones, length);
        item.destination.address.bytes[(length - 1) / 8] ^= (uint8_t)(0x80U >> (length - 1) % 8);
        assert_int_equal(mh_route_table_put(table, &item, MH_PRESENT), MH_OK);
        item.destination = mh_prefix_of(&ones, length);
        assert_int_equal(mh_route_table_put(table, &item, MH_PRESENT), MH_OK);
    }
    for (int longest = 128; longest >= 1; longest--) {
        struct mh_route found = got(table, mh_route_table_match(table, MAIN, &ones, longest));
        assert_int_equal(found.destination.length, longest);
        assert_true(mh_prefix_contains(&found.destination, &ones));
    }
    assert_int_equal(mh_route_table_match(table, MAIN, &ones, 0), 0);
}

static void test_tables_are_apart(void **state)
{
    static const uint32_t ids[] = {255, 0, UINT32_MAX, 254, 5200};
    struct mh_route_table *table = *state;
    struct mh_address host = address("192.0.2.1");
    struct mh_route item = route("192.0.2.0/24", 0, 1);
    for (size_t i = 0; i < 5; i++) {
        item.table = ids[i];
        assert_int_equal(mh_route_table_match(table, ids[i], &host, 32), 0);
        assert_int_equal(mh_route_table_put(table, &item, MH_PRESENT), MH_OK);
        assert_int_equal(got(table, mh_route_table_match(table, ids[i], &host, 32)).table, ids[i]);
    }
    uint32_t id = 1;
    assert_true(mh_route_table_next_id(table, MH_IPV4, 0, &id));
    assert_int_equal(id, 0);
    assert_true(mh_route_table_next_id(table, MH_IPV4, 1, &id));
    assert_int_equal(id, 254);
    assert_true(mh_route_table_next_id(table, MH_IPV4, 5201, &id));
    assert_int_equal(id, UINT32_MAX);
    assert_false(mh_route_table_next_id(table, MH_IPV6, 0, &id));
    assert_int_equal(mh_route_table_remove(table, &item), MH_OK);
    assert_true(mh_route_table_next_id(table, MH_IPV4, 255, &id));
    assert_int_equal(id, 255);
    assert_true(mh_route_table_next_id(table, MH_IPV4, 5200, &id));
    assert_int_equal(id, UINT32_MAX);
}

/* ---- walking --------------------------------------------------------------------------------------- */

static void expect_next(const struct mh_route_table *table, struct mh_route_place *place,
                        const char *expected)
{
    char text[MH_PREFIX_TEXT_SIZE] = "end";
    mh_route_handle handle = mh_route_table_walk(table, place);
    if (handle != 0) {
        struct mh_route found = got(table, handle);
        mh_prefix_format(&found.destination, text);
    }
    assert_string_equal(text, expected);
}

static void test_walk_order(void **state)
{
    struct mh_route_table *table = *state;
    struct mh_route other = route("1.0.0.0/8", 0, 1);
    other.table = MAIN + 1;
    add(table, "::/0", 0, 1);
    assert_int_equal(mh_route_table_put(table, &other, MH_PRESENT), MH_OK);
    add(table, "192.0.2.0/25", 0, 1);
    add(table, "192.0.2.0/24", 1, 1);
    add(table, "192.0.2.0/24", 0, 1);
    add(table, "0.0.0.0/0", 0, 1);
    add(table, "255.255.255.255/32", 0, 1);
    add(table, "0.0.0.0/32", 0, 1);
    static const char *const order[] = {
        "0.0.0.0/0",          "0.0.0.0/32", "192.0.2.0/24", "192.0.2.0/24", "192.0.2.0/25",
        "255.255.255.255/32", "1.0.0.0/8",  "::/0",         "end",          "end"};
    struct mh_route_place place = {0};
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++)
        expect_next(table, &place, order[i]);
    add(table, "8000::/1", 0, 1);
    expect_next(table, &place, "8000::/1");
}

static void test_walk_survives_changes(void **state)
{
    struct mh_route_table *table = *state;
    struct mh_route second = route("20.0.0.0/8", 0, 1);
    add(table, "10.0.0.0/8", 0, 1);
    add(table, "20.0.0.0/8", 0, 1);
    add(table, "30.0.0.0/8", 0, 1);
    struct mh_route_place place = {0};
    expect_next(table, &place, "10.0.0.0/8");
    expect_next(table, &place, "20.0.0.0/8");
    assert_int_equal(mh_route_table_remove(table, &second), MH_OK);
    add(table, "15.0.0.0/8", 0, 1);
    add(table, "25.0.0.0/8", 0, 1);
    expect_next(table, &place, "25.0.0.0/8");
    add(table, "25.0.0.0/8", 9, 1);
    expect_next(table, &place, "25.0.0.0/8");
    expect_next(table, &place, "30.0.0.0/8");
    expect_next(table, &place, "end");
}

static void test_walk_from_hostile_places(void **state)
{
    struct mh_route_table *table = *state;
    add(table, "10.0.0.0/8", 0, 1);
    add(table, "10.1.0.0/16", 0, 1);
    add(table, "2001:db8::/32", 0, 1);
    struct mh_route_place place = {MAIN, 1, {address("10.0.0.1"), 8}, true};
    expect_next(table, &place, "10.1.0.0/16");
    place = (struct mh_route_place){MAIN, UINT32_MAX, {address("10.0.0.1"), 255}, true};
    expect_next(table, &place, "10.1.0.0/16");
    place = (struct mh_route_place){MAIN, 0, {{.family = 5, .bytes = {255}}, 255}, true};
    expect_next(table, &place, "2001:db8::/32");
    place = (struct mh_route_place){MAIN, 0, {{.family = 255}, 255}, true};
    expect_next(table, &place, "end");
    place = (struct mh_route_place){MAIN, 0, {address("ffff::1"), 255}, true};
    expect_next(table, &place, "end");
    place = (struct mh_route_place){
        MAIN, 0, {{.family = MH_IPV4, .bytes = {255, 255, 255, 255, 255}}, 255}, true};
    expect_next(table, &place, "2001:db8::/32");
}

/* ---- comparison, sharing, memory ------------------------------------------------------------------- */

static void test_table_equal(void **state)
{
    struct mh_route_table *a = *state;
    struct mh_route_table *b = mh_route_table_new();
    assert_true(mh_route_table_equal(a, b));
    add(a, "10.0.0.0/8", 0, 1);
    assert_false(mh_route_table_equal(a, b));
    add(b, "10.0.0.0/9", 0, 1);
    assert_false(mh_route_table_equal(a, b));
    add(a, "10.0.0.0/9", 0, 1);
    add(b, "10.0.0.0/8", 0, 1);
    assert_true(mh_route_table_equal(a, b));
    add(a, "10.0.0.0/8", 0, 2);
    assert_false(mh_route_table_equal(a, b));
    assert_int_equal(put(b, route("10.0.0.0/8", 0, 2), MH_PREPEND), MH_OK);
    assert_false(mh_route_table_equal(a, b)); /* the same routes in another order */
    mh_route_table_free(b);
}

static void test_attributes_are_shared_and_counted(void **state)
{
    struct mh_route_table *table = *state;
    struct mh_route item = route("10.0.0.0/8", 0, 1);
    for (unsigned i = 0; i < 200; i++) {
        item.destination.address.bytes[0] = (uint8_t)i;
        item.metric = i;
        item.tos = (uint8_t)i;
        item.protocol = (uint8_t)(i % 2);
        assert_int_equal(mh_route_table_put(table, &item, MH_PRESENT), MH_OK);
    }
    assert_int_equal(table->pool.used, 2);
    item.protocol = 9;
    assert_int_equal(mh_route_table_put(table, &item, MH_REPLACE), MH_OK);
    assert_int_equal(table->pool.used, 3);
    item.protocol = 1;
    assert_int_equal(mh_route_table_put(table, &item, MH_REPLACE), MH_OK);
    assert_int_equal(table->pool.used, 2);
    for (unsigned i = 0; i < 200; i++) {
        item.destination.address.bytes[0] = (uint8_t)i;
        item.metric = i;
        item.tos = (uint8_t)i;
        item.protocol = (uint8_t)(i % 2);
        assert_int_equal(table->pool.used, i < 199 ? 2 : 1);
        assert_int_equal(mh_route_table_remove(table, &item), MH_OK);
    }
    assert_int_equal(table->pool.used, 0);
}

/* Removal makes room: the same again takes no more, and nothing is left at the end. */
static void test_memory_is_used_again(void **state)
{
    struct mh_route_table *table = *state;
    size_t start = mh_route_table_memory(table);
    size_t full = 0;
    for (int round = 0; round < 3; round++) {
        struct mh_route item = route("10.0.0.0/32", 0, 1);
        for (unsigned i = 0; i < 20000; i++) {
            item.destination.address.bytes[2] = (uint8_t)(i * 37);
            item.destination.address.bytes[3] = (uint8_t)(i / 256);
            item.protocol = (uint8_t)i;
            assert_int_equal(mh_route_table_put(table, &item, MH_PRESENT), MH_OK);
        }
        assert_true(full == 0 || mh_route_table_memory(table) <= full);
        full = mh_route_table_memory(table);
        struct mh_route_place place = {0};
        for (mh_route_handle handle; (handle = mh_route_table_walk(table, &place)) != 0;) {
            struct mh_route found = got(table, handle);
            assert_int_equal(mh_route_table_remove(table, &found), MH_OK);
            place.ordinal = 0;
        }
        assert_int_equal(mh_route_table_count(table), 0);
        assert_int_equal(mh_route_table_memory(table), start);
    }
}

/* Something below a leaf makes it a node, and a leaf again when it goes. */
static void test_leaf_is_a_leaf_again(void **state)
{
    struct mh_route_table *table = *state;
    struct mh_route below = route("10.0.0.0/30", 0, 1);
    add(table, "10.0.0.0/24", 0, 1);
    add(table, "10.0.64.0/24", 0, 1);
    assert_int_equal(table->trie.leaves.units_used, 2);
    uint32_t nodes = table->trie.nodes.units_used;
    assert_int_equal(mh_route_table_put(table, &below, MH_PRESENT), MH_OK);
    assert_int_equal(table->trie.nodes.units_used, nodes + 1);
    assert_int_equal(mh_route_table_remove(table, &below), MH_OK);
    assert_int_equal(table->trie.nodes.units_used, nodes);
    assert_int_equal(table->trie.leaves.units_used, 2);
}

static void fill_and_drain(struct mh_route_table *table, uint64_t seed)
{
    static struct mh_prefix prefixes[4000];
    struct mh_route item = route("::/0", 3, 1);
    for (size_t i = 0; i < 4000; i++) {
        struct mh_address host = address("2001:db8:1234:5678:9abc:def0:1234:5678");
        unsigned bit = (unsigned)(mh_test_random(&seed) >> 32) % 128;
        host.bytes[bit / 8] ^= (uint8_t)(mh_test_random(&seed) >> 40);
        prefixes[i] = item.destination = mh_prefix_of(&host, (unsigned)(mh_test_random(&seed) >> 32) % 129);
        (void)mh_route_table_put(table, &item, MH_PRESENT);
    }
    for (size_t i = 0; i < 4000; i++) {
        item.destination = prefixes[i];
        (void)mh_route_table_remove(table, &item);
    }
}

/* Around routes that stay, the trie is as simple as before, and places that became free are used again. */
static void test_removal_leaves_no_trace(void **state)
{
    struct mh_route_table *table = *state;
    add(table, "2001:db8:1234:5678::/64", 0, 1);
    add(table, "2001:db8:1234:5678:9abc::/80", 0, 1);
    add(table, "2001:db8:1234:5678:9abc:def0:1234:5678/128", 0, 1);
    uint32_t nodes = table->trie.nodes.units_used, leaves = table->trie.leaves.units_used;
    for (uint64_t seed = 1; seed < 5; seed++) {
        fill_and_drain(table, seed);
        assert_int_equal(mh_route_table_count(table), 3);
        assert_int_equal(table->trie.nodes.units_used, nodes);
        assert_int_equal(table->trie.leaves.units_used, leaves);
        assert_int_equal(table->trie.results.units_used, 0);
        assert_in_range(table->entries[1].used, 4, 4004);
    }
}

#define WITH_TABLE(test) cmocka_unit_test_setup_teardown(test, make, clean)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_TABLE(test_empty),
        WITH_TABLE(test_row_keeps_the_order_of_the_system),
        WITH_TABLE(test_destination_is_ordered_by_metric_then_tos),
        WITH_TABLE(test_source_prefix_is_part_of_the_key),
        WITH_TABLE(test_equal_route_is_stored_once),
        WITH_TABLE(test_every_member_counts),
        WITH_TABLE(test_flags_of_the_newest_are_stored),
        WITH_TABLE(test_native_properties_are_stored),
        WITH_TABLE(test_many_next_hops),
        WITH_TABLE(test_hostile_destinations),
        WITH_TABLE(test_hostile_rest),
        WITH_TABLE(test_longest_match),
        WITH_TABLE(test_longest_match_ipv6),
        WITH_TABLE(test_every_length),
        WITH_TABLE(test_tables_are_apart),
        WITH_TABLE(test_walk_order),
        WITH_TABLE(test_walk_survives_changes),
        WITH_TABLE(test_walk_from_hostile_places),
        WITH_TABLE(test_table_equal),
        WITH_TABLE(test_attributes_are_shared_and_counted),
        WITH_TABLE(test_memory_is_used_again),
        WITH_TABLE(test_leaf_is_a_leaf_again),
        WITH_TABLE(test_removal_leaves_no_trace),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

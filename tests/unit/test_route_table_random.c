/* The route table against an array that is searched from end to end: random operations, many on the same
 * keys. */
#include "unit/support.h"

#include "core/route_table.h"

#include <stdlib.h>
#include <string.h>

enum {
    ITEMS_MAX = 400,
    HOPS_MAX = 3,
    OPERATIONS = 60000,
    VOLATILE = MH_NEXT_HOP_DEAD | MH_NEXT_HOP_LINK_DOWN
};

/* ---- random routes --------------------------------------------------------------------------------- */

struct item {
    struct mh_route route;
    struct mh_next_hop hops[HOPS_MAX];
};

static uint64_t state;

static unsigned below(unsigned limit)
{
    return (unsigned)((mh_test_random(&state) >> 32) * limit >> 32);
}

/* Few different bits at few places, so that prefixes nest, share long paths and part at every depth. */
static struct mh_address random_address(void)
{
    static const uint8_t seeds[4][16] = {
        {10, 1, 2, 3, 0, 0, 0, 1},
        {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
        {0x20, 0x01, 0x0d, 0xb8, 0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde, 0xf0, 0x11},
        {0}};
    struct mh_address address = {.family = below(2) == 0 ? MH_IPV4 : MH_IPV6};
    unsigned octets = mh_family_bits(address.family) / 8;
    memcpy(address.bytes, seeds[below(4)], octets);
    for (unsigned flips = below(4); flips > 0; flips--) {
        unsigned bit = below(octets * 8);
        address.bytes[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
    return address;
}

static struct mh_prefix random_prefix(void)
{
    struct mh_address address = random_address();
    return mh_prefix_of(&address, below(mh_family_bits(address.family) + 1));
}

static void random_hop(struct mh_next_hop *hop, uint8_t family)
{
    memset(hop, (int)below(256), sizeof *hop); /* padding must not matter */
    *hop = (struct mh_next_hop){.interface = 1 + below(2), .weight = (uint16_t)(1 + below(2))};
    if (below(2) == 0)
        hop->gateway = (struct mh_address){.family = family, .bytes = {192, (uint8_t)below(2)}};
    hop->flags = (uint8_t)below(8);
}

static struct item random_item(void)
{
    struct item item = {.route = {.destination = random_prefix(), .type = MH_ROUTE_UNICAST}};
    static const uint32_t tables[4] = {254, 0, UINT32_MAX, 5200};
    struct mh_route *route = &item.route;
    uint8_t family = route->destination.address.family;
    route->table = tables[below(8) < 5 ? 0 : below(4)];
    route->metric = below(3);
    route->tos = (uint8_t)(below(4) == 0 ? below(3) : 0);
    route->protocol = (uint8_t)below(2);
    route->preference = (uint8_t)(below(8) == 0);
    route->next_hop_id = below(8) == 0;
    if (family == MH_IPV6 && below(4) == 0)
        route->source = random_prefix();
    if (route->source.address.family != family)
        route->source = (struct mh_prefix){0};
    route->next_hop_count = (uint16_t)below(HOPS_MAX + 1);
    for (size_t i = 0; i < route->next_hop_count; i++)
        random_hop(&item.hops[i], family);
    return item;
}

/* ---- the model: items in walk order ---------------------------------------------------------------- */

struct model {
    struct item items[ITEMS_MAX];
    size_t count;
};

static const struct mh_route *route_of(struct item *item)
{
    item->route.next_hops = item->hops;
    return &item->route;
}

static int compare_numbers(uint32_t a, uint32_t b)
{
    return a < b ? -1 : a > b;
}

static int compare_destination(const struct mh_route *a, const struct mh_route *b)
{
    int order = compare_numbers(a->destination.address.family, b->destination.address.family);
    if (order == 0)
        order = compare_numbers(a->table, b->table);
    return order != 0 ? order : mh_prefix_compare(&a->destination, &b->destination);
}

/* As far as the order says anything: destination, metric, tos. */
static int compare_order(const struct mh_route *a, const struct mh_route *b)
{
    int order = compare_destination(a, b);
    if (order == 0)
        order = compare_numbers(a->metric, b->metric);
    return order != 0 ? order : compare_numbers(b->tos, a->tos);
}

static bool same_key(const struct mh_route *a, const struct mh_route *b)
{
    return compare_order(a, b) == 0 && mh_prefix_equal(&a->source, &b->source);
}

/* Written out apart from the code under test. */
static bool equal_with(const struct mh_route *a, const struct mh_route *b, uint8_t ignored)
{
    bool equal = same_key(a, b) && a->next_hop_id == b->next_hop_id && a->type == b->type &&
                 a->scope == b->scope && a->protocol == b->protocol && a->owner == b->owner &&
                 a->preference == b->preference && a->next_hop_count == b->next_hop_count &&
                 mh_address_equal(&a->preferred_source, &b->preferred_source);
    for (size_t i = 0; equal && i < a->next_hop_count; i++) {
        const struct mh_next_hop *x = &a->next_hops[i], *y = &b->next_hops[i];
        equal = x->interface == y->interface && x->weight == y->weight &&
                (x->flags | ignored) == (y->flags | ignored) && mh_address_equal(&x->gateway, &y->gateway);
    }
    return equal;
}

static size_t model_find(struct model *model, const struct mh_route *route)
{
    size_t at = 0;
    while (at < model->count && !equal_with(route_of(&model->items[at]), route, VOLATILE))
        at++;
    return at;
}

static void model_insert(struct model *model, size_t at, const struct item *item)
{
    memmove(&model->items[at + 1], &model->items[at], (model->count - at) * sizeof *item);
    model->items[at] = *item;
    model->count++;
}

static enum mh_error model_put(struct model *model, struct item *item, enum mh_change change)
{
    const struct mh_route *route = route_of(item);
    size_t at = model_find(model, route);
    if (at < model->count) {
        bool same_flags = equal_with(route_of(&model->items[at]), route, 0);
        model->items[at] = *item;
        return same_flags ? MH_EXISTS : MH_OK;
    }
    size_t group_end = 0, row = model->count, row_end = 0;
    for (size_t i = 0; i < model->count; i++) {
        const struct mh_route *there = route_of(&model->items[i]);
        if (compare_order(there, route) <= 0)
            group_end = i + 1;
        if (same_key(there, route)) {
            row = row < i ? row : i;
            row_end = i + 1;
        }
    }
    if (row == model->count)
        model_insert(model, group_end, item);
    else if (change == MH_REPLACE)
        model->items[row] = *item;
    else
        model_insert(model, change == MH_PREPEND ? row : row_end, item);
    return MH_OK;
}

static enum mh_error model_remove(struct model *model, const struct mh_route *route)
{
    size_t at = model_find(model, route);
    if (at == model->count)
        return MH_NOT_FOUND;
    model->count--;
    memmove(&model->items[at], &model->items[at + 1], (model->count - at) * sizeof model->items[0]);
    return MH_OK;
}

/* The first of the longest prefix; model->count when there is none. */
static size_t model_match(struct model *model, uint32_t id, const struct mh_address *address, int longest)
{
    size_t best = model->count;
    for (size_t i = 0; i < model->count; i++) {
        const struct mh_route *route = &model->items[i].route;
        if (route->table != id || route->destination.length > longest ||
            !mh_prefix_contains(&route->destination, address))
            continue;
        if (best == model->count || route->destination.length > model->items[best].route.destination.length)
            best = i;
    }
    return best;
}

/* What a walk that stands at `place` finds next. */
static size_t model_walk(struct model *model, const struct mh_route_place *place)
{
    struct mh_route here = {.destination = place->destination, .table = place->table};
    size_t nth = 0;
    if (!place->started)
        return 0;
    for (size_t i = 0; i < model->count; i++) {
        int order = compare_destination(&model->items[i].route, &here);
        if (order > 0 || (order == 0 && nth++ == place->ordinal))
            return i;
    }
    return model->count;
}

/* ---- comparison ------------------------------------------------------------------------------------ */

/* The handle stands for the model's item `at`; for none when that is its count. */
static void expect_item(const struct mh_route_table *table, mh_route_handle handle, struct model *model,
                        size_t at)
{
    if (at == model->count) {
        assert_int_equal(handle, 0);
        return;
    }
    struct mh_route route;
    assert_int_not_equal(handle, 0);
    mh_route_table_get(table, handle, &route);
    assert_true(equal_with(&route, route_of(&model->items[at]), 0));
    assert_int_equal(route.table, model->items[at].route.table);
}

/* The item and its siblings. */
static void expect_row(const struct mh_route_table *table, mh_route_handle handle, struct model *model,
                       size_t at)
{
    const struct mh_route *first = &model->items[at].route;
    while (at < model->count && compare_destination(&model->items[at].route, first) == 0) {
        expect_item(table, handle, model, at++);
        handle = mh_route_table_sibling(table, handle);
    }
    assert_int_equal(handle, 0);
}

static void expect_match(const struct mh_route_table *table, struct model *model)
{
    struct mh_address address = random_address();
    uint32_t id =
        below(2) == 0 || model->count == 0 ? 254 : model->items[below((unsigned)model->count)].route.table;
    int longest = (int)below(mh_family_bits(address.family) + 4) - 2;
    for (;;) {
        size_t at = model_match(model, id, &address, longest);
        mh_route_handle handle = mh_route_table_match(table, id, &address, longest);
        expect_item(table, handle, model, at);
        if (at == model->count)
            return;
        longest = model->items[at].route.destination.length - 1;
    }
}

static void expect_exact(const struct mh_route_table *table, struct model *model,
                         const struct mh_route *route)
{
    mh_route_handle handle = mh_route_table_exact(table, route->table, &route->destination);
    size_t at = 0;
    while (at < model->count && compare_destination(&model->items[at].route, route) != 0)
        at++;
    expect_item(table, handle, model, at);
    if (at < model->count)
        expect_row(table, handle, model, at);
}

static void expect_all(const struct mh_route_table *table, struct model *model)
{
    struct mh_route_place place = {0};
    size_t ipv4 = 0;
    for (size_t at = 0; at < model->count; at++) {
        expect_item(table, mh_route_table_walk(table, &place), model, at);
        ipv4 += model->items[at].route.destination.address.family == MH_IPV4;
    }
    assert_int_equal(mh_route_table_walk(table, &place), 0);
    assert_int_equal(mh_route_table_walk(table, &place), 0);
    assert_int_equal(mh_route_table_count_of(table, MH_IPV4), ipv4);
    assert_int_equal(mh_route_table_count_of(table, MH_IPV6), model->count - ipv4);
}

/* One step of a walk that lives through the changes. */
static void expect_step(const struct mh_route_table *table, struct model *model, struct mh_route_place *place)
{
    size_t at = model_walk(model, place);
    mh_route_handle handle = mh_route_table_walk(table, place);
    expect_item(table, handle, model, at);
    if (handle == 0)
        *place = (struct mh_route_place){0};
}

static void expect_ids(const struct mh_route_table *table, struct model *model, enum mh_family family)
{
    uint32_t at_least = 0, id;
    bool more = true;
    for (size_t i = 0; i < model->count; i++) {
        const struct mh_route *route = &model->items[i].route;
        if (route->destination.address.family != family || (!more || route->table < at_least))
            continue;
        assert_true(mh_route_table_next_id(table, family, at_least, &id));
        assert_int_equal(id, route->table);
        more = id < UINT32_MAX;
        at_least = more ? id + 1 : id;
    }
    assert_false(more && mh_route_table_next_id(table, family, at_least, &id));
}

/* ---- the runs -------------------------------------------------------------------------------------- */

static struct item next_item(struct model *model)
{
    struct item item = random_item();
    if (model->count == 0 || below(3) == 0)
        return item;
    const struct item *there = &model->items[below((unsigned)model->count)];
    if (below(2) == 0)
        return *there;
    item.route.destination = there->route.destination;
    item.route.table = there->route.table;
    if (item.route.source.address.family != item.route.destination.address.family)
        item.route.source = (struct mh_prefix){0};
    return item;
}

static void change(struct mh_route_table *table, struct model *model, bool grow)
{
    static const enum mh_change changes[] = {MH_PRESENT, MH_APPEND, MH_PREPEND, MH_REPLACE};
    struct item item = next_item(model);
    if (below(8) == 0)
        for (size_t i = 0; i < HOPS_MAX; i++)
            item.hops[i].flags ^= (uint8_t)below(8) & VOLATILE;
    const struct mh_route *route = route_of(&item);
    if (model->count < ITEMS_MAX && below(8) < (grow ? 6U : 3U)) {
        enum mh_change how = changes[below(4)];
        assert_int_equal(mh_route_table_put(table, route, how), model_put(model, &item, how));
    } else {
        assert_int_equal(mh_route_table_remove(table, route), model_remove(model, route));
    }
    assert_int_equal(mh_route_table_count(table), model->count);
    expect_exact(table, model, route);
}

static void empty(struct mh_route_table *table, struct model *model, size_t memory)
{
    while (model->count > 0) {
        struct item item = model->items[below((unsigned)model->count)];
        assert_int_equal(mh_route_table_remove(table, route_of(&item)), MH_OK);
        assert_int_equal(model_remove(model, route_of(&item)), MH_OK);
    }
    expect_all(table, model);
    assert_int_equal(mh_route_table_memory(table), memory);
}

static void run(uint64_t seed)
{
    state = seed;
    struct model *model = calloc(1, sizeof *model);
    struct mh_route_table *table = mh_route_table_new();
    assert_non_null(model);
    assert_non_null(table);
    size_t memory = mh_route_table_memory(table);
    struct mh_route_place place = {0};
    for (unsigned i = 0; i < OPERATIONS; i++) {
        change(table, model, i / 2000 % 2 == 0);
        expect_match(table, model);
        expect_step(table, model, &place);
        if (i % 500 == 0) {
            expect_all(table, model);
            expect_ids(table, model, MH_IPV4);
            expect_ids(table, model, MH_IPV6);
        }
        if (i % 15000 == 14999)
            empty(table, model, memory);
    }
    mh_route_table_free(table);
    free(model);
}

static void test_seed_1(void **unused)
{
    (void)unused;
    run(1);
}

static void test_seed_2(void **unused)
{
    (void)unused;
    run(20261123);
}

static void test_seed_3(void **unused)
{
    (void)unused;
    run(UINT64_C(0x123456789abcdef));
}

static void test_seed_4(void **unused)
{
    (void)unused;
    run(UINT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_seed_1),
        cmocka_unit_test(test_seed_2),
        cmocka_unit_test(test_seed_3),
        cmocka_unit_test(test_seed_4),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

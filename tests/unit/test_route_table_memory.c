/* The route table when memory runs out: it says so and stays as it was. The production files are compiled
 * here once more, with an allocator that fails when it is told to. */
#include "unit/support.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* How many more allocations succeed. */
static unsigned allowed = UINT32_MAX;

static bool may_allocate(void)
{
    if (allowed == 0)
        return false;
    allowed -= allowed != UINT32_MAX;
    return true;
}

static void *limited_malloc(size_t size)
{
    return may_allocate() ? malloc(size) : NULL;
}

static void *limited_calloc(size_t count, size_t size)
{
    return may_allocate() ? calloc(count, size) : NULL;
}

static void *limited_realloc(void *memory, size_t size)
{
    return may_allocate() ? realloc(memory, size) : NULL;
}

#define malloc limited_malloc
#define calloc limited_calloc
#define realloc limited_realloc
#include "core/route_arena.c"
#include "core/route_attributes.c"
#include "core/route_entries.c"
#include "core/route_segments.c"
#include "core/route_table.c"
#include "core/route_trie.c"
#include "core/route_trie_find.c"
#include "core/route_walk.c"
#undef malloc
#undef calloc
#undef realloc

enum { ROUTES = 3000 };

/* Routes that open nodes, split paths and share destinations, with attributes of their own. */
static struct mh_route random_route(uint64_t *state, struct mh_next_hop *hop)
{
    uint64_t word = mh_test_random(state);
    struct mh_address address = {.family = word % 2 == 0 ? MH_IPV4 : MH_IPV6};
    unsigned bits = mh_family_bits(address.family);
    for (unsigned i = 0; i < bits / 8; i++)
        address.bytes[i] = mh_test_random(state) % 4 == 0 ? (uint8_t)mh_test_random(state) : 0;
    *hop = (struct mh_next_hop){.interface = (uint32_t)(word >> 8 & 0xffff), .weight = 1};
    return (struct mh_route){.destination = mh_prefix_of(&address, (unsigned)(word >> 32) % (bits + 1)),
                             .table = (uint32_t)(word >> 24 & 7),
                             .metric = (uint32_t)(word >> 28 & 1),
                             .next_hop_count = 1,
                             .next_hops = hop};
}

/* Puts a route with one more allocation each time until it is there; in between `table` is equal to
 * `reference`. */
static void put_with_little(struct mh_route_table *table, const struct mh_route_table *reference,
                            const struct mh_route *route, enum mh_change change, bool compare)
{
    for (unsigned allocations = 0; allocations < 16; allocations++) {
        size_t used = table->pool.used;
        allowed = allocations;
        enum mh_error error = mh_route_table_put(table, route, change);
        allowed = UINT32_MAX;
        if (error != MH_NO_MEMORY)
            return;
        assert_int_equal(mh_route_table_count(table), mh_route_table_count(reference));
        assert_int_equal(table->pool.used, used);
        if (compare)
            assert_true(mh_route_table_equal(table, reference));
    }
    fail_msg("no number of allocations is enough");
}

/* Without any allocation removing works, too. */
static void drain(struct mh_route_table *table)
{
    struct mh_route_place place = {0};
    allowed = 0;
    for (mh_route_handle handle; (handle = mh_route_table_walk(table, &place)) != 0; place.ordinal = 0) {
        struct mh_route route;
        mh_route_table_get(table, handle, &route);
        assert_int_equal(mh_route_table_remove(table, &route), MH_OK);
    }
    allowed = UINT32_MAX;
    assert_int_equal(mh_route_table_count(table), 0);
    assert_int_equal(table->pool.used, 0);
}

static void test_table_stays_as_it_was(void **unused)
{
    (void)unused;
    static const enum mh_change changes[] = {MH_APPEND, MH_PREPEND, MH_REPLACE};
    struct mh_route_table *table = mh_route_table_new();
    struct mh_route_table *reference = mh_route_table_new();
    struct mh_next_hop hop;
    uint64_t state = 7;
    for (unsigned i = 0; i < ROUTES; i++) {
        struct mh_route route = random_route(&state, &hop);
        put_with_little(table, reference, &route, changes[i % 3], i < 200 || i % 50 == 0);
        (void)mh_route_table_put(reference, &route, changes[i % 3]);
    }
    assert_true(mh_route_table_equal(table, reference));
    drain(table);
    mh_route_table_free(table);
    mh_route_table_free(reference);
}

static void test_no_memory_for_a_table(void **unused)
{
    (void)unused;
    allowed = 0;
    assert_null(mh_route_table_new());
    allowed = UINT32_MAX;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table_stays_as_it_was),
        cmocka_unit_test(test_no_memory_for_a_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

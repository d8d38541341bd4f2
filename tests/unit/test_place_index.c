/* What the index finds is what looking through the list from its beginning finds, whatever was added, dropped
 * and moved before. */
#include "core/place_index.h"

#include <stdlib.h>
#include <string.h>

#include "unit/support.h"

enum { MOST = 400 };

/* A key says what is looked for alike; the number tells items apart. */
struct item {
    uint64_t key, number;
};

struct listed {
    struct mh_place_index index;
    struct item items[MOST];
    size_t count;
};

static unsigned asked;

static bool is_item(const void *item, const void *wanted)
{
    const struct item *a = item, *b = wanted;
    asked++;
    return a->key == b->key && a->number == b->number;
}

static size_t find(struct listed *listed, struct mh_place_index *index, uint64_t key, uint64_t number)
{
    const struct item wanted = {key, number};
    const struct mh_place_question question = {.items = listed->items,
                                               .count = listed->count,
                                               .size = sizeof listed->items[0],
                                               .key = key,
                                               .wanted = &wanted,
                                               .matches = is_item};
    asked = 0;
    return mh_place_index_find(index, &question);
}

static void insert(struct listed *listed, size_t position, uint64_t key, uint64_t number)
{
    assert_true(listed->count < MOST);
    if (position < listed->count)
        mh_place_index_shift(&listed->index);
    memmove(&listed->items[position + 1], &listed->items[position],
            (listed->count - position) * sizeof listed->items[0]);
    listed->items[position] = (struct item){key, number};
    listed->count++;
    mh_place_index_add(&listed->index, key, position);
}

static void take(struct listed *listed, size_t position)
{
    mh_place_index_drop(&listed->index, listed->items[position].key);
    mh_place_index_shift(&listed->index);
    listed->count--;
    memmove(&listed->items[position], &listed->items[position + 1],
            (listed->count - position) * sizeof listed->items[0]);
}

static size_t count_of(const struct listed *listed, uint64_t key)
{
    size_t count = 0;
    for (size_t i = 0; i < listed->count; i++)
        count += listed->items[i].key == key;
    return count;
}

/* ---- single properties ----------------------------------------------------------------------------- */

static void empty(void **state)
{
    (void)state;
    struct listed listed = {.count = 0};
    assert_int_equal(find(&listed, &listed.index, 1, 1), 0);
    assert_int_equal(mh_place_index_count(&listed.index, 1), 0);
    mh_place_index_drop(&listed.index, 1); /* of what is not there: nothing */
    assert_int_equal(mh_place_index_count(&listed.index, 1), 0);
    mh_place_index_clear(&listed.index);
}

/* The reason that there is an index. */
static void it_asks_little(void **state)
{
    (void)state;
    struct listed listed = {.count = 0};
    for (size_t i = 0; i < MOST; i++)
        insert(&listed, i, i * 7919, i);
    for (size_t i = 0; i < MOST; i++) {
        assert_int_equal(find(&listed, &listed.index, i * 7919, i), i);
        assert_int_equal(asked, 1);
    }
    assert_int_equal(find(&listed, &listed.index, 5, 5), MOST);
    assert_int_equal(asked, 0);
    take(&listed, 0); /* all others are one place further in front: asked for once, it is known */
    assert_int_equal(find(&listed, &listed.index, (uint64_t)200 * 7919, 200), 199);
    assert_true(asked <= 3);
    assert_int_equal(find(&listed, &listed.index, (uint64_t)300 * 7919, 300), 299);
    assert_int_equal(asked, 1);
    mh_place_index_clear(&listed.index);
}

static void items_of_one_key(void **state)
{
    (void)state;
    struct listed listed = {.count = 0};
    insert(&listed, 0, 9, 1);
    insert(&listed, 1, 9, 2);
    insert(&listed, 2, 9, 2);
    assert_int_equal(mh_place_index_count(&listed.index, 9), 3);
    assert_int_equal(find(&listed, &listed.index, 9, 2), 1);
    assert_int_equal(find(&listed, &listed.index, 9, 3), 3);
    take(&listed, 1);
    assert_int_equal(find(&listed, &listed.index, 9, 2), 1);
    insert(&listed, 0, 9, 2);
    assert_int_equal(find(&listed, &listed.index, 9, 2), 0);
    assert_int_equal(mh_place_index_count(&listed.index, 9), 3);
    mh_place_index_clear(&listed.index);
}

/* Without memory everything is looked through. */
static void without_memory(void **state)
{
    (void)state;
    struct listed listed = {.index = {.failed = true}};
    insert(&listed, 0, 3, 1);
    insert(&listed, 1, 4, 2);
    assert_int_equal(find(&listed, &listed.index, 4, 2), 1);
    assert_int_equal(find(&listed, NULL, 4, 2), 1);
    assert_int_equal(find(&listed, &listed.index, 4, 1), 2);
    assert_true(mh_place_index_count(&listed.index, 4) == SIZE_MAX);
    mh_place_index_clear(&listed.index);
}

/* ---- all together ---------------------------------------------------------------------------------- */

static void step(struct listed *listed, uint64_t *seed, uint64_t keys, bool moves)
{
    uint64_t key = mh_test_random(seed) % keys, number = mh_test_random(seed) % 3;
    bool full = listed->count == MOST;
    if (moves && listed->count > 0 && (full || mh_test_random(seed) % 3 == 0))
        take(listed, mh_test_random(seed) % listed->count);
    else if (!full)
        insert(listed, moves ? mh_test_random(seed) % (listed->count + 1) : listed->count, key, number);
}

static void random_lists(void **state)
{
    (void)state;
    uint64_t seed = 11;
    for (int round = 0; round < 60; round++) {
        struct listed listed = {.count = 0};
        uint64_t keys = round % 3 == 0 ? 5 : 1000;
        for (int i = 0; i < 300; i++) {
            step(&listed, &seed, keys, round % 2 == 0);
            uint64_t key = mh_test_random(&seed) % keys, number = mh_test_random(&seed) % 3;
            assert_int_equal(find(&listed, &listed.index, key, number), find(&listed, NULL, key, number));
            assert_int_equal(mh_place_index_count(&listed.index, key), count_of(&listed, key));
        }
        mh_place_index_clear(&listed.index);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(empty),
        cmocka_unit_test(it_asks_little),
        cmocka_unit_test(items_of_one_key),
        cmocka_unit_test(without_memory),
        cmocka_unit_test(random_lists),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Going through the whole route table, in order, by keys. */
#include "core/route_table_parts.h"

bool mh_route_table_next_id(const struct mh_route_table *table, enum mh_family family, uint32_t at_least,
                            uint32_t *id)
{
    size_t place = mh_root_place(table, mh_root_order(family, at_least));
    if (place == table->root_count || mh_root_family(&table->roots[place]) != family)
        return false;
    *id = (uint32_t)table->roots[place].order;
    return true;
}

/* Somebody else may have made the place: bits that make no prefix do not count. */
static unsigned usable_length(const struct mh_prefix *prefix)
{
    unsigned bits = mh_family_bits((enum mh_family)prefix->address.family);
    return prefix->length < bits ? prefix->length : bits;
}

static uint32_t nth_of(const struct mh_route_entries *entries, uint32_t number, uint32_t ordinal)
{
    while (number != 0 && ordinal-- > 0)
        number = mh_route_entries_at(entries, number)->next;
    return number;
}

/* The place's route, or else the first of the next destination of the same root; 0 at its end. *ordinal is 0
 * unless the former. */
static uint32_t step_within(const struct mh_route_table *table, const struct mh_route_root *root,
                            const struct mh_route_place *place, uint32_t *ordinal)
{
    const struct mh_route_entries *entries = &table->entries[mh_root_family(root) == MH_IPV6];
    unsigned length = usable_length(&place->destination);
    struct mh_route_key key = mh_route_key_masked(mh_route_key_of(&place->destination.address), length);
    uint32_t head = mh_route_trie_find(&table->trie, &root->node, key, length);
    uint32_t number = nth_of(entries, head, place->ordinal);
    if (number == 0)
        return mh_route_trie_next(&table->trie, &root->node, key, length, false);
    *ordinal = place->ordinal;
    return number;
}

static uint32_t first_of(const struct mh_route_table *table, const struct mh_route_root *root)
{
    return mh_route_trie_next(&table->trie, &root->node, (struct mh_route_key){0, 0}, 0, true);
}

mh_route_handle mh_route_table_walk(const struct mh_route_table *table, struct mh_route_place *place)
{
    uint64_t order = place->started ? mh_root_order(place->destination.address.family, place->table) : 0;
    for (size_t i = mh_root_place(table, order); i < table->root_count; i++) {
        const struct mh_route_root *root = &table->roots[i];
        uint32_t ordinal = 0;
        uint32_t number =
            root->order == order ? step_within(table, root, place, &ordinal) : first_of(table, root);
        if (number == 0)
            continue;
        mh_route_handle handle = mh_handle_of(mh_root_family(root), number);
        struct mh_route route;
        mh_route_table_get(table, handle, &route);
        *place = (struct mh_route_place){route.table, ordinal + 1, route.destination, true};
        return handle;
    }
    return 0;
}

bool mh_route_table_equal(const struct mh_route_table *a, const struct mh_route_table *b)
{
    struct mh_route_place place_a = {0}, place_b = {0};
    for (;;) {
        mh_route_handle handle_a = mh_route_table_walk(a, &place_a);
        mh_route_handle handle_b = mh_route_table_walk(b, &place_b);
        if (handle_a == 0 || handle_b == 0)
            return handle_a == handle_b;
        struct mh_route route_a, route_b;
        mh_route_table_get(a, handle_a, &route_a);
        mh_route_table_get(b, handle_b, &route_b);
        if (!mh_route_equal(&route_a, &route_b))
            return false;
    }
}

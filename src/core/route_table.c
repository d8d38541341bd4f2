#include "core/route_table.h"

#include "core/route_table_parts.h"

#include <stdlib.h>
#include <string.h>

struct mh_route_table *mh_route_table_new(void)
{
    struct mh_route_table *table = calloc(1, sizeof *table);
    if (table == NULL)
        return NULL;
    mh_route_trie_init(&table->trie);
    mh_route_entries_init(&table->entries[0], MH_IPV4);
    mh_route_entries_init(&table->entries[1], MH_IPV6);
    return table;
}

void mh_route_table_free(struct mh_route_table *table)
{
    if (table == NULL)
        return;
    mh_route_trie_clear(&table->trie);
    mh_route_pool_clear(&table->pool);
    mh_route_entries_clear(&table->entries[0]);
    mh_route_entries_clear(&table->entries[1]);
    free(table->roots);
    free(table);
}

static struct mh_route_entries *entries_of(struct mh_route_table *table, unsigned family)
{
    return &table->entries[family == MH_IPV6];
}

/* ---- roots ----------------------------------------------------------------------------------------- */

size_t mh_root_place(const struct mh_route_table *table, uint64_t order)
{
    size_t low = 0, high = table->root_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (table->roots[middle].order < order)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct mh_route_root *mh_root_find(const struct mh_route_table *table, unsigned family, uint32_t id)
{
    uint64_t order = mh_root_order(family, id);
    size_t place = mh_root_place(table, order);
    if (place == table->root_count || table->roots[place].order != order)
        return NULL;
    return &table->roots[place];
}

static bool roots_reserve(struct mh_route_table *table)
{
    if (table->root_count < table->root_capacity)
        return true;
    size_t capacity = table->root_capacity + table->root_capacity / 2 + 4;
    struct mh_route_root *roots = realloc(table->roots, capacity * sizeof *roots);
    if (roots == NULL)
        return false;
    table->roots = roots;
    table->root_capacity = capacity;
    return true;
}

/* The root of the order; it is made when it is not there, room being reserved. */
static struct mh_route_root *root_obtain(struct mh_route_table *table, uint64_t order)
{
    size_t place = mh_root_place(table, order);
    struct mh_route_root *root = &table->roots[place];
    if (place < table->root_count && root->order == order)
        return root;
    memmove(root + 1, root, (table->root_count - place) * sizeof *root);
    table->root_count++;
    *root = (struct mh_route_root){.order = order};
    return root;
}

static void root_drop(struct mh_route_table *table, struct mh_route_root *root)
{
    size_t place = (size_t)(root - table->roots);
    table->root_count--;
    memmove(root, root + 1, (table->root_count - place) * sizeof *root);
    if (table->root_count > 0)
        return;
    free(table->roots);
    table->roots = NULL;
    table->root_capacity = 0;
}

/* ---- validity -------------------------------------------------------------------------------------- */

/* A family that there is, and zeros where the family has no bytes. */
static bool address_is_valid(const struct mh_address *address)
{
    static const uint8_t zeros[sizeof address->bytes] = {0};
    size_t length = mh_family_bits((enum mh_family)address->family) / 8;
    return (length > 0 || address->family == MH_FAMILY_NONE) &&
           memcmp(address->bytes + length, zeros, sizeof zeros - length) == 0;
}

static bool prefix_is_valid(const struct mh_prefix *prefix)
{
    if (!address_is_valid(&prefix->address) ||
        prefix->length > mh_family_bits((enum mh_family)prefix->address.family))
        return false;
    struct mh_route_key key = mh_route_key_of(&prefix->address);
    return mh_route_key_equal(key, mh_route_key_masked(key, prefix->length));
}

static bool route_is_valid(const struct mh_route *route)
{
    uint8_t family = route->destination.address.family;
    if (family == MH_FAMILY_NONE || !prefix_is_valid(&route->destination) ||
        !prefix_is_valid(&route->source) ||
        (route->source.address.family != MH_FAMILY_NONE && route->source.address.family != family) ||
        !address_is_valid(&route->preferred_source) || route->next_hop_count > MH_NEXT_HOPS_MAX ||
        (route->next_hop_count > 0 && route->next_hops == NULL) ||
        route->native_length > MH_ROUTE_NATIVE_MAX || (route->native_length > 0 && route->native == NULL))
        return false;
    for (size_t i = 0; i < route->next_hop_count; i++)
        if (!address_is_valid(&route->next_hops[i].gateway))
            return false;
    return true;
}

/* ---- the routes of one destination ----------------------------------------------------------------- */

/* A route that is to be put or removed, with what is needed of it again and again. */
struct request {
    const struct mh_route *route;
    struct mh_route_key key;
    unsigned family, length;
    uint32_t hash;
};

static struct request request_of(const struct mh_route *route)
{
    return (struct request){.route = route,
                            .key = mh_route_key_of(&route->destination.address),
                            .family = route->destination.address.family,
                            .length = route->destination.length,
                            .hash = mh_route_attributes_hash(route)};
}

static const struct mh_route_attributes *attributes_of(const struct mh_route_table *table,
                                                       const struct mh_route_entry *entry)
{
    return mh_route_pool_at(&table->pool, entry->attributes);
}

/* Smaller metric first, then larger tos. <0: `entry` is before `route`. */
static int compare_order(const struct mh_route_entry *entry, const struct mh_route *route)
{
    if (entry->metric != route->metric)
        return entry->metric < route->metric ? -1 : 1;
    if (entry->tos != route->tos)
        return entry->tos > route->tos ? -1 : 1;
    return 0;
}

static bool same_key(const struct mh_route_table *table, const struct mh_route_entry *entry,
                     const struct mh_route *route)
{
    return compare_order(entry, route) == 0 &&
           mh_prefix_equal(&attributes_of(table, entry)->route.source, &route->source);
}

static bool same_route(const struct mh_route_table *table, const struct mh_route_entry *entry,
                       const struct request *request)
{
    const struct mh_route_attributes *attributes = attributes_of(table, entry);
    return compare_order(entry, request->route) == 0 && attributes->hash == request->hash &&
           mh_route_attributes_equal(&attributes->route, request->route, MH_NEXT_HOP_VOLATILE);
}

/* Where a route is or would be among those of its destination. */
struct spot {
    uint32_t head;      /* the destination's first entry, or 0 */
    uint32_t equal;     /* the entry equal to the route (next-hop flags DEAD and LINK_DOWN apart), or 0 */
    uint32_t before;    /* the one before `equal`, or 0 */
    uint32_t row;       /* the first of the route's key, or 0 */
    uint32_t row_front; /* the one before `row`, or 0 */
    uint32_t row_back;  /* the last of the route's key, or else the last that comes before the route; or 0 */
};

/* Takes one entry into account; false when all that follow come behind the route. */
static bool spot_see(struct spot *spot, const struct mh_route_table *table, const struct request *request,
                     uint32_t previous, uint32_t number)
{
    const struct mh_route_entry *entry =
        mh_route_entries_at(&table->entries[request->family == MH_IPV6], number);
    if (compare_order(entry, request->route) > 0)
        return false;
    if (same_key(table, entry, request->route)) {
        if (spot->row == 0) {
            spot->row = number;
            spot->row_front = previous;
        }
        spot->row_back = number;
        if (spot->equal == 0 && same_route(table, entry, request)) {
            spot->equal = number;
            spot->before = previous;
        }
    } else if (spot->row == 0) {
        spot->row_back = number;
    }
    return true;
}

static struct spot spot_of(const struct mh_route_table *table, const struct request *request)
{
    struct spot spot = {0};
    const struct mh_route_root *root = mh_root_find(table, request->family, request->route->table);
    if (root == NULL)
        return spot;
    const struct mh_route_entries *entries = &table->entries[request->family == MH_IPV6];
    spot.head = mh_route_trie_find(&table->trie, &root->node, request->key, request->length);
    uint32_t previous = 0;
    for (uint32_t number = spot.head; number != 0; number = mh_route_entries_at(entries, number)->next) {
        if (!spot_see(&spot, table, request, previous, number))
            break;
        previous = number;
    }
    return spot;
}

/* ---- put ------------------------------------------------------------------------------------------- */

/* Room for one more route, so that what follows cannot fail. */
static bool reserve(struct mh_route_table *table, const struct request *request)
{
    return mh_route_entries_reserve(entries_of(table, request->family)) &&
           mh_route_trie_reserve(&table->trie) && roots_reserve(table);
}

/* Makes `number` the destination's first entry. */
static void set_head(struct mh_route_table *table, const struct request *request, uint32_t number,
                     bool is_new)
{
    struct mh_route_root *root = root_obtain(table, mh_root_order(request->family, request->route->table));
    mh_route_trie_put(&table->trie, &root->node, request->key, request->length, number);
    root->count += is_new;
}

static enum mh_error insert(struct mh_route_table *table, const struct request *request,
                            const struct spot *spot, bool in_front)
{
    uint32_t attributes =
        reserve(table, request) ? mh_route_pool_take(&table->pool, request->route, request->hash) : 0;
    if (attributes == 0)
        return MH_NO_MEMORY;
    struct mh_route_entries *entries = entries_of(table, request->family);
    uint32_t number = mh_route_entries_take(entries, request->key, request->length);
    struct mh_route_entry *entry = mh_route_entries_at(entries, number);
    table->revision++;
    entry->attributes = attributes;
    entry->metric = request->route->metric;
    entry->tos = request->route->tos;
    uint32_t previous = in_front && spot->row != 0 ? spot->row_front : spot->row_back;
    if (previous != 0) {
        struct mh_route_entry *before = mh_route_entries_at(entries, previous);
        entry->next = before->next;
        before->next = number;
        return MH_OK;
    }
    entry->next = spot->head;
    set_head(table, request, number, spot->head == 0);
    return MH_OK;
}

/* Gives an entry of the same key the route's attributes. */
static enum mh_error overwrite(struct mh_route_table *table, const struct request *request, uint32_t number)
{
    uint32_t attributes = mh_route_pool_take(&table->pool, request->route, request->hash);
    if (attributes == 0)
        return MH_NO_MEMORY;
    struct mh_route_entry *entry = mh_route_entries_at(entries_of(table, request->family), number);
    mh_route_pool_release(&table->pool, entry->attributes);
    table->revision++;
    entry->attributes = attributes;
    return MH_OK;
}

enum mh_error mh_route_table_put(struct mh_route_table *table, const struct mh_route *route,
                                 enum mh_change change)
{
    if (change == MH_GONE || !route_is_valid(route))
        return MH_INVALID;
    struct request request = request_of(route);
    struct spot spot = spot_of(table, &request);
    if (spot.equal != 0) {
        const struct mh_route_entry *entry =
            mh_route_entries_at(entries_of(table, request.family), spot.equal);
        if (mh_route_attributes_equal(&attributes_of(table, entry)->route, route, 0))
            return MH_EXISTS;
        return overwrite(table, &request, spot.equal);
    }
    if (change == MH_REPLACE && spot.row != 0)
        return overwrite(table, &request, spot.row);
    return insert(table, &request, &spot, change == MH_PREPEND);
}

/* ---- remove ---------------------------------------------------------------------------------------- */

static void drop_destination(struct mh_route_table *table, const struct request *request)
{
    struct mh_route_root *root = root_obtain(table, mh_root_order(request->family, request->route->table));
    mh_route_trie_remove(&table->trie, &root->node, request->key, request->length);
    if (--root->count == 0)
        root_drop(table, root);
}

enum mh_error mh_route_table_remove(struct mh_route_table *table, const struct mh_route *route)
{
    if (!route_is_valid(route))
        return MH_INVALID;
    struct request request = request_of(route);
    struct spot spot = spot_of(table, &request);
    if (spot.equal == 0)
        return MH_NOT_FOUND;
    struct mh_route_entries *entries = entries_of(table, request.family);
    const struct mh_route_entry *entry = mh_route_entries_at(entries, spot.equal);
    table->revision++;
    if (spot.before != 0)
        mh_route_entries_at(entries, spot.before)->next = entry->next;
    else if (entry->next != 0)
        set_head(table, &request, entry->next, false);
    else
        drop_destination(table, &request);
    mh_route_pool_release(&table->pool, entry->attributes);
    mh_route_entries_give(entries, spot.equal);
    return MH_OK;
}

/* ---- reading --------------------------------------------------------------------------------------- */

size_t mh_route_table_count(const struct mh_route_table *table)
{
    return (size_t)table->entries[0].count + table->entries[1].count;
}

size_t mh_route_table_count_of(const struct mh_route_table *table, enum mh_family family)
{
    if (family != MH_IPV4 && family != MH_IPV6)
        return 0;
    return table->entries[family == MH_IPV6].count;
}

uint64_t mh_route_table_revision(const struct mh_route_table *table)
{
    return table->revision;
}

size_t mh_route_table_memory(const struct mh_route_table *table)
{
    return sizeof *table + table->root_capacity * sizeof *table->roots + mh_route_trie_memory(&table->trie) +
           mh_route_pool_memory(&table->pool) + mh_route_entries_memory(&table->entries[0]) +
           mh_route_entries_memory(&table->entries[1]);
}

static void word_bytes(uint64_t word, uint8_t *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        bytes[i] = (uint8_t)(word >> (56 - 8 * i));
}

void mh_route_table_get(const struct mh_route_table *table, mh_route_handle handle, struct mh_route *out)
{
    const struct mh_route_entries *entries = mh_entries_of_handle(table, handle);
    const struct mh_route_entry *entry = mh_entry_of_handle(table, handle);
    struct mh_route_key key = mh_route_entry_key(entries, entry);
    bool long_key = (handle & MH_HANDLE_IPV6) != 0;
    *out = attributes_of(table, entry)->route;
    out->destination.address.family = long_key ? MH_IPV6 : MH_IPV4;
    out->destination.length = entry->length;
    word_bytes(key.high, out->destination.address.bytes, long_key ? 8 : 4);
    if (long_key)
        word_bytes(key.low, out->destination.address.bytes + 8, 8);
    out->metric = entry->metric;
    out->tos = entry->tos;
}

mh_route_handle mh_route_table_match(const struct mh_route_table *table, uint32_t id,
                                     const struct mh_address *address, int longest)
{
    const struct mh_route_root *root = mh_root_find(table, address->family, id);
    if (root == NULL)
        return 0;
    int bits = address->family == MH_IPV4 ? 32 : 128;
    uint32_t number = mh_route_trie_match(&table->trie, &root->node, mh_route_key_of(address),
                                          longest < bits ? longest : bits);
    return mh_handle_of(mh_root_family(root), number);
}

mh_route_handle mh_route_table_exact(const struct mh_route_table *table, uint32_t id,
                                     const struct mh_prefix *destination)
{
    const struct mh_route_root *root = mh_root_find(table, destination->address.family, id);
    if (root == NULL || !prefix_is_valid(destination))
        return 0;
    uint32_t number = mh_route_trie_find(&table->trie, &root->node, mh_route_key_of(&destination->address),
                                         destination->length);
    return mh_handle_of(mh_root_family(root), number);
}

mh_route_handle mh_route_table_sibling(const struct mh_route_table *table, mh_route_handle handle)
{
    return mh_handle_of((handle & MH_HANDLE_IPV6) != 0 ? MH_IPV6 : MH_IPV4,
                        mh_entry_of_handle(table, handle)->next);
}

bool mh_route_equal(const struct mh_route *a, const struct mh_route *b)
{
    return a->metric == b->metric && a->tos == b->tos && mh_prefix_equal(&a->destination, &b->destination) &&
           mh_route_attributes_equal(a, b, MH_NEXT_HOP_VOLATILE);
}

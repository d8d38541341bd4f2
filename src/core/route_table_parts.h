/* What the files of the route table share, and those that search it for decisions; not for others. */
#ifndef MH_CORE_ROUTE_TABLE_PARTS_H
#define MH_CORE_ROUTE_TABLE_PARTS_H

#include "core/route_attributes.h"
#include "core/route_entries.h"
#include "core/route_table.h"
#include "core/route_trie.h"

/* One kernel table of one family. */
struct mh_route_root {
    uint64_t order; /* family, then table: what roots are sorted by */
    size_t count;   /* destinations; a root without any is removed */
    struct mh_trie_node node;
};

struct mh_route_table {
    struct mh_route_root *roots;
    size_t root_count, root_capacity;
    struct mh_route_trie trie; /* from destinations to the first of their entries */
    struct mh_route_pool pool;
    struct mh_route_entries entries[2]; /* IPv4, IPv6 */
    uint64_t revision;                  /* counts the changes */
};

/* In a handle the highest bit says IPv6, the others are the entry's number. */
#define MH_HANDLE_IPV6 (UINT32_C(1) << 31)

static inline mh_route_handle mh_handle_of(enum mh_family family, uint32_t number)
{
    return number == 0 || family == MH_IPV4 ? number : number | MH_HANDLE_IPV6;
}

static inline const struct mh_route_entries *mh_entries_of_handle(const struct mh_route_table *table,
                                                                  mh_route_handle handle)
{
    return &table->entries[(handle & MH_HANDLE_IPV6) != 0];
}

static inline const struct mh_route_entry *mh_entry_of_handle(const struct mh_route_table *table,
                                                              mh_route_handle handle)
{
    return mh_route_entries_at(mh_entries_of_handle(table, handle), handle & ~MH_HANDLE_IPV6);
}

static inline uint64_t mh_root_order(unsigned family, uint32_t id)
{
    return (uint64_t)family << 32 | id;
}

static inline enum mh_family mh_root_family(const struct mh_route_root *root)
{
    return (enum mh_family)(root->order >> 32);
}

/* The place of the first root that is not before `order`; root_count when there is none. */
size_t mh_root_place(const struct mh_route_table *table, uint64_t order);
/* NULL when the table has no such routes. */
const struct mh_route_root *mh_root_find(const struct mh_route_table *table, unsigned family, uint32_t id);

#endif

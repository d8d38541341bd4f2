#include "core/host.h"

#include "core/address_label.h"

#include <stdlib.h>
#include <string.h>

struct mh_host {
    struct mh_list *current[MH_SNAPSHOT_SECTIONS];
    struct mh_list *coming[MH_SNAPSHOT_SECTIONS]; /* between begin and end; NULL otherwise */
    bool changed;
    bool labels_known; /* they were told: that there are none may be the truth */
};

/* ---- what differs between sections ----------------------------------------------------------------- */

static int compare_numbers(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

static int order_interfaces(const void *left, const void *right)
{
    const struct mh_interface *a = left, *b = right;
    return compare_numbers(a->index, b->index);
}

static int order_addresses(const void *left, const void *right)
{
    const struct mh_interface_address *a = left, *b = right;
    return compare_numbers(a->interface, b->interface);
}

static int order_rules(const void *left, const void *right)
{
    const struct mh_rule *a = left, *b = right;
    return a->family != b->family ? compare_numbers(a->family, b->family)
                                  : compare_numbers(a->priority, b->priority);
}

static int order_neighbors(const void *left, const void *right)
{
    const struct mh_neighbor *a = left, *b = right;
    if (a->interface != b->interface)
        return compare_numbers(a->interface, b->interface);
    if (a->proxy != b->proxy)
        return compare_numbers(a->proxy, b->proxy);
    return mh_address_compare(&a->address, &b->address);
}

static int order_settings(const void *left, const void *right)
{
    const struct mh_setting *a = left, *b = right;
    if (a->interface != b->interface)
        return compare_numbers(a->interface, b->interface);
    if (a->family != b->family)
        return compare_numbers(a->family, b->family);
    return compare_numbers(a->id, b->id);
}

static int order_labels(const void *left, const void *right)
{
    return mh_address_label_compare(left, right);
}

/* Items that the order holds equal are one and the same. */
static bool same_always(const void *left, const void *right)
{
    (void)left;
    (void)right;
    return true;
}

static bool same_address(const void *left, const void *right)
{
    return mh_interface_address_same(left, right);
}

static bool same_rule(const void *left, const void *right)
{
    return mh_rule_equal(left, right);
}

static const struct section {
    size_t item_size;
    int (*order)(const void *, const void *);
    bool (*same)(const void *, const void *);
} sections[MH_SNAPSHOT_SECTIONS] = {
    [MH_SECTION_INTERFACES] = {sizeof(struct mh_interface), order_interfaces, same_always},
    [MH_SECTION_ADDRESSES] = {sizeof(struct mh_interface_address), order_addresses, same_address},
    [MH_SECTION_RULES] = {sizeof(struct mh_rule), order_rules, same_rule},
    [MH_SECTION_NEIGHBORS] = {sizeof(struct mh_neighbor), order_neighbors, same_always},
    [MH_SECTION_SETTINGS] = {sizeof(struct mh_setting), order_settings, same_always},
    [MH_SECTION_LABELS] = {sizeof(struct mh_address_label), order_labels, same_always},
};

static const void *item_of(const struct mh_fact *fact)
{
    switch (fact->section) {
    case MH_SECTION_INTERFACES:
        return fact->of.interface;
    case MH_SECTION_ADDRESSES:
        return fact->of.address;
    case MH_SECTION_RULES:
        return fact->of.rule;
    case MH_SECTION_NEIGHBORS:
        return fact->of.neighbor;
    case MH_SECTION_SETTINGS:
        return fact->of.setting;
    case MH_SECTION_LABELS:
        return fact->of.label;
    case MH_SECTION_ROUTES:
    case MH_SECTION_COUNT:
        break;
    }
    return NULL;
}

/* ---- lists in order -------------------------------------------------------------------------------- */

static const void *item_at(const struct mh_list *list, const struct section *section, size_t position)
{
    return (const char *)mh_list_items(list) + position * section->item_size;
}

/* The position behind every item that is not greater than `item`. */
static size_t position_behind(const struct mh_list *list, const struct section *section, const void *item)
{
    size_t low = 0, high = mh_list_count(list);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (section->order(item_at(list, section, middle), item) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Finds the item with the same key. */
static bool find(const struct mh_list *list, const struct section *section, const void *item,
                 size_t *position)
{
    for (size_t at = position_behind(list, section, item); at > 0; at--) {
        const void *there = item_at(list, section, at - 1);
        if (section->order(there, item) != 0)
            return false;
        if (section->same(there, item)) {
            *position = at - 1;
            return true;
        }
    }
    return false;
}

/* ---- the host -------------------------------------------------------------------------------------- */

struct mh_host *mh_host_new(void)
{
    struct mh_host *host = calloc(1, sizeof *host);
    if (host == NULL)
        return NULL;
    for (int i = 0; i < MH_SNAPSHOT_SECTIONS; i++) {
        host->current[i] = mh_list_new(sections[i].item_size);
        if (host->current[i] == NULL) {
            mh_host_free(host);
            return NULL;
        }
    }
    return host;
}

void mh_host_free(struct mh_host *host)
{
    if (host == NULL)
        return;
    mh_host_abandon(host);
    for (int i = 0; i < MH_SNAPSHOT_SECTIONS; i++)
        mh_list_release(host->current[i]);
    free(host);
}

static bool is_known(enum mh_section section)
{
    return (unsigned)section < MH_SNAPSHOT_SECTIONS;
}

enum mh_error mh_host_begin(struct mh_host *host, enum mh_section section)
{
    if (!is_known(section))
        return MH_INVALID;
    struct mh_list *list = mh_list_new(sections[section].item_size);
    if (list == NULL)
        return MH_NO_MEMORY;
    mh_list_release(host->coming[section]);
    host->coming[section] = list;
    return MH_OK;
}

enum mh_error mh_host_end(struct mh_host *host, enum mh_section section)
{
    if (!is_known(section) || host->coming[section] == NULL)
        return MH_INVALID;
    mh_list_release(host->current[section]);
    host->current[section] = host->coming[section];
    host->coming[section] = NULL;
    host->changed = true;
    host->labels_known |= section == MH_SECTION_LABELS;
    return MH_OK;
}

void mh_host_abandon(struct mh_host *host)
{
    for (int i = 0; i < MH_SNAPSHOT_SECTIONS; i++) {
        mh_list_release(host->coming[i]);
        host->coming[i] = NULL;
    }
}

/* While a section is read whole the system's list is the truth, equal items included. */
static bool insert(struct mh_list **list, const struct section *section, const void *item)
{
    return mh_list_insert(list, position_behind(*list, section, item), item);
}

/* Systems repeat themselves (a neighbour that is refreshed); that is not a change. Padding may hide it, no
 * harm. */
static bool is_equal(const struct mh_list *list, const struct section *section, size_t position,
                     const void *item)
{
    return memcmp(item_at(list, section, position), item, section->item_size) == 0;
}

static bool apply_change(struct mh_host *host, const struct mh_fact *fact, const void *item)
{
    const struct section *section = &sections[fact->section];
    struct mh_list **list = &host->current[fact->section];
    size_t position;
    bool there = find(*list, section, item, &position);
    host->labels_known |= fact->section == MH_SECTION_LABELS;
    if (fact->change == MH_GONE && !there)
        return true;
    if (fact->change == MH_PRESENT && there && is_equal(*list, section, position, item))
        return true;
    host->changed = true;
    if (fact->change == MH_GONE)
        return mh_list_remove(list, position);
    return there ? mh_list_replace(list, position, item) : insert(list, section, item);
}

enum mh_error mh_host_fact(struct mh_host *host, const struct mh_fact *fact)
{
    const void *item = item_of(fact);
    if (item == NULL || (fact->change != MH_PRESENT && fact->change != MH_GONE))
        return MH_INVALID;
    bool done = host->coming[fact->section] != NULL
                    ? insert(&host->coming[fact->section], &sections[fact->section], item)
                    : apply_change(host, fact, item);
    return done ? MH_OK : MH_NO_MEMORY;
}

bool mh_host_take_changed(struct mh_host *host)
{
    bool changed = host->changed;
    host->changed = false;
    return changed;
}

void mh_host_snapshot(const struct mh_host *host, struct mh_snapshot *snapshot)
{
    mh_snapshot_init(snapshot, host->current);
    snapshot->has_own_labels =
        host->labels_known && !mh_address_labels_are_of_linux(snapshot->labels, snapshot->label_count);
}

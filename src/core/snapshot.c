#include "core/snapshot.h"

#include <string.h>

void mh_snapshot_init(struct mh_snapshot *snapshot, struct mh_list *const lists[MH_SNAPSHOT_SECTIONS])
{
    for (int i = 0; i < MH_SNAPSHOT_SECTIONS; i++)
        snapshot->lists[i] = mh_list_retain(lists[i]);
    snapshot->interfaces = mh_list_items(lists[MH_SECTION_INTERFACES]);
    snapshot->interface_count = mh_list_count(lists[MH_SECTION_INTERFACES]);
    snapshot->addresses = mh_list_items(lists[MH_SECTION_ADDRESSES]);
    snapshot->address_count = mh_list_count(lists[MH_SECTION_ADDRESSES]);
    snapshot->rules = mh_list_items(lists[MH_SECTION_RULES]);
    snapshot->rule_count = mh_list_count(lists[MH_SECTION_RULES]);
    snapshot->neighbors = mh_list_items(lists[MH_SECTION_NEIGHBORS]);
    snapshot->neighbor_count = mh_list_count(lists[MH_SECTION_NEIGHBORS]);
    snapshot->settings = mh_list_items(lists[MH_SECTION_SETTINGS]);
    snapshot->setting_count = mh_list_count(lists[MH_SECTION_SETTINGS]);
    snapshot->labels = mh_list_items(lists[MH_SECTION_LABELS]);
    snapshot->label_count = mh_list_count(lists[MH_SECTION_LABELS]);
    snapshot->has_own_labels = false;
    snapshot->ours = NULL;
}

void mh_snapshot_clear(struct mh_snapshot *snapshot)
{
    for (int i = 0; i < MH_SNAPSHOT_SECTIONS; i++)
        mh_list_release(snapshot->lists[i]);
    *snapshot = (struct mh_snapshot){0};
}

const struct mh_interface *mh_snapshot_interface(const struct mh_snapshot *snapshot, uint32_t index)
{
    size_t low = 0, high = snapshot->interface_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (snapshot->interfaces[middle].index < index)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == snapshot->interface_count || snapshot->interfaces[low].index != index)
        return NULL;
    return &snapshot->interfaces[low];
}

const struct mh_interface *mh_snapshot_interface_named(const struct mh_snapshot *snapshot, const char *name)
{
    for (size_t i = 0; i < snapshot->interface_count; i++)
        if (strcmp(snapshot->interfaces[i].name, name) == 0)
            return &snapshot->interfaces[i];
    return NULL;
}

const char *mh_snapshot_interface_name(const struct mh_snapshot *snapshot, uint32_t index)
{
    const struct mh_interface *interface = mh_snapshot_interface(snapshot, index);
    return interface == NULL ? "" : interface->name;
}

/* The first address whose interface is not below `interface`. */
static size_t first_address(const struct mh_snapshot *snapshot, uint32_t interface)
{
    size_t low = 0, high = snapshot->address_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (snapshot->addresses[middle].interface < interface)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct mh_interface_address *mh_snapshot_addresses_of(const struct mh_snapshot *snapshot,
                                                            uint32_t interface, size_t *count)
{
    size_t first = first_address(snapshot, interface), end = first;
    while (end < snapshot->address_count && snapshot->addresses[end].interface == interface)
        end++;
    *count = end - first;
    return *count == 0 ? NULL : snapshot->addresses + first;
}

const struct mh_interface_address *mh_snapshot_address(const struct mh_snapshot *snapshot,
                                                       const struct mh_interface_address *address)
{
    size_t count;
    const struct mh_interface_address *items = mh_snapshot_addresses_of(snapshot, address->interface, &count);
    for (size_t i = 0; i < count; i++)
        if (mh_interface_address_same(&items[i], address))
            return &items[i];
    return NULL;
}

bool mh_snapshot_has_address(const struct mh_snapshot *snapshot, const struct mh_address *address)
{
    for (size_t i = 0; i < snapshot->address_count; i++)
        if (mh_address_equal(&snapshot->addresses[i].address, address))
            return true;
    return false;
}

const struct mh_setting *mh_snapshot_setting(const struct mh_snapshot *snapshot, uint32_t interface,
                                             enum mh_family family, enum mh_setting_id id)
{
    size_t low = 0, high = snapshot->setting_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct mh_setting *at = &snapshot->settings[middle];
        bool below = at->interface != interface ? at->interface < interface
                     : at->family != family     ? at->family < family
                                                : at->id < id;
        if (below)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == snapshot->setting_count)
        return NULL;
    const struct mh_setting *found = &snapshot->settings[low];
    bool same = found->interface == interface && found->family == family && found->id == id;
    return same ? found : NULL;
}

/* <0: the neighbour stands before the interface's own entry for the address. */
static int compare_neighbor(const struct mh_neighbor *neighbor, uint32_t interface,
                            const struct mh_address *address)
{
    if (neighbor->interface != interface)
        return neighbor->interface < interface ? -1 : 1;
    return neighbor->proxy ? 1 : mh_address_compare(&neighbor->address, address);
}

const struct mh_neighbor *mh_snapshot_neighbor(const struct mh_snapshot *snapshot, uint32_t interface,
                                               const struct mh_address *address)
{
    size_t low = 0, high = snapshot->neighbor_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare_neighbor(&snapshot->neighbors[middle], interface, address) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == snapshot->neighbor_count ||
        compare_neighbor(&snapshot->neighbors[low], interface, address) != 0)
        return NULL;
    return &snapshot->neighbors[low];
}

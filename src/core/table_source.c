#include "core/table_source.h"

const struct mh_interface_address *mh_table_source(const struct mh_snapshot *snapshot, enum mh_family family)
{
    for (size_t i = 0; i < snapshot->address_count; i++)
        if ((snapshot->addresses[i].flags & MH_ADDRESS_PREFERRED_SOURCE) != 0 &&
            snapshot->addresses[i].address.family == (uint8_t)family)
            return &snapshot->addresses[i];
    return NULL;
}

bool mh_table_source_hides(const struct mh_interface_address *source, const struct mh_route *route)
{
    return source != NULL && route->table == 0 &&
           mh_address_equal(&source->address, &route->preferred_source);
}

#include "core/prediction_proxy.h"

static const struct mh_neighbor *items_of(const struct mh_prediction *prediction, size_t *count)
{
    const struct mh_list *list = prediction->lists[MH_SECTION_NEIGHBORS];
    *count = mh_list_count(list);
    return mh_list_items(list);
}

/* The order of the snapshot: by interface, proxy entries behind the others, then by address. */
static int compare(const struct mh_neighbor *a, const struct mh_neighbor *b)
{
    if (a->interface != b->interface)
        return a->interface < b->interface ? -1 : 1;
    if (a->proxy != b->proxy)
        return a->proxy ? 1 : -1;
    return mh_address_compare(&a->address, &b->address);
}

/* Where it is, or belongs; *there says which. */
static size_t place_of(const struct mh_prediction *prediction, const struct mh_neighbor *neighbor,
                       bool *there)
{
    size_t count, i = 0;
    const struct mh_neighbor *items = items_of(prediction, &count);
    while (i < count && compare(&items[i], neighbor) < 0)
        i++;
    *there = i < count && compare(&items[i], neighbor) == 0;
    return i;
}

enum mh_error mh_predict_proxy_add(struct mh_prediction *prediction, const struct mh_neighbor *proxy)
{
    bool there;
    struct mh_neighbor own = *proxy;
    own.proxy = true;
    size_t place = place_of(prediction, &own, &there);
    if (there)
        return MH_EXISTS;
    return mh_list_insert(&prediction->lists[MH_SECTION_NEIGHBORS], place, &own) ? MH_OK : MH_NO_MEMORY;
}

enum mh_error mh_predict_proxy_delete(struct mh_prediction *prediction, const struct mh_neighbor *proxy)
{
    bool there;
    struct mh_neighbor own = *proxy;
    own.proxy = true;
    size_t place = place_of(prediction, &own, &there);
    if (!there)
        return MH_NOT_FOUND;
    return mh_list_remove(&prediction->lists[MH_SECTION_NEIGHBORS], place) ? MH_OK : MH_NO_MEMORY;
}

bool mh_predict_neighbors_gone(struct mh_prediction *prediction, uint32_t interface)
{
    size_t count;
    const struct mh_neighbor *items = items_of(prediction, &count);
    for (size_t i = count; i > 0; i--) {
        if (items[i - 1].interface != interface || items[i - 1].address.family != MH_IPV4)
            continue;
        if (!mh_list_remove(&prediction->lists[MH_SECTION_NEIGHBORS], i - 1))
            return false;
        items = items_of(prediction, &count);
    }
    return true;
}

/* Other programs' proxy entries, which Linux forgets with the last IPv4 address of their interface, are put
 * back. Permanent neighbours go as well: there is no op that makes one, so that these are named. */
#include "core/plan_builder.h"
#include "core/plan_restore.h"

static const struct mh_neighbor *neighbors_of(const struct mh_prediction *prediction, size_t *count)
{
    const struct mh_list *list = prediction->lists[MH_SECTION_NEIGHBORS];
    *count = mh_list_count(list);
    return mh_list_items(list);
}

static bool is_among(const struct mh_neighbor *wanted, const struct mh_neighbor *items, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (items[i].interface == wanted->interface && items[i].proxy == wanted->proxy &&
            mh_address_equal(&items[i].address, &wanted->address))
            return true;
    return false;
}

static void note_permanent(struct mh_plan_builder *builder, const struct mh_neighbor *neighbor)
{
    char text[MH_ADDRESS_TEXT_SIZE];
    const char *name = mh_plan_interface_name(builder, neighbor->interface);
    mh_plan_note(builder, &builder->warnings, "",
                 "The permanent neighbour %s of %s is lost with the last IPv4 address of %s.",
                 mh_address_format(&neighbor->address, text), name, name);
}

/* The lists are counted references: both stay as they are while the builder goes on. */
void mh_plan_put_proxies_back(struct mh_plan_builder *builder, const struct mh_prediction *earlier)
{
    struct mh_prediction after;
    size_t count, left;
    if (builder->error != MH_OK)
        return;
    mh_prediction_copy(&builder->now, &after);
    const struct mh_neighbor *items = neighbors_of(earlier, &count), *found = neighbors_of(&after, &left);
    for (size_t i = 0; i < count && left < count && builder->error == MH_OK; i++) {
        const struct mh_op op = {.kind = MH_OP_PROXY_ADD, .of.proxy = items[i]};
        if (is_among(&items[i], found, left))
            continue;
        if (items[i].proxy)
            mh_plan_emit(builder, &op, "");
        else if (items[i].state == MH_NEIGHBOR_PERMANENT)
            note_permanent(builder, &items[i]);
    }
    mh_prediction_clear(&after);
}

void mh_plan_restore_proxies(struct mh_plan_builder *builder, const struct mh_prediction *to,
                             const struct mh_prediction *from, struct mh_list **ops)
{
    size_t count, left;
    const struct mh_neighbor *items = neighbors_of(to, &count), *found = neighbors_of(from, &left);
    for (size_t i = 0; i < count && left < count; i++) {
        const struct mh_op op = {.kind = MH_OP_PROXY_ADD, .of.proxy = items[i]};
        if (items[i].proxy && !is_among(&items[i], found, left))
            mh_plan_push(builder, ops, &op);
    }
}

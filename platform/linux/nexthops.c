#include "nexthops.h"

#include <stdlib.h>
#include <string.h>

struct object {
    uint32_t id;
    bool blackhole;
    struct mh_next_hop hop;
    uint16_t member_count;
    struct mh_nexthop_member *members; /* its own; NULL when there are none */
};

struct mh_nexthops {
    size_t count, capacity;
    struct object *objects; /* by id */
};

struct mh_nexthops *mh_nexthops_new(void)
{
    return calloc(1, sizeof(struct mh_nexthops));
}

void mh_nexthops_clear(struct mh_nexthops *objects)
{
    for (size_t i = 0; i < objects->count; i++)
        free(objects->objects[i].members);
    objects->count = 0;
}

void mh_nexthops_free(struct mh_nexthops *objects)
{
    if (objects == NULL)
        return;
    mh_nexthops_clear(objects);
    free(objects->objects);
    free(objects);
}

/* Where `id` is, or would be. */
static size_t position_of(const struct mh_nexthops *objects, uint32_t id)
{
    size_t low = 0, high = objects->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (objects->objects[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct object *find(const struct mh_nexthops *objects, uint32_t id)
{
    size_t position = position_of(objects, id);
    if (position == objects->count || objects->objects[position].id != id)
        return NULL;
    return &objects->objects[position];
}

static bool same_members(const struct object *object, const struct mh_nexthop *other)
{
    if (object->member_count != other->member_count)
        return false;
    for (size_t i = 0; i < object->member_count; i++)
        if (object->members[i].id != other->members[i].id ||
            object->members[i].weight != other->members[i].weight)
            return false;
    return true;
}

static bool same(const struct object *object, const struct mh_nexthop *other)
{
    return object->blackhole == other->blackhole && object->hop.interface == other->hop.interface &&
           object->hop.flags == other->hop.flags &&
           mh_address_equal(&object->hop.gateway, &other->hop.gateway) && same_members(object, other);
}

static bool fill(struct object *object, const struct mh_nexthop *source)
{
    struct mh_nexthop_member *members = NULL;
    if (source->member_count > 0) {
        members = malloc(source->member_count * sizeof *members);
        if (members == NULL)
            return false;
        memcpy(members, source->members, source->member_count * sizeof *members);
    }
    *object = (struct object){source->id, source->blackhole, source->hop, source->member_count, members};
    return true;
}

static bool grow(struct mh_nexthops *objects)
{
    if (objects->count < objects->capacity)
        return true;
    size_t capacity = objects->capacity == 0 ? 16 : 2 * objects->capacity;
    struct object *larger = realloc(objects->objects, capacity * sizeof *larger);
    if (larger == NULL)
        return false;
    objects->objects = larger;
    objects->capacity = capacity;
    return true;
}

static enum mh_error insert(struct mh_nexthops *objects, const struct mh_nexthop *source)
{
    struct object added;
    if (!grow(objects) || !fill(&added, source))
        return MH_NO_MEMORY;
    size_t position = position_of(objects, source->id);
    struct object *place = objects->objects + position;
    memmove(place + 1, place, (objects->count - position) * sizeof *place);
    *place = added;
    objects->count++;
    return MH_OK;
}

enum mh_error mh_nexthops_put(struct mh_nexthops *objects, const struct mh_nexthop *object, bool *replaced)
{
    struct object *old = find(objects, object->id), coming;
    *replaced = old != NULL && !same(old, object);
    if (old == NULL)
        return insert(objects, object);
    if (!*replaced)
        return MH_OK;
    if (!fill(&coming, object))
        return MH_NO_MEMORY;
    free(old->members);
    *old = coming;
    return MH_OK;
}

bool mh_nexthops_remove(struct mh_nexthops *objects, uint32_t id)
{
    struct object *object = find(objects, id);
    if (object == NULL)
        return false;
    size_t position = (size_t)(object - objects->objects);
    free(object->members);
    objects->count--;
    memmove(object, object + 1, (objects->count - position) * sizeof *object);
    return true;
}

/* Members of groups are no groups themselves. */
static int expand_group(const struct mh_nexthops *objects, const struct object *group,
                        struct mh_next_hop *hops)
{
    int count = 0;
    for (size_t i = 0; i < group->member_count; i++) {
        const struct object *member = find(objects, group->members[i].id);
        if (member == NULL || member->member_count > 0)
            return -1;
        if (member->blackhole)
            continue;
        hops[count] = member->hop;
        hops[count].weight = group->members[i].weight;
        count++;
    }
    if (count == 1)
        hops[0].weight = 1; /* as the kernel tells it, and as a route with one next hop has it */
    return count;
}

int mh_nexthops_expand(const struct mh_nexthops *objects, uint32_t id, struct mh_next_hop *hops,
                       bool *blackhole)
{
    const struct object *object = find(objects, id);
    *blackhole = false;
    if (object == NULL)
        return -1;
    if (object->member_count > 0) {
        int count = expand_group(objects, object, hops);
        *blackhole = count == 0; /* a group may hold one blackhole and nothing else */
        return count;
    }
    *blackhole = object->blackhole;
    if (object->blackhole)
        return 0;
    hops[0] = object->hop;
    return 1;
}

void mh_nexthops_weigh(const struct mh_nexthops *objects, uint32_t id, struct mh_next_hop *hops, size_t count)
{
    const struct object *object = find(objects, id);
    if (object == NULL || object->member_count != count)
        return;
    for (size_t i = 0; i < count; i++)
        hops[i].weight = object->members[i].weight;
}

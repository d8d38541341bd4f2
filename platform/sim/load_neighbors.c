/* Neighbours of the file. */
#include "load.h"

#include <string.h>

struct draft {
    struct mh_neighbor neighbor;
    bool has_state;
};

static const char *state_word(unsigned number)
{
    return mh_neighbor_state_name((enum mh_neighbor_state)number);
}

static bool read_state(struct sim_reader *reader, const json_t *value, void *field,
                       const struct sim_member *member)
{
    (void)member;
    struct draft *draft = field;
    unsigned number;
    if (!sim_read_word(reader, value, state_word, MH_NEIGHBOR_STATE_COUNT, &number))
        return false;
    draft->neighbor.state = (uint8_t)number;
    draft->has_state = true;
    return true;
}

static bool read_mac(struct sim_reader *reader, const json_t *value, void *field,
                     const struct sim_member *member)
{
    (void)member;
    struct mh_neighbor *neighbor = field;
    size_t length = json_is_string(value)
                        ? mh_hardware_address_parse(json_string_value(value), neighbor->hardware_address)
                        : 0;
    if (length == 0)
        return sim_refuse(reader, value, "a link address, \"02:00:00:00:00:01\"", "the value is not valid");
    neighbor->hardware_address_length = (uint8_t)length;
    return true;
}

#define FIELD(name) offsetof(struct draft, name)

static const struct sim_member members[] = {
    {"interface", sim_interface_ref, FIELD(neighbor.interface), 0, 0},
    {"address", sim_address, FIELD(neighbor.address), 0, 0},
    {"mac", read_mac, FIELD(neighbor), 0, 0},
    {"state", read_state, 0, 0, 0},
    {"router", sim_bool, FIELD(neighbor.router), 0, 0},
    {"proxy", sim_bool, FIELD(neighbor.proxy), 0, 0},
    {NULL, NULL, 0, 0, 0},
};

static bool is_there(const struct sim_host *host, const struct mh_neighbor *neighbor)
{
    const struct mh_neighbor *items = sim_neighbors(host);
    for (size_t i = 0; i < sim_count(host, MH_SECTION_NEIGHBORS); i++)
        if (items[i].interface == neighbor->interface && items[i].proxy == neighbor->proxy &&
            mh_address_equal(&items[i].address, &neighbor->address))
            return true;
    return false;
}

static bool add(struct sim_reader *reader, const json_t *value, struct draft *draft)
{
    struct mh_neighbor *neighbor = &draft->neighbor;
    if (neighbor->address.family == MH_FAMILY_NONE)
        return sim_refuse(reader, NULL, "the neighbour's address", "\"address\" is missing");
    if (neighbor->interface == 0 && !neighbor->proxy)
        return sim_refuse(reader, NULL, "the name of an interface", "\"interface\" is missing");
    if (!draft->has_state && !neighbor->proxy)
        neighbor->state = neighbor->hardware_address_length > 0 ? MH_NEIGHBOR_REACHABLE : MH_NEIGHBOR_FAILED;
    if (is_there(reader->host, neighbor))
        return sim_refuse(reader, value, "each neighbour once", "the same neighbour stands before this one");
    struct mh_list **list = &reader->host->lists[MH_SECTION_NEIGHBORS];
    return mh_list_insert(list, mh_list_count(*list), neighbor) || sim_refuse_memory(reader);
}

static bool read_neighbor(struct sim_reader *reader, const json_t *value, void *context)
{
    (void)context;
    struct draft draft = {.neighbor = {.state = MH_NEIGHBOR_NONE}};
    return sim_read_members(reader, value, members, &draft) && add(reader, value, &draft);
}

bool sim_load_neighbors(struct sim_reader *reader, const json_t *neighbors)
{
    return sim_read_items(reader, neighbors, read_neighbor, NULL);
}

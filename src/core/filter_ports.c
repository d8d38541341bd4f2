/* The destination ports that rules compare with: packets to them are those that a filter treats in a way of
 * their own. */
#include "core/filter_parts.h"

struct ports {
    uint16_t *items;
    size_t count, room;
};

static void note(struct ports *ports, uint32_t port)
{
    for (size_t i = 0; i < ports->count; i++)
        if (ports->items[i] == port)
            return;
    if (port != 0 && port <= UINT16_MAX && ports->count < ports->room)
        ports->items[ports->count++] = (uint16_t)port;
}

/* The first port of each range of the field. */
static void note_set(struct ports *ports, const struct mh_filter_set *set, size_t field)
{
    for (size_t i = 0; i < set->count && ports->count < ports->room && field < set->field_count; i++)
        note(ports, mh_filter_value_number(&set->ranges[i * set->field_count + field].low));
}

static void note_statement(const struct mh_filter *filter, struct ports *ports,
                           const struct mh_filter_statement *statement)
{
    bool looks_up = statement->kind == MH_FILTER_MATCH || statement->kind == MH_FILTER_VMAP;
    for (size_t i = 0; looks_up && statement->set < filter->set_count && i < statement->key_count; i++)
        if (statement->keys[i].kind == MH_FILTER_KEY_DESTINATION_PORT)
            note_set(ports, &filter->sets[statement->set], i);
}

size_t mh_filter_ports(const struct mh_filter *filter, uint16_t ports[], size_t room)
{
    struct ports found = {ports, 0, room};
    for (size_t i = 0; i < filter->chain_count; i++)
        for (size_t j = 0; j < filter->chains[i].count; j++)
            for (size_t k = 0; k < filter->chains[i].rules[j].count; k++)
                note_statement(filter, &found, &filter->chains[i].rules[j].statements[k]);
    return found.count;
}

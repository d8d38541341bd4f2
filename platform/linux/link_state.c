/* What is remembered of links between two readings. */
#include "linux.h"

#include <stdlib.h>
#include <string.h>

enum mh_error mh_linux_remember_links(struct mh_linux *host, const struct mh_link *links, size_t count)
{
    struct mh_link_state *states = calloc(count + 1, sizeof *states);
    if (states == NULL)
        return MH_NO_MEMORY;
    for (size_t i = 0; i < count; i++)
        states[i] = (struct mh_link_state){links[i].interface.index, links[i].interface.up,
                                           links[i].interface.carrier};
    free(host->links);
    host->links = states;
    host->link_count = count;
    return MH_OK;
}

static size_t position_of(const struct mh_linux *host, uint32_t index)
{
    size_t low = 0, high = host->link_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (host->links[middle].index < index)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct mh_link_state *mh_linux_link_state(struct mh_linux *host, uint32_t index)
{
    size_t position = position_of(host, index);
    if (position == host->link_count || host->links[position].index != index)
        return NULL;
    return &host->links[position];
}

enum mh_error mh_linux_add_link_state(struct mh_linux *host, const struct mh_link_state *state)
{
    struct mh_link_state *larger = realloc(host->links, (host->link_count + 1) * sizeof *larger);
    if (larger == NULL)
        return MH_NO_MEMORY;
    host->links = larger;
    size_t position = position_of(host, state->index);
    memmove(larger + position + 1, larger + position, (host->link_count - position) * sizeof *larger);
    larger[position] = *state;
    host->link_count++;
    return MH_OK;
}

void mh_linux_remove_link_state(struct mh_linux *host, uint32_t index)
{
    struct mh_link_state *state = mh_linux_link_state(host, index);
    if (state == NULL)
        return;
    size_t behind = host->link_count - (size_t)(state - host->links) - 1;
    memmove(state, state + 1, behind * sizeof *state);
    host->link_count--;
}

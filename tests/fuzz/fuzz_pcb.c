/* The name of a layout in a line, and behind it bytes as if that system's sysctl had told them of sockets, of
 * open files, of a process and of nodes. */
#include "bsd/pcb.h"

#include <stdlib.h>
#include <string.h>

enum { NAME_MAX_LENGTH = 32, ALL = MH_ENDPOINT_LISTENING | MH_ENDPOINT_CONNECTED };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void insist(bool holds)
{
    if (!holds)
        abort();
}

static void read_sockets(const struct mh_pcb_table *table, uint8_t protocol)
{
    struct mh_endpoints endpoints = {0};
    (void)mh_pcb_read_sockets(table, protocol, ALL, &endpoints, NULL);
    insist(endpoints.count <= table->length);
    for (size_t i = 0; i < endpoints.count; i++)
        insist(endpoints.items[i].local.family != MH_FAMILY_NONE && endpoints.items[i].state != 0);
    mh_endpoints_clear(&endpoints);
}

static void read_others(const struct mh_pcb_table *table)
{
    struct mh_pcb_file file;
    struct mh_pcb_process process;
    int32_t number;
    for (size_t offset = 0, before = 0; mh_pcb_next_file(table, &offset, &file) == MH_OK; before = offset)
        insist(offset > before && offset <= table->length && file.key != 0);
    if (mh_pcb_read_process(table, &process) == MH_OK)
        insist(strlen(process.name) < sizeof process.name);
    (void)mh_pcb_find_node(table, "pcblist", &number);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char name[NAME_MAX_LENGTH + 1] = "";
    const uint8_t *line_end = memchr(data, '\n', size < NAME_MAX_LENGTH ? size : NAME_MAX_LENGTH);
    if (line_end == NULL)
        return 0;
    memcpy(name, data, (size_t)(line_end - data));
    const struct mh_rt_layout *layout = mh_rt_layout_find(name);
    size_t length = size - (size_t)(line_end + 1 - data);
    uint8_t *copy = layout == NULL ? NULL : malloc(length > 0 ? length : 1); /* exactly as large */
    if (copy == NULL)
        return 0;
    memcpy(copy, line_end + 1, length);
    const struct mh_pcb_table table = {layout, copy, length};
    read_sockets(&table, MH_ENDPOINT_TCP);
    read_sockets(&table, MH_ENDPOINT_UDP);
    read_others(&table);
    free(copy);
    return 0;
}

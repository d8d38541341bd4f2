/* What is alike in the systems' tables of sockets, open files and processes. */
#include "pcb.h"

#include "pcb_numbers.h"
#include "pcb_parts.h"

#include <string.h>

/* Alike on all; NetBSD's headers keep it to the kernel. */
enum { DTYPE_SOCKET = FREEBSD_DTYPE_SOCKET };

uint64_t mh_pcb_number(const struct mh_pcb_record *record, enum mh_pcb_field field)
{
    const struct mh_pcb_place *place = &record->layout->places[field];
    if (place->width == 0)
        return 0;
    return mh_rt_read_number(record->order, record->bytes + place->offset, place->width);
}

const uint8_t *mh_pcb_octets(const struct mh_pcb_record *record, enum mh_pcb_field field)
{
    return record->bytes + record->layout->places[field].offset;
}

/* The name of a program is any octets. */
static void take_name(const struct mh_pcb_record *record, enum mh_pcb_field field,
                      char name[MH_PROCESS_NAME_SIZE])
{
    const char *octets = (const char *)mh_pcb_octets(record, field);
    size_t length = record->layout->places[field].width;
    size_t used = 0;
    while (used < length && used + 1 < MH_PROCESS_NAME_SIZE && octets[used] != '\0') {
        name[used] = octets[used];
        if (octets[used] < ' ' || octets[used] > '~')
            name[used] = '?';
        used++;
    }
    name[used] = '\0';
}

/* ---- open files ------------------------------------------------------------------------------------ */

/* FreeBSD's records say how long they are; of others it was asked how long they are to be. */
static bool next_record(const struct mh_pcb_table *table, size_t *offset, struct mh_pcb_record *record)
{
    const struct mh_pcb_layout *layout = record->layout;
    size_t left = table->length - *offset, length = layout->file_size;
    record->bytes = table->bytes + *offset;
    if (left < length)
        return false;
    if (layout->system == MH_RT_FREEBSD) {
        uint64_t told = mh_rt_read_number(table->layout, record->bytes, 8);
        if (told < length || told > left)
            return false;
        length = (size_t)told;
    }
    *offset += length;
    return true;
}

static bool is_socket(const struct mh_pcb_record *record, struct mh_pcb_file *file)
{
    uint64_t key = mh_pcb_number(record, MH_PCB_FILE_KEY), pid = mh_pcb_number(record, MH_PCB_FILE_PID);
    if (mh_pcb_number(record, MH_PCB_FILE_TYPE) != DTYPE_SOCKET || key == 0 || key == UINT64_MAX ||
        pid == 0 || pid > INT32_MAX)
        return false;
    *file = (struct mh_pcb_file){.key = key, .pid = (uint32_t)pid};
    if (record->layout->places[MH_PCB_FILE_NAME].width != 0)
        take_name(record, MH_PCB_FILE_NAME, file->process);
    return true;
}

enum mh_error mh_pcb_next_file(const struct mh_pcb_table *table, size_t *offset, struct mh_pcb_file *file)
{
    struct mh_pcb_record record = {.layout = mh_pcb_layout_of(table->layout), .order = table->layout};
    while (*offset < table->length) {
        if (!next_record(table, offset, &record))
            return MH_MALFORMED;
        if (is_socket(&record, file))
            return MH_OK;
    }
    return MH_NOT_FOUND;
}

/* ---- processes ------------------------------------------------------------------------------------- */

enum mh_error mh_pcb_read_process(const struct mh_pcb_table *table, struct mh_pcb_process *process)
{
    const struct mh_pcb_record record = {mh_pcb_layout_of(table->layout), table->layout, table->bytes};
    if (table->length == 0)
        return MH_NOT_FOUND;
    if (table->length < record.layout->process_size)
        return MH_MALFORMED;
    process->pid = (uint32_t)mh_pcb_number(&record, MH_PCB_PID);
    process->parent = (uint32_t)mh_pcb_number(&record, MH_PCB_PARENT);
    take_name(&record, MH_PCB_NAME, process->name);
    return MH_OK;
}

/* ---- nodes ----------------------------------------------------------------------------------------- */

enum mh_error mh_pcb_find_node(const struct mh_pcb_table *table, const char *name, int32_t *number)
{
    struct mh_pcb_record record = {.layout = mh_pcb_layout_of(table->layout), .order = table->layout};
    size_t room = record.layout->places[MH_PCB_NODE_NAME].width;
    for (size_t offset = 0; offset < table->length; offset += MH_NETBSD_NODE_SIZE) {
        record.bytes = table->bytes + offset;
        if (table->length - offset < MH_NETBSD_NODE_SIZE)
            return MH_MALFORMED;
        if (strncmp((const char *)mh_pcb_octets(&record, MH_PCB_NODE_NAME), name, room) == 0) {
            *number = (int32_t)(uint32_t)mh_pcb_number(&record, MH_PCB_NODE_NUMBER);
            return MH_OK;
        }
    }
    return MH_NOT_FOUND;
}

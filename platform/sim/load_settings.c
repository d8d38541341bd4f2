/* Settings: what the system has, then what the file says of all interfaces, of new ones, and of each. */
#include "load.h"

#include <stdio.h>
#include <string.h>

static bool put(struct sim_reader *reader, uint32_t interface, const struct sim_setting_row *row,
                int32_t value)
{
    const struct mh_setting setting = {
        .interface = interface, .value = value, .family = (uint8_t)row->family, .id = (uint8_t)row->id};
    return sim_put_setting(reader->host, &setting) || sim_refuse_memory(reader);
}

/* ---- the system's own ------------------------------------------------------------------------------ */

static bool put_host_wide(struct sim_reader *reader)
{
    bool done = true;
    for (const struct sim_setting_row *row = reader->host->personality->settings;
         row->family != MH_FAMILY_NONE && done; row++) {
        if (row->where & SIM_HOST_WIDE)
            done = put(reader, MH_SETTING_ALL, row, row->value);
        if (done && row->where & SIM_DEFAULT)
            done = put(reader, MH_SETTING_DEFAULT, row, row->value);
    }
    return done;
}

/* A new interface starts with the default. */
static bool put_on(struct sim_reader *reader, const struct mh_interface *interface)
{
    bool done = true;
    for (const struct sim_setting_row *row = reader->host->personality->settings;
         row->family != MH_FAMILY_NONE && done; row++) {
        int32_t value = row->where & SIM_DEFAULT
                            ? sim_setting(reader->host, MH_SETTING_DEFAULT, row->family, row->id)
                            : row->value;
        if (interface->kind == MH_KIND_LOOPBACK)
            value += row->on_loopback;
        if (row->where & SIM_PER_INTERFACE)
            done = put(reader, interface->index, row, value);
    }
    return done;
}

static bool put_on_each(struct sim_reader *reader)
{
    for (size_t i = 0; i < sim_count(reader->host, MH_SECTION_INTERFACES); i++)
        if (!put_on(reader, &sim_interfaces(reader->host)[i].base))
            return false;
    return true;
}

/* ---- the file's ------------------------------------------------------------------------------------ */

struct place {
    uint32_t interface;
    enum mh_family family;
};

static const struct sim_setting_row *find_row(const struct sim_reader *reader, const char *name,
                                              enum mh_family family)
{
    const struct sim_setting_row *row = reader->host->personality->settings;
    for (; row->family != MH_FAMILY_NONE; row++)
        if (row->family == family && strcmp(mh_setting_name(row->id), name) == 0)
            return row;
    return NULL;
}

static unsigned where_of(uint32_t interface)
{
    return interface == MH_SETTING_ALL       ? SIM_HOST_WIDE
           : interface == MH_SETTING_DEFAULT ? SIM_DEFAULT
                                             : SIM_PER_INTERFACE;
}

static bool refuse_setting(struct sim_reader *reader, const char *name, const struct place *place)
{
    static const char *const places[] = {[SIM_HOST_WIDE] = "for the whole host",
                                         [SIM_DEFAULT] = "as a default",
                                         [SIM_PER_INTERFACE] = "per interface"};
    char expected[96];
    (void)snprintf(expected, sizeof expected, "an %s setting that %s has %s",
                   place->family == MH_IPV4 ? "IPv4" : "IPv6", reader->host->personality->title,
                   places[where_of(place->interface)]);
    return sim_refuse_name(reader, name, expected, "there is no such setting");
}

static bool read_setting(struct sim_reader *reader, const char *name, const json_t *value, void *context)
{
    static const struct sim_member limits = {"", NULL, 0, INT32_MIN, INT32_MAX};
    const struct place *place = context;
    const struct sim_setting_row *row = find_row(reader, name, place->family);
    int32_t number;
    if (row == NULL || !(row->where & where_of(place->interface)))
        return refuse_setting(reader, name, place);
    if (!sim_i32(reader, value, &number, &limits) || !put(reader, place->interface, row, number))
        return false;
    const struct mh_setting setting = {.interface = place->interface,
                                       .value = number,
                                       .family = (uint8_t)row->family,
                                       .id = (uint8_t)row->id};
    bool (*written)(struct sim_host *, const struct mh_setting *) =
        reader->host->personality->setting_written;
    return place->interface != MH_SETTING_ALL || written == NULL || written(reader->host, &setting) ||
           sim_refuse_memory(reader);
}

static bool read_family(struct sim_reader *reader, const json_t *value, void *field,
                        const struct sim_member *member)
{
    struct place place = {*(const uint32_t *)field, member->least == 4 ? MH_IPV4 : MH_IPV6};
    return sim_read_each(reader, value, read_setting, &place);
}

static const struct sim_member families[] = {
    {"ipv4", read_family, 0, 4, 0}, {"ipv6", read_family, 0, 6, 0}, {NULL, NULL, 0, 0, 0}};

bool sim_load_settings_of(struct sim_reader *reader, const json_t *settings, uint32_t interface)
{
    return sim_read_members(reader, settings, families, &interface);
}

struct sections {
    const json_t *all, *defaults;
};

static const struct sim_member sections[] = {
    {"all", sim_json, offsetof(struct sections, all), 0, 0},
    {"default", sim_json, offsetof(struct sections, defaults), 0, 0},
    {NULL, NULL, 0, 0, 0},
};

static bool load_part(struct sim_reader *reader, const char *name, const json_t *value, uint32_t interface)
{
    if (value == NULL)
        return true;
    size_t outer = sim_enter(reader, "settings");
    size_t depth = sim_enter(reader, name);
    bool done = sim_load_settings_of(reader, value, interface);
    sim_leave(reader, depth);
    sim_leave(reader, outer);
    return done;
}

static bool read_sections(struct sim_reader *reader, const json_t *settings, struct sections *parts)
{
    if (settings == NULL)
        return true;
    size_t depth = sim_enter(reader, "settings");
    bool done = sim_read_members(reader, settings, sections, parts);
    sim_leave(reader, depth);
    return done;
}

/* What is written to `all` reaches interfaces and the default on some systems; what the file says of those
 * wins. */
bool sim_load_settings(struct sim_reader *reader, const json_t *settings, const json_t *interfaces)
{
    struct sections parts = {0};
    return read_sections(reader, settings, &parts) && put_host_wide(reader) &&
           load_part(reader, "default", parts.defaults, MH_SETTING_DEFAULT) && put_on_each(reader) &&
           load_part(reader, "all", parts.all, MH_SETTING_ALL) &&
           load_part(reader, "default", parts.defaults, MH_SETTING_DEFAULT) &&
           sim_for_interface_parts(reader, interfaces, SIM_PART_SETTINGS);
}

/* Interfaces: names and numbers first, then what refers to other interfaces. */
#include "load.h"

#include "core/selector.h"

#include <stdio.h>
#include <string.h>

/* An interface as the file has it. */
struct draft {
    char name[MH_NAME_SIZE];
    uint64_t luid;
    uint32_t group;
    uint32_t index, mtu, table;         /* 0: not given */
    uint8_t kind;                       /* MH_KIND_COUNT: not given */
    int8_t up, carrier, point_to_point; /* -1: not given */
    bool lower_is_elsewhere;
    uint8_t hardware_address_length;
    uint8_t hardware_address[MH_HARDWARE_ADDRESS_SIZE];
    char native_kind[MH_SELECTOR_NAME_SIZE];
    char groups[MH_GROUPS_SIZE];
    const json_t *master, *lower, *domain, *addresses, *settings;
};

struct drafts {
    struct mh_list *list; /* struct draft, in the order of the file */
};

/* ---- the members ----------------------------------------------------------------------------------- */

static const char *kind_word(unsigned number)
{
    return mh_kind_name((enum mh_kind)number);
}

static bool read_kind(struct sim_reader *reader, const json_t *value, void *field,
                      const struct sim_member *member)
{
    (void)member;
    unsigned number;
    if (!sim_read_word(reader, value, kind_word, MH_KIND_COUNT, &number))
        return false;
    *(uint8_t *)field = (uint8_t)number;
    return true;
}

static bool read_mac(struct sim_reader *reader, const json_t *value, void *field,
                     const struct sim_member *member)
{
    (void)member;
    struct draft *draft = field;
    size_t length = json_is_string(value)
                        ? mh_hardware_address_parse(json_string_value(value), draft->hardware_address)
                        : 0;
    if (length == 0)
        return sim_refuse(reader, value, "a link address, \"02:00:00:00:00:01\"", "the value is not valid");
    draft->hardware_address_length = (uint8_t)length;
    return true;
}

static bool read_luid(struct sim_reader *reader, const json_t *value, void *field,
                      const struct sim_member *member)
{
    (void)member;
    return (json_is_string(value) && mh_luid_parse(json_string_value(value), field)) ||
           sim_refuse(reader, value, "a LUID, \"0x6008000000000\"", "the value is not valid");
}

static bool is_group_name(const json_t *value)
{
    const char *name = json_string_value(value);
    if (name == NULL || name[0] == '\0' || strlen(name) != json_string_length(value))
        return false;
    for (; *name != '\0'; name++)
        if (*name <= ' ' || *name > '~')
            return false;
    return true;
}

static bool add_group(struct sim_reader *reader, const json_t *name, char *groups)
{
    size_t used = strlen(groups);
    if (!is_group_name(name))
        return sim_refuse(reader, name, "a name, \"egress\"", "the value is not valid");
    if (used + (used > 0) + json_string_length(name) >= MH_GROUPS_SIZE)
        return sim_refuse(reader, name, "127 octets together", "these are too many groups");
    (void)snprintf(groups + used, MH_GROUPS_SIZE - used, "%s%s", used > 0 ? " " : "",
                   json_string_value(name));
    return true;
}

static bool read_groups(struct sim_reader *reader, const json_t *value, void *field,
                        const struct sim_member *member)
{
    (void)member;
    bool done =
        json_is_array(value) || sim_refuse(reader, value, "a list of names", "the value is not valid");
    for (size_t i = 0; i < json_array_size(value) && done; i++) {
        size_t depth = sim_enter_item(reader, i);
        done = add_group(reader, json_array_get(value, i), field);
        sim_leave(reader, depth);
    }
    return done;
}

#define FIELD(name) offsetof(struct draft, name)

static const struct sim_member members[] = {
    {"index", sim_u32, FIELD(index), 1, INT32_MAX},
    {"kind", read_kind, FIELD(kind), 0, 0},
    {"native_kind", sim_text, FIELD(native_kind), 0, MH_SELECTOR_NAME_SIZE},
    {"mac", read_mac, 0, 0, 0},
    {"luid", read_luid, FIELD(luid), 0, 0},
    {"mtu", sim_u32, FIELD(mtu), 68, UINT32_MAX},
    {"group", sim_u32, FIELD(group), 0, INT32_MAX},
    {"groups", read_groups, FIELD(groups), 0, 0},
    {"up", sim_maybe, FIELD(up), 0, 0},
    {"carrier", sim_maybe, FIELD(carrier), 0, 0},
    {"point_to_point", sim_maybe, FIELD(point_to_point), 0, 0},
    {"master", sim_json, FIELD(master), 0, 0},
    {"lower", sim_json, FIELD(lower), 0, 0},
    {"lower_is_elsewhere", sim_bool, FIELD(lower_is_elsewhere), 0, 0},
    {"domain", sim_json, FIELD(domain), 0, 0},
    {"table", sim_u32, FIELD(table), 1, UINT32_MAX},
    {"addresses", sim_json, FIELD(addresses), 0, 0},
    {"settings", sim_json, FIELD(settings), 0, 0},
    {NULL, NULL, 0, 0, 0},
};

static struct draft empty_draft(const char *name)
{
    struct draft draft = {.kind = MH_KIND_COUNT, .up = -1, .carrier = -1, .point_to_point = -1};
    (void)snprintf(draft.name, sizeof draft.name, "%s", name);
    return draft;
}

static const struct draft *drafts_of(const struct drafts *drafts)
{
    return mh_list_items(drafts->list);
}

static bool index_is_free(const struct drafts *drafts, uint32_t index)
{
    for (size_t i = 0; i < mh_list_count(drafts->list); i++)
        if (drafts_of(drafts)[i].index == index)
            return false;
    return true;
}

static bool refuse_index(struct sim_reader *reader, const json_t *value)
{
    size_t depth = sim_enter(reader, "index");
    (void)sim_refuse(reader, json_object_get(value, "index"), "a number of its own",
                     "another interface has this index");
    sim_leave(reader, depth);
    return false;
}

static bool read_draft(struct sim_reader *reader, const char *name, const json_t *value, void *context)
{
    struct drafts *drafts = context;
    struct draft draft = empty_draft(name);
    if (name[0] == '\0' || strlen(name) >= MH_NAME_SIZE)
        return sim_refuse_name(reader, name, "1 to 255 octets", "the name of the interface is not valid");
    if (!sim_read_members(reader, value, members, &draft))
        return false;
    if (draft.index != 0 && !index_is_free(drafts, draft.index))
        return refuse_index(reader, value);
    return mh_list_insert(&drafts->list, mh_list_count(drafts->list), &draft) || sim_refuse_memory(reader);
}

/* ---- what the system fills in ---------------------------------------------------------------------- */

static bool is_loopback(const struct sim_reader *reader, const struct draft *draft)
{
    return strcmp(draft->name, reader->host->personality->loopback_name) == 0;
}

static bool add_loopback(struct sim_reader *reader, struct drafts *drafts)
{
    const struct sim_personality *personality = reader->host->personality;
    size_t count = mh_list_count(drafts->list);
    for (size_t i = 0; i < count; i++)
        if (is_loopback(reader, &drafts_of(drafts)[i]))
            return true;
    struct draft draft = empty_draft(personality->loopback_name);
    return mh_list_insert(&drafts->list, count, &draft) || sim_refuse_memory(reader);
}

static uint32_t next_free(const struct drafts *drafts, uint32_t from)
{
    while (!index_is_free(drafts, from))
        from++;
    return from;
}

static bool number_draft(struct sim_reader *reader, struct drafts *drafts, size_t position)
{
    const struct sim_personality *personality = reader->host->personality;
    struct draft draft = drafts_of(drafts)[position];
    if (draft.index != 0)
        return true;
    bool has_own = is_loopback(reader, &draft) && personality->loopback_index != 0;
    draft.index = next_free(drafts, has_own ? personality->loopback_index : personality->first_index);
    return mh_list_replace(&drafts->list, position, &draft) || sim_refuse_memory(reader);
}

static bool number_all(struct sim_reader *reader, struct drafts *drafts)
{
    for (size_t i = 0; i < mh_list_count(drafts->list); i++)
        if (!number_draft(reader, drafts, i))
            return false;
    return true;
}

static bool is_tunnel(enum mh_kind kind)
{
    return kind == MH_KIND_TUN || kind == MH_KIND_TUNNEL || kind == MH_KIND_WIREGUARD || kind == MH_KIND_PPP;
}

static uint32_t usual_mtu(const struct sim_reader *reader, const struct mh_interface *interface)
{
    if (interface->kind == MH_KIND_LOOPBACK)
        return reader->host->personality->loopback_mtu;
    return interface->kind == MH_KIND_WIREGUARD ? 1420 : 1500;
}

/* Locally administered, "SIM" and the index: no two interfaces have the same. */
static void invent_mac(const struct sim_reader *reader, struct mh_interface *interface)
{
    const uint8_t invented[6] = {
        0x02, 'S', 'I', 'M', (uint8_t)(interface->index >> 8), (uint8_t)interface->index};
    bool is_lo = interface->kind == MH_KIND_LOOPBACK;
    if (is_tunnel((enum mh_kind)interface->kind) || (is_lo && !reader->host->personality->loopback_has_mac))
        return;
    interface->hardware_address_length = sizeof invented;
    if (!is_lo)
        memcpy(interface->hardware_address, invented, sizeof invented);
}

static void name_kind(const struct sim_reader *reader, struct mh_interface *interface)
{
    enum mh_kind kind = (enum mh_kind)interface->kind;
    bool is_plain = kind == MH_KIND_PHYSICAL || kind == MH_KIND_LOOPBACK || kind == MH_KIND_WIRELESS ||
                    kind == MH_KIND_TUNNEL || kind == MH_KIND_OTHER;
    if (interface->native_kind[0] == '\0' && reader->host->personality->names_kinds && !is_plain)
        (void)snprintf(interface->native_kind, sizeof interface->native_kind, "%s",
                       kind == MH_KIND_TAP ? "tun" : mh_kind_name(kind));
}

static struct sim_interface finish(const struct sim_reader *reader, const struct draft *draft)
{
    bool is_lo = is_loopback(reader, draft);
    struct sim_interface interface = {
        .base = {.index = draft->index, .mtu = draft->mtu, .group = draft->group}, .table = draft->table};
    struct mh_interface *base = &interface.base;
    memcpy(base->name, draft->name, sizeof base->name);
    memcpy(base->native_kind, draft->native_kind, sizeof base->native_kind);
    memcpy(base->groups, draft->groups, sizeof base->groups);
    memcpy(base->hardware_address, draft->hardware_address, sizeof base->hardware_address);
    base->hardware_address_length = draft->hardware_address_length;
    base->kind = draft->kind != MH_KIND_COUNT ? draft->kind : is_lo ? MH_KIND_LOOPBACK : MH_KIND_PHYSICAL;
    base->luid = draft->luid;
    base->up = draft->up != 0;
    base->carrier = draft->carrier >= 0 ? draft->carrier > 0 : base->up;
    base->point_to_point =
        draft->point_to_point >= 0 ? draft->point_to_point > 0 : is_tunnel((enum mh_kind)base->kind);
    base->lower_is_elsewhere = draft->lower_is_elsewhere;
    if (base->mtu == 0)
        base->mtu = usual_mtu(reader, base);
    if (base->hardware_address_length == 0)
        invent_mac(reader, base);
    name_kind(reader, base);
    return interface;
}

/* ---- what refers to others ------------------------------------------------------------------------- */

static bool put_back(struct sim_reader *reader, const struct sim_interface *interface)
{
    const struct sim_interface *items = sim_interfaces(reader->host);
    for (size_t i = 0; i < sim_count(reader->host, MH_SECTION_INTERFACES); i++)
        if (items[i].base.index == interface->base.index)
            return mh_list_replace(&reader->host->lists[MH_SECTION_INTERFACES], i, interface) ||
                   sim_refuse_memory(reader);
    return true;
}

static bool refer(struct sim_reader *reader, const char *name, const json_t *value, uint32_t own,
                  uint32_t *index)
{
    if (value == NULL || json_is_null(value))
        return true;
    size_t depth = sim_enter(reader, name);
    bool done = sim_interface_ref(reader, value, index, NULL);
    if (done && *index == own)
        done = sim_refuse(reader, value, "another interface", "an interface cannot be its own %s", name);
    sim_leave(reader, depth);
    return done;
}

/* `lower` is a number where it is in another namespace. */
static bool refer_lower(struct sim_reader *reader, const struct draft *draft, struct sim_interface *interface)
{
    static const struct sim_member number = {"lower", NULL, 0, 1, INT32_MAX};
    if (!draft->lower_is_elsewhere || draft->lower == NULL)
        return refer(reader, "lower", draft->lower, draft->index, &interface->base.lower);
    size_t depth = sim_enter(reader, "lower");
    bool done = sim_u32(reader, draft->lower, &interface->base.lower, &number);
    sim_leave(reader, depth);
    return done;
}

static bool refer_domain(struct sim_reader *reader, const struct draft *draft,
                         struct sim_interface *interface)
{
    static const struct sim_member number = {"domain", NULL, 0, 0, UINT8_MAX};
    if (draft->domain == NULL || json_is_null(draft->domain))
        return true;
    size_t depth = sim_enter(reader, "domain");
    bool is_name = reader->host->personality->domains_are_interfaces;
    bool done = is_name ? sim_interface_ref(reader, draft->domain, &interface->base.domain, NULL)
                        : sim_u32(reader, draft->domain, &interface->base.domain, &number);
    const struct sim_interface *vrf = is_name ? sim_interface_at(reader->host, interface->base.domain) : NULL;
    if (done && is_name && vrf->base.kind != MH_KIND_VRF)
        done = sim_refuse(reader, draft->domain, "an interface of kind \"vrf\"", "%s is no domain",
                          vrf->base.name);
    sim_leave(reader, depth);
    return done;
}

static bool check_table(struct sim_reader *reader, const struct draft *draft,
                        const struct sim_interface *interface)
{
    bool is_vrf = interface->base.kind == MH_KIND_VRF;
    if (is_vrf && draft->table == 0)
        return sim_refuse(reader, NULL, "\"table\": a number", "a VRF device needs its table");
    if (!is_vrf && draft->table != 0) {
        size_t depth = sim_enter(reader, "table");
        (void)sim_refuse_name(reader, "table", "\"kind\": \"vrf\"", "only a VRF device has a table");
        sim_leave(reader, depth);
        return false;
    }
    return true;
}

static bool resolve(struct sim_reader *reader, const struct draft *draft)
{
    struct sim_interface interface = *sim_interface_named(reader->host, draft->name);
    size_t outer = sim_enter(reader, "interfaces");
    size_t depth = sim_enter(reader, draft->name);
    bool done = refer(reader, "master", draft->master, draft->index, &interface.base.master) &&
                refer_lower(reader, draft, &interface) && refer_domain(reader, draft, &interface) &&
                check_table(reader, draft, &interface) && put_back(reader, &interface);
    sim_leave(reader, depth);
    sim_leave(reader, outer);
    return done;
}

/* ---- what follows from masters and lowers ---------------------------------------------------------- */

enum { MASTERS_MAX = 8 };

/* A VRF is the domain of itself and of all that is enslaved to it, directly or not. */
static uint32_t domain_of(const struct sim_host *host, const struct sim_interface *interface)
{
    for (int i = 0; i < MASTERS_MAX && interface != NULL; i++) {
        if (interface->base.kind == MH_KIND_VRF)
            return interface->base.index;
        interface = sim_interface_at(host, interface->base.master);
    }
    return 0;
}

static void follow_domain(const struct sim_host *host, struct sim_interface *interface)
{
    if (!host->personality->domains_are_interfaces) {
        interface->table = interface->base.domain;
        return;
    }
    if (interface->base.domain == 0)
        interface->base.domain = domain_of(host, interface);
    const struct sim_interface *vrf = sim_interface_at(host, interface->base.domain);
    interface->table = vrf != NULL ? vrf->table : 0;
}

static void follow_lower(const struct sim_host *host, const struct draft *draft,
                         struct sim_interface *interface)
{
    const struct sim_interface *lower =
        interface->base.lower_is_elsewhere ? NULL : sim_interface_at(host, interface->base.lower);
    bool shares = interface->base.kind == MH_KIND_VLAN || interface->base.kind == MH_KIND_IPVLAN;
    if (!shares || lower == NULL || draft->hardware_address_length != 0)
        return;
    memcpy(interface->base.hardware_address, lower->base.hardware_address, MH_HARDWARE_ADDRESS_SIZE);
    interface->base.hardware_address_length = lower->base.hardware_address_length;
}

static bool follow(struct sim_reader *reader, const struct draft *draft)
{
    struct sim_interface interface = *sim_interface_named(reader->host, draft->name);
    follow_domain(reader->host, &interface);
    follow_lower(reader->host, draft, &interface);
    return put_back(reader, &interface);
}

/* ---- all of it ------------------------------------------------------------------------------------- */

static bool add_all(struct sim_reader *reader, struct drafts *drafts)
{
    size_t count = mh_list_count(drafts->list);
    for (size_t i = 0; i < count; i++) {
        struct sim_interface interface = finish(reader, &drafts_of(drafts)[i]);
        if (!sim_add_interface(reader->host, &interface))
            return sim_refuse_memory(reader);
    }
    for (size_t i = 0; i < count; i++)
        if (!resolve(reader, &drafts_of(drafts)[i]))
            return false;
    for (size_t i = 0; i < count; i++)
        if (!follow(reader, &drafts_of(drafts)[i]))
            return false;
    return true;
}

bool sim_load_interfaces(struct sim_reader *reader, const json_t *interfaces)
{
    struct drafts drafts = {.list = mh_list_new(sizeof(struct draft))};
    if (drafts.list == NULL)
        return sim_refuse_memory(reader);
    size_t depth = sim_enter(reader, "interfaces");
    bool done = interfaces == NULL || sim_read_each(reader, interfaces, read_draft, &drafts);
    sim_leave(reader, depth);
    done = done && add_loopback(reader, &drafts) && number_all(reader, &drafts) && add_all(reader, &drafts);
    mh_list_release(drafts.list);
    return done;
}

/* ---- for other sections ---------------------------------------------------------------------------- */

struct part {
    enum sim_interface_part part;
};

static bool read_part(struct sim_reader *reader, const char *name, const json_t *value, void *context)
{
    const struct part *wanted = context;
    bool is_settings = wanted->part == SIM_PART_SETTINGS;
    const char *member = is_settings ? "settings" : "addresses";
    const json_t *found = json_object_get(value, member);
    if (found == NULL)
        return true;
    uint32_t index = sim_interface_named(reader->host, name)->base.index;
    size_t depth = sim_enter(reader, member);
    bool done = is_settings ? sim_load_settings_of(reader, found, index)
                            : sim_load_addresses_of(reader, found, index);
    sim_leave(reader, depth);
    return done;
}

bool sim_for_interface_parts(struct sim_reader *reader, const json_t *interfaces,
                             enum sim_interface_part part)
{
    struct part wanted = {part};
    if (interfaces == NULL)
        return true;
    size_t depth = sim_enter(reader, "interfaces");
    bool done = sim_read_each(reader, interfaces, read_part, &wanted);
    sim_leave(reader, depth);
    return done;
}

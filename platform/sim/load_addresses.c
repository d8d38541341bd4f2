/* Addresses of interfaces. */
#include "check.h"
#include "load.h"

#include <string.h>

struct draft {
    struct mh_interface_address address;
    const json_t *text;
    uint8_t scope; /* MH_ROUTE_SCOPE_NOWHERE: not given */
    bool has_owner;
};

/* ---- the members ----------------------------------------------------------------------------------- */

enum { PREFERRED = 10 }; /* the words before it stand in the flags' order */

static const char *flag_word(unsigned number)
{
    static const char *const words[] = {"deprecated",      "tentative", "duplicate",       "temporary",
                                        "skip-as-source",  "secondary", "optimistic",      "home",
                                        "no-prefix-route", "dynamic",   "preferred-source"};
    return words[number];
}

static bool read_flag(struct sim_reader *reader, const json_t *value, void *context)
{
    unsigned number;
    if (!sim_read_word(reader, value, flag_word, PREFERRED + 1, &number))
        return false;
    *(uint32_t *)context |= number == PREFERRED ? (uint32_t)MH_ADDRESS_PREFERRED_SOURCE : 1U << number;
    return true;
}

static bool read_flags(struct sim_reader *reader, const json_t *value, void *field,
                       const struct sim_member *member)
{
    (void)member;
    return sim_read_items(reader, value, read_flag, field);
}

static const enum mh_route_scope scopes[] = {MH_ROUTE_SCOPE_UNIVERSE, MH_ROUTE_SCOPE_SITE,
                                             MH_ROUTE_SCOPE_LINK, MH_ROUTE_SCOPE_HOST};

static const char *scope_word(unsigned number)
{
    return mh_route_scope_name(scopes[number]);
}

static bool read_scope(struct sim_reader *reader, const json_t *value, void *field,
                       const struct sim_member *member)
{
    (void)member;
    unsigned number;
    if (!sim_read_word(reader, value, scope_word, sizeof scopes / sizeof scopes[0], &number))
        return false;
    *(uint8_t *)field = (uint8_t)scopes[number];
    return true;
}

static bool read_owner(struct sim_reader *reader, const json_t *value, void *field,
                       const struct sim_member *member)
{
    struct draft *draft = field;
    draft->has_owner = true;
    return sim_owner(reader, value, &draft->address.owner, member);
}

#define FIELD(name) offsetof(struct draft, name)

static const struct sim_member members[] = {
    {"address", sim_json, FIELD(text), 0, 0},
    {"peer", sim_address, FIELD(address.peer), 0, 0},
    {"flags", read_flags, FIELD(address.flags), 0, 0},
    {"scope", read_scope, FIELD(scope), 0, 0},
    {"broadcast", sim_address, FIELD(address.broadcast), 0, 0},
    {"label", sim_text, FIELD(address.label), 0, MH_ADDRESS_LABEL_SIZE},
    {"protocol", sim_u8, FIELD(address.protocol), 0, UINT8_MAX},
    {"owner", read_owner, 0, 0, 0},
    {"metric", sim_u32, FIELD(address.metric), 0, UINT32_MAX},
    {"valid_lifetime", sim_u32, FIELD(address.valid_lifetime), 0, UINT32_MAX},
    {"preferred_lifetime", sim_u32, FIELD(address.preferred_lifetime), 0, UINT32_MAX},
    {NULL, NULL, 0, 0, 0},
};

/* ---- one address ----------------------------------------------------------------------------------- */

static bool parse(const json_t *text, struct mh_interface_address *address)
{
    return json_is_string(text) &&
           mh_interface_address_parse(json_string_value(text), json_string_length(text), &address->address,
                                      &address->prefix_length);
}

static bool refuse_text(struct sim_reader *reader, const json_t *text, bool is_member)
{
    size_t depth = reader->depth;
    if (is_member)
        (void)sim_enter(reader, "address");
    (void)sim_refuse(reader, text, "an address with its prefix length, \"192.0.2.1/24\"",
                     text == NULL ? "\"address\" is missing" : "the value is not valid");
    sim_leave(reader, depth);
    return false;
}

static uint8_t usual_scope(const struct mh_address *address)
{
    if (mh_address_is_loopback(address))
        return MH_ROUTE_SCOPE_HOST;
    return address->family == MH_IPV6 && mh_address_is_link_local(address) ? MH_ROUTE_SCOPE_LINK
                                                                           : MH_ROUTE_SCOPE_UNIVERSE;
}

static void complete(struct draft *draft)
{
    struct mh_interface_address *own = &draft->address;
    bool is_kernels = own->address.family == MH_IPV6 && mh_address_is_link_local(&own->address);
    own->scope = draft->scope != MH_ROUTE_SCOPE_NOWHERE ? draft->scope : usual_scope(&own->address);
    if (!draft->has_owner)
        own->owner = is_kernels ? MH_OWNER_KERNEL : MH_OWNER_STATIC;
    if (own->valid_lifetime != MH_LIFETIME_FOREVER)
        own->flags |= MH_ADDRESS_DYNAMIC;
}

static bool read_draft(struct sim_reader *reader, const json_t *value, struct draft *draft)
{
    draft->text = value;
    if (json_is_object(value)) {
        draft->text = NULL;
        if (!sim_read_members(reader, value, members, draft))
            return false;
    }
    if (!parse(draft->text, &draft->address))
        return refuse_text(reader, draft->text, draft->text != NULL && json_is_object(value));
    complete(draft);
    return true;
}

static bool check_peer(const struct mh_interface_address *address, struct sim_refusal *refusal)
{
    if (address->peer.family == MH_FAMILY_NONE || address->peer.family == address->address.family)
        return true;
    return sim_refuse_because(refusal, SIM_ARGUMENT_INVALID, "peer", "an address of the same family",
                              "the families differ");
}

static bool check_broadcast(const struct mh_interface_address *address, struct sim_refusal *refusal)
{
    if (address->broadcast.family == MH_FAMILY_NONE ||
        (address->broadcast.family == MH_IPV4 && address->address.family == MH_IPV4))
        return true;
    return sim_refuse_because(refusal, SIM_ARGUMENT_INVALID, "broadcast", "an IPv4 address of an IPv4 subnet",
                              "only IPv4 has broadcast addresses");
}

static bool add(struct sim_reader *reader, const json_t *value, const struct mh_interface_address *address)
{
    struct sim_refusal refusal;
    if (!check_peer(address, &refusal) || !check_broadcast(address, &refusal) ||
        !sim_check_address(reader->host, address, &refusal))
        return sim_refuse_refusal(reader, value, &refusal);
    switch (reader->host->personality->add_address(reader->host, address, &refusal)) {
    case MH_OK:
        return true;
    case MH_NO_MEMORY:
        return sim_refuse_memory(reader);
    default: /* the system has put its own loopback address there before */
        return mh_address_is_loopback(&address->address) || sim_refuse_refusal(reader, value, &refusal);
    }
}

/* Adds it when it is of the wanted family; everything is checked in any case. */
static bool read_address(struct sim_reader *reader, const json_t *value, uint32_t interface,
                         enum mh_family family)
{
    struct draft draft = {.address = {.interface = interface,
                                      .valid_lifetime = MH_LIFETIME_FOREVER,
                                      .preferred_lifetime = MH_LIFETIME_FOREVER},
                          .scope = MH_ROUTE_SCOPE_NOWHERE};
    return read_draft(reader, value, &draft) &&
           (draft.address.address.family != family || add(reader, value, &draft.address));
}

/* ---- all of an interface --------------------------------------------------------------------------- */

static bool read_item(struct sim_reader *reader, const json_t *addresses, size_t position, uint32_t interface,
                      enum mh_family family)
{
    size_t depth = sim_enter_item(reader, position);
    bool done = read_address(reader, json_array_get(addresses, position), interface, family);
    sim_leave(reader, depth);
    return done;
}

/* The file lists addresses as the system does. Where the newest comes first, the last of the list was the
 * first to come. */
bool sim_load_addresses_of(struct sim_reader *reader, const json_t *addresses, uint32_t interface)
{
    if (!json_is_array(addresses))
        return sim_refuse(reader, addresses, "an array", "the value has the wrong type");
    size_t count = json_array_size(addresses);
    for (size_t i = 0; i < count; i++)
        if (!read_item(reader, addresses, i, interface, MH_IPV4))
            return false;
    bool is_backwards = reader->host->personality->newest_first;
    for (size_t i = 0; i < count; i++)
        if (!read_item(reader, addresses, is_backwards ? count - 1 - i : i, interface, MH_IPV6))
            return false;
    return true;
}

/* ---- the loopback interface's ---------------------------------------------------------------------- */

static bool add_own(struct sim_reader *reader, uint32_t interface, const char *text)
{
    struct sim_refusal refusal;
    struct mh_interface_address own = {.interface = interface,
                                       .scope = MH_ROUTE_SCOPE_HOST,
                                       .owner = MH_OWNER_KERNEL,
                                       .valid_lifetime = MH_LIFETIME_FOREVER,
                                       .preferred_lifetime = MH_LIFETIME_FOREVER};
    if (!mh_interface_address_parse(text, strlen(text), &own.address, &own.prefix_length))
        return false;
    enum mh_error error = reader->host->personality->add_address(reader->host, &own, &refusal);
    return error != MH_NO_MEMORY || sim_refuse_memory(reader);
}

bool sim_load_addresses(struct sim_reader *reader, const json_t *interfaces)
{
    const struct sim_interface *loopback = sim_loopback(reader->host);
    if (loopback->base.up && !add_own(reader, loopback->base.index, "127.0.0.1/8"))
        return false;
    if (!sim_for_interface_parts(reader, interfaces, SIM_PART_ADDRESSES))
        return false;
    return !loopback->base.up || add_own(reader, loopback->base.index, "::1/128");
}

/* The simulated host's data. */
#include "sim_host.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const size_t item_sizes[MH_SECTION_COUNT] = {
    [MH_SECTION_INTERFACES] = sizeof(struct sim_interface),
    [MH_SECTION_ADDRESSES] = sizeof(struct mh_interface_address),
    [MH_SECTION_RULES] = sizeof(struct mh_rule),
    [MH_SECTION_NEIGHBORS] = sizeof(struct mh_neighbor),
    [MH_SECTION_SETTINGS] = sizeof(struct mh_setting),
    [MH_SECTION_LABELS] = sizeof(struct mh_address_label),
    [MH_SECTION_ROUTES] = sizeof(struct sim_route),
};

bool sim_refuse_because(struct sim_refusal *refusal, enum sim_trouble trouble, const char *member,
                        const char *expected, const char *format, ...)
{
    *refusal = (struct sim_refusal){.trouble = trouble, .member = member, .expected = expected};
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(refusal->text, sizeof refusal->text, format, arguments);
    va_end(arguments);
    return false;
}

/* ---- life ------------------------------------------------------------------------------------------ */

struct sim_host *sim_host_new(const struct sim_personality *personality)
{
    struct sim_host *host = calloc(1, sizeof *host);
    if (host == NULL)
        return NULL;
    host->personality = personality;
    bool complete = (host->faults = mh_list_new(sizeof(struct sim_fault))) != NULL;
    complete = (host->endpoints = mh_list_new(sizeof(struct mh_endpoint))) != NULL && complete;
    for (int i = 0; i < MH_SECTION_COUNT; i++)
        complete = (host->lists[i] = mh_list_new(item_sizes[i])) != NULL && complete;
    if (complete)
        return host;
    sim_host_free(host);
    return NULL;
}

struct sim_host *sim_host_clone(const struct sim_host *host)
{
    struct sim_host *clone = calloc(1, sizeof *clone);
    if (clone == NULL)
        return NULL;
    *clone = *host;
    clone->faults = mh_list_retain(host->faults);
    clone->endpoints = mh_list_retain(host->endpoints);
    for (int i = 0; i < MH_SECTION_ROUTES; i++)
        clone->lists[i] = mh_list_retain(host->lists[i]);
    clone->lists[MH_SECTION_ROUTES] = sim_routes_clone(host->lists[MH_SECTION_ROUTES]);
    if (clone->lists[MH_SECTION_ROUTES] != NULL)
        return clone;
    sim_host_free(clone);
    return NULL;
}

void sim_host_free(struct sim_host *host)
{
    if (host == NULL)
        return;
    sim_routes_release(host->lists[MH_SECTION_ROUTES]);
    for (int i = 0; i < MH_SECTION_ROUTES; i++)
        mh_list_release(host->lists[i]);
    mh_list_release(host->faults);
    mh_list_release(host->endpoints);
    free(host);
}

/* ---- reading --------------------------------------------------------------------------------------- */

size_t sim_count(const struct sim_host *host, enum mh_section section)
{
    return mh_list_count(host->lists[section]);
}

const struct sim_interface *sim_interfaces(const struct sim_host *host)
{
    return mh_list_items(host->lists[MH_SECTION_INTERFACES]);
}

const struct mh_interface_address *sim_addresses(const struct sim_host *host)
{
    return mh_list_items(host->lists[MH_SECTION_ADDRESSES]);
}

const struct mh_rule *sim_rules(const struct sim_host *host)
{
    return mh_list_items(host->lists[MH_SECTION_RULES]);
}

const struct mh_neighbor *sim_neighbors(const struct sim_host *host)
{
    return mh_list_items(host->lists[MH_SECTION_NEIGHBORS]);
}

const struct mh_setting *sim_settings(const struct sim_host *host)
{
    return mh_list_items(host->lists[MH_SECTION_SETTINGS]);
}

const struct mh_address_label *sim_labels(const struct sim_host *host)
{
    return mh_list_items(host->lists[MH_SECTION_LABELS]);
}

const struct sim_route *sim_routes(const struct sim_host *host)
{
    return mh_list_items(host->lists[MH_SECTION_ROUTES]);
}

const struct sim_interface *sim_interface_at(const struct sim_host *host, uint32_t index)
{
    const struct sim_interface *items = sim_interfaces(host);
    for (size_t i = 0; i < sim_count(host, MH_SECTION_INTERFACES); i++)
        if (items[i].base.index == index)
            return &items[i];
    return NULL;
}

const struct sim_interface *sim_interface_named(const struct sim_host *host, const char *name)
{
    const struct sim_interface *items = sim_interfaces(host);
    for (size_t i = 0; i < sim_count(host, MH_SECTION_INTERFACES); i++)
        if (strcmp(items[i].base.name, name) == 0)
            return &items[i];
    return NULL;
}

const struct sim_interface *sim_loopback(const struct sim_host *host)
{
    return sim_interface_named(host, host->personality->loopback_name);
}

const char *sim_interface_name(const struct sim_host *host, uint32_t index)
{
    const struct sim_interface *interface = sim_interface_at(host, index);
    return interface != NULL ? interface->base.name : "no interface";
}

bool sim_has_address(const struct sim_host *host, const struct mh_address *address)
{
    const struct mh_interface_address *items = sim_addresses(host);
    for (size_t i = 0; i < sim_count(host, MH_SECTION_ADDRESSES); i++)
        if (mh_address_equal(&items[i].address, address))
            return true;
    return false;
}

bool sim_domain_has_address(const struct sim_host *host, const struct mh_address *address, uint32_t domain)
{
    const struct mh_interface_address *items = sim_addresses(host);
    for (size_t i = 0; i < sim_count(host, MH_SECTION_ADDRESSES); i++)
        if (mh_address_equal(&items[i].address, address) &&
            sim_interface_at(host, items[i].interface)->base.domain == domain)
            return true;
    return false;
}

/* ---- settings: sorted by interface, family and id -------------------------------------------------- */

static uint64_t setting_key(const struct mh_setting *setting)
{
    return (uint64_t)setting->interface << 16 | (uint64_t)setting->family << 8 | setting->id;
}

/* The position of the first setting whose key is not smaller. */
static size_t setting_position(const struct sim_host *host, uint64_t key)
{
    const struct mh_setting *items = sim_settings(host);
    size_t low = 0, high = sim_count(host, MH_SECTION_SETTINGS);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (setting_key(&items[middle]) < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool setting_is_at(const struct sim_host *host, size_t position, uint64_t key)
{
    return position < sim_count(host, MH_SECTION_SETTINGS) &&
           setting_key(&sim_settings(host)[position]) == key;
}

int32_t sim_setting(const struct sim_host *host, uint32_t interface, enum mh_family family,
                    enum mh_setting_id id)
{
    const struct mh_setting wanted = {.interface = interface, .family = (uint8_t)family, .id = (uint8_t)id};
    size_t position = setting_position(host, setting_key(&wanted));
    return setting_is_at(host, position, setting_key(&wanted)) ? sim_settings(host)[position].value : 0;
}

bool sim_put_setting(struct sim_host *host, const struct mh_setting *setting)
{
    size_t position = setting_position(host, setting_key(setting));
    struct mh_list **list = &host->lists[MH_SECTION_SETTINGS];
    return setting_is_at(host, position, setting_key(setting)) ? mh_list_replace(list, position, setting)
                                                               : mh_list_insert(list, position, setting);
}

/* ---- writing --------------------------------------------------------------------------------------- */

bool sim_add_interface(struct sim_host *host, const struct sim_interface *interface)
{
    const struct sim_interface *items = sim_interfaces(host);
    size_t position = sim_count(host, MH_SECTION_INTERFACES);
    while (position > 0 && items[position - 1].base.index > interface->base.index)
        position--;
    return mh_list_insert(&host->lists[MH_SECTION_INTERFACES], position, interface);
}

bool sim_add_rule(struct sim_host *host, const struct mh_rule *rule)
{
    const struct mh_rule *items = sim_rules(host);
    size_t position = sim_count(host, MH_SECTION_RULES);
    while (position > 0 &&
           (items[position - 1].family > rule->family ||
            (items[position - 1].family == rule->family && items[position - 1].priority > rule->priority)))
        position--;
    return mh_list_insert(&host->lists[MH_SECTION_RULES], position, rule);
}

/* ---- comparing and feeding ------------------------------------------------------------------------- */

static bool routes_differ(const struct sim_host *a, const struct sim_host *b)
{
    size_t count = sim_count(a, MH_SECTION_ROUTES);
    if (count != sim_count(b, MH_SECTION_ROUTES))
        return true;
    for (size_t i = 0; i < count; i++)
        if (sim_route_compare(&sim_routes(a)[i].route, &sim_routes(b)[i].route) != 0)
            return true;
    return false;
}

/* Padding may make equal items look different; they are then fed once more, which does no harm. */
static bool section_differs(const struct sim_host *a, const struct sim_host *b, enum mh_section section)
{
    if (section == MH_SECTION_ROUTES)
        return routes_differ(a, b);
    if (a->lists[section] == b->lists[section])
        return false;
    size_t count = sim_count(a, section);
    return count != sim_count(b, section) ||
           (count > 0 && memcmp(mh_list_items(a->lists[section]), mh_list_items(b->lists[section]),
                                count * item_sizes[section]) != 0);
}

unsigned sim_host_differences(const struct sim_host *a, const struct sim_host *b)
{
    unsigned differences = 0;
    for (unsigned section = 0; section < MH_SECTION_COUNT; section++)
        if (section_differs(a, b, (enum mh_section)section))
            differences |= 1U << section;
    return differences;
}

static struct mh_fact fact_at(const struct sim_host *host, enum mh_section section, size_t position)
{
    struct mh_fact fact = {.section = section, .change = MH_PRESENT};
    switch (section) {
    case MH_SECTION_INTERFACES:
        fact.of.interface = &sim_interfaces(host)[position].base;
        break;
    case MH_SECTION_ADDRESSES:
        fact.of.address = &sim_addresses(host)[position];
        break;
    case MH_SECTION_RULES:
        fact.of.rule = &sim_rules(host)[position];
        break;
    case MH_SECTION_NEIGHBORS:
        fact.of.neighbor = &sim_neighbors(host)[position];
        break;
    case MH_SECTION_SETTINGS:
        fact.of.setting = &sim_settings(host)[position];
        break;
    case MH_SECTION_LABELS:
        fact.of.label = &sim_labels(host)[position];
        break;
    case MH_SECTION_ROUTES:
    case MH_SECTION_COUNT:
        fact.of.route = &sim_routes(host)[position].route;
        break;
    }
    return fact;
}

enum mh_error sim_host_feed(const struct sim_host *host, enum mh_section section, const struct mh_feed *feed)
{
    if (section == MH_SECTION_LABELS && !host->personality->has_labels)
        return MH_OK;
    enum mh_error error = feed->begin(feed->context, section);
    for (size_t i = 0; error == MH_OK && i < sim_count(host, section); i++) {
        struct mh_fact fact = fact_at(host, section, i);
        error = feed->fact(feed->context, &fact);
    }
    return error == MH_OK ? feed->end(feed->context, section) : error;
}

/* Builds small hosts for tests in a few words. Everything goes through the production host.c and
 * route_table.c. */
#ifndef MH_TESTS_HOST_BUILDER_H
#define MH_TESTS_HOST_BUILDER_H

#include "support.h"

#include "core/host.h"
#include "core/role.h"
#include "core/route_table.h"
#include "core/scenario.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BUILDER_OVERRIDES = 8 };

struct host_builder {
    struct mh_interface *interfaces;
    size_t interface_count;
    struct mh_interface_address *addresses;
    size_t address_count;
    struct mh_neighbor *neighbors;
    size_t neighbor_count;
    struct mh_route_table *routes;
    /* configured roles, by name */
    const char *override_names[BUILDER_OVERRIDES];
    enum mh_role override_roles[BUILDER_OVERRIDES];
    size_t override_count;
    /* made by build() */
    struct mh_host *host;
    struct mh_snapshot snapshot;
    struct mh_role_source roles;
};

#define BUILDER_UNUSED __attribute__((unused))

static BUILDER_UNUSED void *builder_grow(void *items, size_t count, size_t size)
{
    void *grown = realloc(items, (count + 1) * size);
    assert_non_null(grown);
    memset((char *)grown + count * size, 0, size);
    return grown;
}

/* An interface that is up and has carrier; its index is its place, from 1. Change it through the pointer
 * before the next call. */
static BUILDER_UNUSED struct mh_interface *device(struct host_builder *builder, const char *name,
                                                  enum mh_kind kind)
{
    builder->interfaces =
        builder_grow(builder->interfaces, builder->interface_count, sizeof *builder->interfaces);
    struct mh_interface *interface = &builder->interfaces[builder->interface_count++];
    interface->index = (uint32_t)builder->interface_count;
    interface->kind = (uint8_t)kind;
    interface->up = interface->carrier = true;
    interface->mtu = 1500;
    interface->hardware_address_length = 6;
    interface->hardware_address[0] = 2;
    interface->hardware_address[4] = (uint8_t)(interface->index >> 8);
    interface->hardware_address[5] = (uint8_t)interface->index;
    (void)snprintf(interface->name, sizeof interface->name, "%s", name);
    return interface;
}

static BUILDER_UNUSED struct mh_interface *named(struct host_builder *builder, const char *name)
{
    for (size_t i = 0; i < builder->interface_count; i++)
        if (strcmp(builder->interfaces[i].name, name) == 0)
            return &builder->interfaces[i];
    fail_msg("the test has no interface %s", name);
    return NULL;
}

static BUILDER_UNUSED void enslave(struct host_builder *builder, const char *port, const char *master)
{
    named(builder, port)->master = named(builder, master)->index;
}

/* `upper` stands on `lower`, or is a veth's end whose other end is `lower`. */
static BUILDER_UNUSED void stack(struct host_builder *builder, const char *upper, const char *lower)
{
    named(builder, upper)->lower = named(builder, lower)->index;
}

static BUILDER_UNUSED void pair(struct host_builder *builder, const char *a, const char *b)
{
    stack(builder, a, b);
    stack(builder, b, a);
}

static BUILDER_UNUSED struct mh_address parse_address(const char *text)
{
    struct mh_address address = {0};
    assert_true(mh_address_parse(text, strlen(text), &address));
    return address;
}

/* "192.0.2.1/24". */
static BUILDER_UNUSED struct mh_interface_address *address(struct host_builder *builder,
                                                           const char *interface, const char *text)
{
    builder->addresses = builder_grow(builder->addresses, builder->address_count, sizeof *builder->addresses);
    struct mh_interface_address *added = &builder->addresses[builder->address_count++];
    assert_true(mh_interface_address_parse(text, strlen(text), &added->address, &added->prefix_length));
    added->interface = named(builder, interface)->index;
    added->valid_lifetime = added->preferred_lifetime = MH_LIFETIME_FOREVER;
    return added;
}

/* `mac` is the last octet of 02:00:00:00:01:XX. */
static BUILDER_UNUSED void neighbor(struct host_builder *builder, const char *interface, const char *text,
                                    uint8_t mac)
{
    builder->neighbors =
        builder_grow(builder->neighbors, builder->neighbor_count, sizeof *builder->neighbors);
    struct mh_neighbor *added = &builder->neighbors[builder->neighbor_count++];
    *added = (struct mh_neighbor){.interface = named(builder, interface)->index,
                                  .address = parse_address(text),
                                  .hardware_address_length = 6,
                                  .hardware_address = {2, 0, 0, 0, 1, mac},
                                  .state = MH_NEIGHBOR_REACHABLE};
}

/* `gateway` NULL: on link. */
static BUILDER_UNUSED void route(struct host_builder *builder, uint32_t table, const char *destination,
                                 const char *gateway, const char *interface, uint32_t metric)
{
    struct mh_next_hop hop = {.interface = named(builder, interface)->index, .weight = 1};
    if (gateway != NULL)
        hop.gateway = parse_address(gateway);
    struct mh_route added = {
        .table = table, .metric = metric, .type = MH_ROUTE_UNICAST, .next_hop_count = 1, .next_hops = &hop};
    assert_true(mh_prefix_parse(destination, strlen(destination), &added.destination));
    if (builder->routes == NULL)
        builder->routes = mh_route_table_new();
    assert_int_equal(mh_route_table_put(builder->routes, &added, MH_PRESENT), MH_OK);
}

static BUILDER_UNUSED void override(struct host_builder *builder, const char *name, enum mh_role role)
{
    assert_true(builder->override_count < BUILDER_OVERRIDES);
    builder->override_names[builder->override_count] = name;
    builder->override_roles[builder->override_count++] = role;
}

static BUILDER_UNUSED enum mh_role builder_role(const void *context, const struct mh_interface *interface)
{
    const struct host_builder *builder = context;
    for (size_t i = 0; i < builder->override_count; i++)
        if (strcmp(builder->override_names[i], interface->name) == 0)
            return builder->override_roles[i];
    return MH_ROLE_AUTO;
}

static BUILDER_UNUSED void builder_feed(struct mh_host *host, const struct mh_fact *fact)
{
    assert_int_equal(mh_host_fact(host, fact), MH_OK);
}

/* Makes builder->snapshot of what was said so far; again after changes. */
static BUILDER_UNUSED void build(struct host_builder *builder)
{
    mh_snapshot_clear(&builder->snapshot);
    mh_host_free(builder->host);
    builder->host = mh_host_new();
    assert_non_null(builder->host);
    for (size_t i = 0; i < builder->interface_count; i++)
        builder_feed(builder->host, &(struct mh_fact){.section = MH_SECTION_INTERFACES,
                                                      .of.interface = &builder->interfaces[i]});
    for (size_t i = 0; i < builder->address_count; i++)
        builder_feed(builder->host, &(struct mh_fact){.section = MH_SECTION_ADDRESSES,
                                                      .of.address = &builder->addresses[i]});
    for (size_t i = 0; i < builder->neighbor_count; i++)
        builder_feed(builder->host, &(struct mh_fact){.section = MH_SECTION_NEIGHBORS,
                                                      .of.neighbor = &builder->neighbors[i]});
    mh_host_snapshot(builder->host, &builder->snapshot);
    builder->roles = (struct mh_role_source){builder_role, builder};
}

/* What a test keeps itself, as the sections say it; absent: none. */
struct builder_more {
    const struct mh_rule *rules;
    size_t rule_count;
    const struct mh_setting *settings;
    size_t setting_count;
    const struct mh_address_label *labels;
    size_t label_count;
};

/* build(), with these too. */
static BUILDER_UNUSED void build_with(struct host_builder *builder, const struct builder_more *more)
{
    build(builder);
    for (size_t i = 0; i < more->rule_count; i++)
        builder_feed(builder->host,
                     &(struct mh_fact){.section = MH_SECTION_RULES, .of.rule = &more->rules[i]});
    for (size_t i = 0; i < more->setting_count; i++)
        builder_feed(builder->host,
                     &(struct mh_fact){.section = MH_SECTION_SETTINGS, .of.setting = &more->settings[i]});
    for (size_t i = 0; i < more->label_count; i++)
        builder_feed(builder->host,
                     &(struct mh_fact){.section = MH_SECTION_LABELS, .of.label = &more->labels[i]});
    mh_snapshot_clear(&builder->snapshot);
    mh_host_snapshot(builder->host, &builder->snapshot);
}

static BUILDER_UNUSED void builder_clear(struct host_builder *builder)
{
    mh_snapshot_clear(&builder->snapshot);
    mh_host_free(builder->host);
    mh_route_table_free(builder->routes);
    free(builder->interfaces);
    free(builder->addresses);
    free(builder->neighbors);
    memset(builder, 0, sizeof *builder);
}

#endif

/* What the tests of the simulator share: a simulated host, its picture as the service would have it, and
 * words for it. */
#ifndef MH_TEST_SIM_H
#define MH_TEST_SIM_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/host.h"
#include "core/route_table.h"
#include "platform/backend.h"

extern const struct mh_backend mh_backend_sim;

struct sim_test {
    struct mh_platform *platform;
    struct mh_host *host;
    struct mh_route_table *routes, *coming;
    char path[128]; /* of the file that the test wrote; "" when it is not the test's */
    unsigned begun[MH_SECTION_COUNT], ended[MH_SECTION_COUNT];
};

/* ---- receiving ------------------------------------------------------------------------------------- */

static inline enum mh_error sim_test_begin(void *context, enum mh_section section)
{
    struct sim_test *test = context;
    test->begun[section]++;
    if (section != MH_SECTION_ROUTES)
        return mh_host_begin(test->host, section);
    mh_route_table_free(test->coming);
    test->coming = mh_route_table_new();
    return test->coming != NULL ? MH_OK : MH_NO_MEMORY;
}

static inline enum mh_error sim_test_fact(void *context, const struct mh_fact *fact)
{
    struct sim_test *test = context;
    if (fact->section == MH_SECTION_ROUTES)
        return mh_route_table_put(test->coming, fact->of.route, fact->change);
    return mh_host_fact(test->host, fact);
}

static inline enum mh_error sim_test_end(void *context, enum mh_section section)
{
    struct sim_test *test = context;
    test->ended[section]++;
    if (section != MH_SECTION_ROUTES)
        return mh_host_end(test->host, section);
    mh_route_table_free(test->routes);
    test->routes = test->coming;
    test->coming = NULL;
    return MH_OK;
}

static inline struct mh_feed sim_test_feed(struct sim_test *test)
{
    return (struct mh_feed){test, sim_test_begin, sim_test_fact, sim_test_end};
}

static inline void sim_test_read(struct sim_test *test)
{
    struct mh_failure failure = {0};
    struct mh_feed feed = sim_test_feed(test);
    if (mh_backend_sim.read_all(test->platform, &feed, &failure) != MH_OK)
        fail_msg("read_all: %s", failure.detail);
}

/* ---- opening --------------------------------------------------------------------------------------- */

static inline void sim_test_write(const char *path, const char *text, size_t length)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

/* Opens a host file and reads everything. */
static inline void sim_test_open(struct sim_test *test, const char *path)
{
    struct mh_failure failure = {0};
    *test = (struct sim_test){.host = mh_host_new(), .routes = mh_route_table_new()};
    assert_non_null(test->host);
    assert_non_null(test->routes);
    if (mh_backend_sim.open(path, &test->platform, &failure) != MH_OK)
        fail_msg("%s", failure.detail);
    sim_test_read(test);
}

static inline void sim_test_open_text(struct sim_test *test, const char *text)
{
    char path[sizeof test->path];
    (void)snprintf(path, sizeof path, "/tmp/mh-test-sim-%ld.json", (long)getpid());
    sim_test_write(path, text, strlen(text));
    sim_test_open(test, path);
    memcpy(test->path, path, sizeof path);
}

/* One of the examples that ship. */
static inline void sim_test_open_example(struct sim_test *test, const char *name)
{
    char path[512];
    (void)snprintf(path, sizeof path, MH_SOURCE_DIRECTORY "/platform/sim/hosts/%s.json", name);
    sim_test_open(test, path);
}

static inline void sim_test_close(struct sim_test *test)
{
    mh_backend_sim.close(test->platform);
    mh_host_free(test->host);
    mh_route_table_free(test->routes);
    mh_route_table_free(test->coming);
    if (test->path[0] != '\0')
        (void)unlink(test->path);
}

/* ---- words ----------------------------------------------------------------------------------------- */

static inline const char *sim_test_name(const struct mh_snapshot *snapshot, uint32_t index)
{
    return mh_snapshot_interface_name(snapshot, index);
}

struct sim_test_text {
    char bytes[32768];
    size_t length;
};

static inline void sim_test_add(struct sim_test_text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static inline void sim_test_add(struct sim_test_text *text, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text->bytes + text->length, sizeof text->bytes - text->length, format, arguments);
    va_end(arguments);
    assert_true(length >= 0 && (size_t)length < sizeof text->bytes - text->length);
    text->length += (size_t)length;
}

/* "unicast 192.0.2.0/24 table main via 192.0.2.254 dev eth0 src 192.0.2.1 metric 100", as ip-route(8) would.
 */
static inline void sim_test_describe_route(const struct sim_test *test, const struct mh_snapshot *snapshot,
                                           const struct mh_route *route, struct sim_test_text *text)
{
    char word[MH_WORD_SIZE], prefix[MH_PREFIX_TEXT_SIZE], address[MH_ADDRESS_TEXT_SIZE];
    sim_test_add(text, "%s %s table %s", mh_route_type_name((enum mh_route_type)route->type),
                 mh_prefix_format(&route->destination, prefix),
                 mh_backend_sim.table_name(test->platform, route->table, word));
    for (size_t i = 0; i < route->next_hop_count; i++) {
        const struct mh_next_hop *hop = &route->next_hops[i];
        if (hop->gateway.family != MH_FAMILY_NONE)
            sim_test_add(text, " via %s", mh_address_format(&hop->gateway, address));
        sim_test_add(text, " dev %s", sim_test_name(snapshot, hop->interface));
        if (route->next_hop_count > 1)
            sim_test_add(text, " weight %u", hop->weight);
        sim_test_add(text, "%s%s", hop->flags & MH_NEXT_HOP_DEAD ? " dead" : "",
                     hop->flags & MH_NEXT_HOP_LINK_DOWN ? " linkdown" : "");
    }
    if (route->preferred_source.family != MH_FAMILY_NONE)
        sim_test_add(text, " src %s", mh_address_format(&route->preferred_source, address));
    if (route->metric != 0)
        sim_test_add(text, " metric %u", route->metric);
    sim_test_add(text, "\n");
}

static inline void sim_test_routes(const struct sim_test *test, struct sim_test_text *text)
{
    struct mh_snapshot snapshot;
    struct mh_route_place place = {0};
    mh_route_handle handle;
    text->length = 0;
    text->bytes[0] = '\0';
    mh_host_snapshot(test->host, &snapshot);
    while ((handle = mh_route_table_walk(test->routes, &place)) != 0) {
        struct mh_route route;
        mh_route_table_get(test->routes, handle, &route);
        sim_test_describe_route(test, &snapshot, &route, text);
    }
    mh_snapshot_clear(&snapshot);
}

/* "eth0 192.0.2.2/24 secondary", in the system's order. */
static inline void sim_test_addresses(const struct sim_test *test, struct sim_test_text *text)
{
    struct mh_snapshot snapshot;
    char address[MH_ADDRESS_TEXT_SIZE];
    text->length = 0;
    text->bytes[0] = '\0';
    mh_host_snapshot(test->host, &snapshot);
    for (size_t i = 0; i < snapshot.address_count; i++) {
        const struct mh_interface_address *item = &snapshot.addresses[i];
        sim_test_add(text, "%s %s/%u%s\n", sim_test_name(&snapshot, item->interface),
                     mh_address_format(&item->address, address), item->prefix_length,
                     item->flags & MH_ADDRESS_SECONDARY ? " secondary" : "");
    }
    mh_snapshot_clear(&snapshot);
}

static inline bool sim_test_has_line(const struct sim_test_text *text, const char *line)
{
    size_t length = strlen(line);
    for (const char *at = text->bytes; (at = strstr(at, line)) != NULL; at++)
        if ((at == text->bytes || at[-1] == '\n') && at[length] == '\n')
            return true;
    return false;
}

static inline void sim_test_expect_route(const struct sim_test *test, const char *line, bool expected)
{
    static struct sim_test_text text;
    sim_test_routes(test, &text);
    if (sim_test_has_line(&text, line) != expected)
        fail_msg("%s \"%s\" in:\n%s", expected ? "no" : "there is", line, text.bytes);
}

static inline void sim_test_expect_addresses(const struct sim_test *test, const char *lines)
{
    static struct sim_test_text text;
    sim_test_addresses(test, &text);
    assert_string_equal(text.bytes, lines);
}

static inline int32_t sim_test_setting(const struct sim_test *test, uint32_t interface, enum mh_family family,
                                       enum mh_setting_id id)
{
    struct mh_snapshot snapshot;
    mh_host_snapshot(test->host, &snapshot);
    const struct mh_setting *setting = mh_snapshot_setting(&snapshot, interface, family, id);
    int32_t value = setting != NULL ? setting->value : INT32_MIN;
    mh_snapshot_clear(&snapshot);
    return value;
}

/* ---- ops ------------------------------------------------------------------------------------------- */

static inline uint32_t sim_test_index(const struct sim_test *test, const char *name)
{
    struct mh_snapshot snapshot;
    mh_host_snapshot(test->host, &snapshot);
    const struct mh_interface *interface = mh_snapshot_interface_named(&snapshot, name);
    uint32_t index = interface != NULL ? interface->index : 999;
    mh_snapshot_clear(&snapshot);
    return index;
}

/* Applies, and on success reads what changed. */
static inline enum mh_error sim_test_apply(struct sim_test *test, const struct mh_op *op,
                                           struct mh_failure *failure)
{
    struct mh_feed feed = sim_test_feed(test);
    *failure = (struct mh_failure){0};
    enum mh_error error = mh_backend_sim.apply(test->platform, op, failure);
    assert_int_equal(error, failure->code);
    if (error == MH_OK)
        assert_int_equal(mh_backend_sim.read_changes(test->platform, &feed, NULL), MH_OK);
    return error;
}

static inline struct mh_op sim_test_address_op(const struct sim_test *test, enum mh_op_kind kind,
                                               const char *interface, const char *address)
{
    struct mh_op op = {.kind = kind};
    struct mh_interface_address *own = &op.of.address;
    own->interface = sim_test_index(test, interface);
    own->valid_lifetime = own->preferred_lifetime = MH_LIFETIME_FOREVER;
    assert_true(mh_interface_address_parse(address, strlen(address), &own->address, &own->prefix_length));
    return op;
}

/* Applies an op on an address; `expected` is the native error's name, "" for success. */
static inline void sim_test_address(struct sim_test *test, enum mh_op_kind kind, const char *interface,
                                    const char *address, const char *expected)
{
    struct mh_failure failure;
    struct mh_op op = sim_test_address_op(test, kind, interface, address);
    enum mh_error error = sim_test_apply(test, &op, &failure);
    assert_string_equal(failure.native_name, expected);
    assert_int_equal(error == MH_OK, expected[0] == '\0');
}

struct sim_test_route {
    const char *destination, *via, *interface, *source;
    uint32_t table, metric;
    uint8_t hop_flags;
};

static inline void sim_test_route(struct sim_test *test, enum mh_op_kind kind, struct sim_test_route spec,
                                  const char *expected)
{
    struct mh_failure failure;
    struct mh_next_hop hop = {.weight = 1, .flags = spec.hop_flags};
    struct mh_op op = {.kind = kind};
    struct mh_route *route = &op.of.route;
    assert_true(mh_prefix_parse(spec.destination, strlen(spec.destination), &route->destination));
    if (spec.via != NULL)
        assert_true(mh_address_parse(spec.via, strlen(spec.via), &hop.gateway));
    if (spec.source != NULL)
        assert_true(mh_address_parse(spec.source, strlen(spec.source), &route->preferred_source));
    if (spec.interface != NULL)
        hop.interface = sim_test_index(test, spec.interface);
    route->table = spec.table;
    route->metric = spec.metric;
    if (kind == MH_OP_ROUTE_DELETE)
        route->scope = MH_ROUTE_SCOPE_NOWHERE; /* of any */
    route->next_hops = &hop;
    route->next_hop_count = spec.via != NULL || spec.interface != NULL;
    enum mh_error error = sim_test_apply(test, &op, &failure);
    assert_string_equal(failure.native_name, expected);
    assert_int_equal(error == MH_OK, expected[0] == '\0');
}

#endif

/* What a plan alone costs: COUNT addresses, routes and rules on a host that has none of them, on one that has
 * all (what the guard asks after each change), and taken back.
 *
 *     bench_plan COUNT
 */
#define _GNU_SOURCE
#include "core/host.h"
#include "core/plan.h"
#include "core/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROUNDS = 7, INTERFACE = 2 };

static void fail(const char *what)
{
    (void)fprintf(stderr, "bench_plan: %s\n", what);
    exit(2);
}

static double now(void)
{
    struct timespec time;
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

/* ---- the document and the host --------------------------------------------------------------------- */

/* As apply.py's: four addresses in each subnet. */
static void add_entry(struct mh_text *text, const char *section, size_t i)
{
    unsigned high = (unsigned)(i >> 10), middle = (unsigned)(i >> 2 & 255), low = (unsigned)(1 + i % 4);
    if (section[0] == 'a')
        mh_text_format(text, "\"a%zu\": {\"interface\": \"eth0\", \"address\": \"10.%u.%u.%u/24\"}", i, high,
                       middle, low);
    else if (section[1] == 'o')
        mh_text_format(text,
                       "\"r%zu\": {\"to\": \"172.%u.%u.0/24\", \"via\": \"192.0.2.254\", \"metric\": 100}", i,
                       (unsigned)(16 + (i >> 8)), (unsigned)(i & 255));
    else
        mh_text_format(text, "\"g%zu\": {\"from\": \"10.%u.%u.%u/32\", \"uplink\": \"isp\"}", i, high, middle,
                       low);
}

static struct mh_config *document(size_t count)
{
    static const char *const sections[] = {"addresses", "routes", "rules"};
    struct mh_text text = {0};
    struct mh_config_problem problem;
    mh_text_add(&text, "{\"uplinks\": {\"isp\": {\"interface\": \"eth0\", \"gateway\": {\"ipv4\": "
                       "\"192.0.2.253\"}}}");
    for (size_t section = 0; section < sizeof sections / sizeof sections[0]; section++) {
        mh_text_format(&text, ", \"%s\": {", sections[section]);
        for (size_t i = 0; i < count; i++) {
            mh_text_add(&text, i > 0 ? ", " : "");
            add_entry(&text, sections[section], i);
        }
        mh_text_add(&text, "}");
    }
    mh_text_add(&text, "}");
    struct mh_config *config = text.failed ? NULL : mh_config_parse(text.bytes, text.length, &problem);
    mh_text_clear(&text);
    if (config == NULL)
        fail("the document is refused");
    return config;
}

static void open_host(struct mh_host *host, struct mh_snapshot *snapshot)
{
    static const uint8_t octets[] = {192, 0, 2, 1};
    const struct mh_interface interface = {
        .index = INTERFACE, .mtu = 1500, .up = true, .carrier = true, .name = "eth0"};
    const struct mh_interface_address address = {.interface = INTERFACE,
                                                 .valid_lifetime = MH_LIFETIME_FOREVER,
                                                 .preferred_lifetime = MH_LIFETIME_FOREVER,
                                                 .address = mh_address_from_bytes(MH_IPV4, octets),
                                                 .prefix_length = 24,
                                                 .owner = MH_OWNER_STATIC};
    const struct mh_fact facts[] = {{.section = MH_SECTION_INTERFACES, .of.interface = &interface},
                                    {.section = MH_SECTION_ADDRESSES, .of.address = &address}};
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++)
        if (mh_host_fact(host, &facts[i]) != MH_OK)
            fail("out of memory");
    mh_host_snapshot(host, snapshot);
}

/* ---- plans ----------------------------------------------------------------------------------------- */

static int compare(const void *left, const void *right)
{
    const double *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

/* Prints the median, and returns the last plan. */
static struct mh_plan *measure(const char *name, const struct mh_plan_input *input, size_t steps)
{
    double times[ROUNDS];
    struct mh_plan *plan = NULL;
    for (size_t i = 0; i < ROUNDS; i++) {
        mh_plan_free(plan);
        double begun = now();
        if (mh_plan_make(input, &plan) != MH_OK)
            fail("out of memory");
        times[i] = now() - begun;
    }
    if (plan->step_count != steps)
        fail("the plan has another number of steps");
    qsort(times, ROUNDS, sizeof times[0], compare);
    (void)printf("%s %.9f\n", name, times[ROUNDS / 2]);
    return plan;
}

static void put_routes(struct mh_route_table *routes, const struct mh_plan *plan)
{
    for (size_t i = 0; i < plan->step_count; i++)
        if (plan->steps[i].op.kind == MH_OP_ROUTE_ADD &&
            mh_route_table_put(routes, &plan->steps[i].op.of.route, MH_PRESENT) != MH_OK)
            fail("out of memory");
}

int main(int count, char **arguments)
{
    size_t objects = count == 2 ? strtoul(arguments[1], NULL, 10) : 0;
    if (objects == 0)
        fail("usage: bench_plan COUNT");
    struct mh_config *config = document(objects), *empty = mh_config_empty();
    struct mh_host *host = mh_host_new();
    struct mh_route_table *routes = mh_route_table_new();
    struct mh_snapshot snapshot;
    struct mh_ledger ledger = {0};
    if (empty == NULL || host == NULL || routes == NULL)
        fail("out of memory");
    open_host(host, &snapshot);
    /* The uplink's table has the subnets, the routes and a default route too; main has that of the uplink. */
    size_t subnets = (objects + 3) / 4 + 1;
    size_t steps = 3 * objects + subnets + objects + 2;
    struct mh_plan *plan = measure(
        "bring", &(struct mh_plan_input){config, &snapshot, routes, &ledger, MH_DIALECT_LINUX, NULL}, steps);
    put_routes(routes, plan);
    struct mh_plan *same = measure(
        "unchanged",
        &(struct mh_plan_input){config, &plan->after, routes, &plan->ledger, MH_DIALECT_LINUX, NULL}, 0);
    struct mh_plan *back = measure(
        "take-back",
        &(struct mh_plan_input){empty, &plan->after, routes, &plan->ledger, MH_DIALECT_LINUX, NULL}, steps);
    mh_plan_free(back);
    mh_plan_free(same);
    mh_plan_free(plan);
    mh_snapshot_clear(&snapshot);
    mh_route_table_free(routes);
    mh_host_free(host);
    mh_config_release(config);
    mh_config_release(empty);
    return 0;
}

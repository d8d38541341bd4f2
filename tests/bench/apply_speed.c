/* How fast ops are carried out: addresses, routes and rules by mh_platform_apply_all, in this network
 * namespace.
 *
 *     bench_apply INTERFACE COUNT run            adds and removes; prints seconds for each of the six lists
 *     bench_apply INTERFACE COUNT print          the same as commands, as mh_platform_describe gives them
 *
 * The interface has 192.0.2.1/24. */
#define _GNU_SOURCE
#include "platform.h"

#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { LISTS = 3, OURS = 157, FIRST_TABLE = 5200, TABLES = 16 };

static const char *const names[LISTS] = {"addresses", "routes", "rules"};

static void fail(const char *what)
{
    (void)fprintf(stderr, "bench_apply: %s\n", what);
    exit(2);
}

static double now(void)
{
    struct timespec time;
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static struct mh_address address_of(uint8_t first, size_t number, uint8_t last)
{
    const uint8_t bytes[] = {first, (uint8_t)(number >> 8), (uint8_t)number, last};
    return mh_address_from_bytes(MH_IPV4, bytes);
}

/* Four addresses in each subnet. */
static struct mh_op address_op(uint32_t interface, size_t number)
{
    return (struct mh_op){.kind = MH_OP_ADDRESS_ADD,
                          .of.address = {.interface = interface,
                                         .address = address_of(10, number / 4, (uint8_t)(1 + number % 4)),
                                         .prefix_length = 24,
                                         .valid_lifetime = MH_LIFETIME_FOREVER,
                                         .preferred_lifetime = MH_LIFETIME_FOREVER,
                                         .owner = MH_OWNER_MULTIHOMED}};
}

static struct mh_op route_op(const struct mh_next_hop *hop, size_t number)
{
    const struct mh_address destination = address_of(172, number, 0);
    return (struct mh_op){.kind = MH_OP_ROUTE_ADD,
                          .of.route = {.destination = mh_prefix_of(&destination, 24),
                                       .table = (uint32_t)(FIRST_TABLE + number % TABLES),
                                       .metric = 100,
                                       .protocol = OURS,
                                       .type = MH_ROUTE_UNICAST,
                                       .next_hop_count = 1,
                                       .next_hops = hop}};
}

static struct mh_op rule_op(size_t number)
{
    const struct mh_address source = address_of(10, number / 4, (uint8_t)(1 + number % 4));
    return (struct mh_op){.kind = MH_OP_RULE_ADD,
                          .of.rule = {.priority = 5260,
                                      .table = (uint32_t)(FIRST_TABLE + number % TABLES),
                                      .family = MH_IPV4,
                                      .protocol = OURS,
                                      .from = mh_prefix_of(&source, 32),
                                      .suppress_prefix_length = -1,
                                      .suppress_interface_group = -1}};
}

static enum mh_op_kind inverse(enum mh_op_kind kind)
{
    return kind == MH_OP_ADDRESS_ADD ? MH_OP_ADDRESS_DELETE
           : kind == MH_OP_ROUTE_ADD ? MH_OP_ROUTE_DELETE
                                     : MH_OP_RULE_DELETE;
}

/* What was added last is removed first. */
static void invert(struct mh_op *ops, size_t count)
{
    for (size_t i = 0; i < count; i++)
        ops[i].kind = inverse(ops[i].kind);
    for (size_t i = 0; i < count / 2; i++) {
        struct mh_op first = ops[i];
        ops[i] = ops[count - 1 - i];
        ops[count - 1 - i] = first;
    }
}

static void apply(struct mh_platform *platform, const char *verb, const char *name, const struct mh_op *ops,
                  size_t count)
{
    struct mh_failure failure = {0};
    size_t applied;
    double begun = now();
    if (mh_platform_apply_all(platform, ops, count, &applied, &failure) != MH_OK)
        fail(failure.detail);
    (void)printf("%s-%s %.6f\n", verb, name, now() - begun);
}

static void print(struct mh_platform *platform, const char *verb, const char *name, const struct mh_op *ops,
                  size_t count)
{
    char text[MH_DESCRIPTION_SIZE];
    (void)printf("# %s-%s\n", verb, name);
    for (size_t i = 0; i < count; i++)
        (void)printf("%s\n", mh_platform_describe(platform, NULL, &ops[i], text, sizeof text));
}

int main(int argc, char **argv)
{
    struct mh_failure failure = {0};
    struct mh_platform *platform;
    size_t count = argc == 4 ? strtoul(argv[2], NULL, 10) : 0;
    if (count == 0 || count > 60000)
        fail("usage: bench_apply INTERFACE COUNT run|print");
    const struct mh_next_hop hop = {.gateway =
                                        mh_address_from_bytes(MH_IPV4, (const uint8_t[]){192, 0, 2, 254}),
                                    .interface = if_nametoindex(argv[1]),
                                    .weight = 1};
    struct mh_op *ops = calloc(LISTS * count, sizeof *ops);
    if (ops == NULL || hop.interface == 0 || mh_platform_open("linux", &platform, &failure) != MH_OK)
        fail("no such interface, no memory, or no platform");
    void (*act)(struct mh_platform *, const char *, const char *, const struct mh_op *, size_t) =
        strcmp(argv[3], "run") == 0 ? apply : print;
    for (size_t i = 0; i < count; i++) {
        ops[i] = address_op(hop.interface, i);
        ops[count + i] = route_op(&hop, i);
        ops[2 * count + i] = rule_op(i);
    }
    for (size_t list = 0; list < LISTS; list++)
        act(platform, "add", names[list], ops + list * count, count);
    for (size_t list = LISTS; list-- > 0;) {
        invert(ops + list * count, count);
        act(platform, "remove", names[list], ops + list * count, count);
    }
    free(ops);
    mh_platform_close(platform);
    return 0;
}

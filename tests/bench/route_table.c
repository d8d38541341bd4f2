/* How much memory and time the route table takes: a million random routes of each family by one of four
 * gateways.
 *
 *     bench_route_table [COUNT]
 *
 * Inserting is measured in random order and in the order in which a kernel dumps its table; matching with
 * random addresses that routes contain, both independent of one another and each waiting for the last. */
#define _POSIX_C_SOURCE 200809L

#include "core/route_table.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { TABLE = 254, GATEWAYS = 4, LOOKUPS = 1 << 20 };

static uint64_t random_state = 88172645463325252U;

static uint64_t random_word(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state * UINT64_C(0x2545f4914f6cdd1d);
}

static unsigned random_below(unsigned limit)
{
    return (unsigned)((random_word() >> 32) * limit >> 32);
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

/* Resident octets; 0 where there is no /proc. */
static size_t resident(void)
{
    unsigned long size = 0, pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file == NULL)
        return 0;
    int fields = fscanf(file, "%lu %lu", &size, &pages);
    fclose(file);
    return fields == 2 ? pages * (size_t)sysconf(_SC_PAGESIZE) : 0;
}

static void *need(void *memory)
{
    if (memory == NULL) {
        fputs("out of memory\n", stderr);
        exit(1);
    }
    return memory;
}

/* Mostly /16../24, as in the Internet's table; some shorter and longer ones. IPv6: /32../48 and /64. */
static unsigned random_length(enum mh_family family)
{
    unsigned percent = random_below(100);
    if (family == MH_IPV6)
        return percent < 40 ? 48 : percent < 60 ? 32 + random_below(16) : percent < 95 ? 64 : 128;
    return percent < 2    ? 8 + random_below(8)
           : percent < 45 ? 16 + random_below(8)
           : percent < 96 ? 24
                          : 25 + random_below(8);
}

static struct mh_prefix random_prefix(enum mh_family family)
{
    struct mh_address address = {.family = (uint8_t)family};
    uint64_t words[2] = {random_word(), random_word()};
    memcpy(address.bytes, words, mh_family_bits(family) / 8);
    if (family == MH_IPV6)
        address.bytes[0] = (uint8_t)(0x20 | (address.bytes[0] & 0x1f));
    return mh_prefix_of(&address, random_length(family));
}

static int compare(const void *a, const void *b)
{
    return mh_prefix_compare(a, b);
}

/* Distinct prefixes in random order. */
static struct mh_prefix *make_prefixes(enum mh_family family, size_t count)
{
    struct mh_prefix *prefixes = need(malloc(count * sizeof *prefixes));
    for (size_t have = 0; have < count;) {
        for (size_t i = have; i < count; i++)
            prefixes[i] = random_prefix(family);
        qsort(prefixes, count, sizeof *prefixes, compare);
        have = 1;
        for (size_t i = 1; i < count; i++)
            if (compare(&prefixes[have - 1], &prefixes[i]) != 0)
                prefixes[have++] = prefixes[i];
    }
    for (size_t i = count; i-- > 1;) {
        size_t other = random_below((unsigned)i + 1);
        struct mh_prefix swapped = prefixes[i];
        prefixes[i] = prefixes[other];
        prefixes[other] = swapped;
    }
    return prefixes;
}

static double fill(struct mh_route_table *table, const struct mh_prefix *prefixes, size_t count)
{
    double start = now();
    for (size_t i = 0; i < count; i++) {
        struct mh_next_hop hop = {.gateway = {.family = prefixes[i].address.family, .bytes = {192, 0, 2}},
                                  .interface = 2,
                                  .weight = 1};
        hop.gateway.bytes[3] = (uint8_t)(1 + i % GATEWAYS);
        struct mh_route route = {.destination = prefixes[i],
                                 .table = TABLE,
                                 .type = MH_ROUTE_UNICAST,
                                 .protocol = 4,
                                 .next_hop_count = 1,
                                 .next_hops = &hop};
        if (mh_route_table_put(table, &route, MH_APPEND) != MH_OK)
            need(NULL);
    }
    return (now() - start) / (double)count;
}

static double drain(struct mh_route_table *table, const struct mh_prefix *prefixes, size_t count)
{
    double start = now();
    for (size_t i = 0; i < count; i++) {
        struct mh_route route;
        mh_route_table_get(table, mh_route_table_exact(table, TABLE, &prefixes[i]), &route);
        if (mh_route_table_remove(table, &route) != MH_OK)
            exit(1);
    }
    return (now() - start) / (double)count;
}

/* Addresses inside of random ones of the prefixes. */
static struct mh_address *make_addresses(const struct mh_prefix *prefixes, size_t count)
{
    struct mh_address *addresses = need(malloc(LOOKUPS * sizeof *addresses));
    for (size_t i = 0; i < LOOKUPS; i++) {
        const struct mh_prefix *prefix = &prefixes[random_below((unsigned)count)];
        addresses[i] = prefix->address;
        for (unsigned bit = prefix->length; bit < mh_family_bits(addresses[i].family); bit++)
            addresses[i].bytes[bit / 8] |= (uint8_t)(random_below(2) << (7 - bit % 8));
    }
    return addresses;
}

static double match_round(const struct mh_route_table *table, const struct mh_address *addresses,
                          bool chained, int longest)
{
    size_t found = 0;
    double start = now();
    for (size_t i = 0; i < LOOKUPS; i++) {
        mh_route_handle handle = mh_route_table_match(table, TABLE, &addresses[i], longest);
        found += handle != 0;
        if (chained)
            i += handle >> 30 & 1;
    }
    double each = (now() - start) / LOOKUPS;
    return found == 0 ? 0 : each;
}

/* The best of some rounds: other programs disturb the caches. With `chained`, where the next address is read
 * hangs on the handle: bit 30 of one is never set here, but the processor cannot know. */
static double match(const struct mh_route_table *table, const struct mh_address *addresses, bool chained,
                    int longest)
{
    double best = match_round(table, addresses, chained, longest);
    for (int round = 0; round < 12; round++) {
        double each = match_round(table, addresses, chained, longest);
        best = each < best ? each : best;
    }
    return best;
}

static double walk(const struct mh_route_table *table, size_t count)
{
    struct mh_route_place place = {0};
    size_t seen = 0;
    double start = now();
    while (mh_route_table_walk(table, &place) != 0)
        seen++;
    if (seen != count)
        exit(1);
    return (now() - start) / (double)count;
}

static struct mh_route_table *new_table(void)
{
    return need(mh_route_table_new());
}

static void measure(enum mh_family family, size_t count)
{
    const int shorter = family == MH_IPV4 ? 20 : 40;
    struct mh_prefix *prefixes = make_prefixes(family, count);
    struct mh_address *addresses = make_addresses(prefixes, count);
    size_t before = resident();
    struct mh_route_table *table = new_table();
    double random_order = fill(table, prefixes, count);
    size_t after = resident();
    printf("%s, %zu random routes:\n", mh_family_name(family), count);
    printf("  memory    %6.1f octets a route resident, %.1f allocated\n",
           ((double)after - (double)before) / (double)count,
           (double)mh_route_table_memory(table) / (double)count);
    printf("  insert    %6.0f ns in random order\n", random_order);
    printf("  match     %6.1f ns independent, %.1f ns chained; %.1f ns and %.1f ns for at most %d bits\n",
           match(table, addresses, false, 128), match(table, addresses, true, 128),
           match(table, addresses, false, shorter), match(table, addresses, true, shorter), shorter);
    printf("  walk      %6.0f ns\n", walk(table, count));
    printf("  remove    %6.0f ns in random order, with exact and get\n", drain(table, prefixes, count));
    printf("  afterwards %zu octets allocated\n", mh_route_table_memory(table));
    mh_route_table_free(table);
    qsort(prefixes, count, sizeof *prefixes, compare);
    before = resident();
    table = new_table();
    double ascending = fill(table, prefixes, count);
    printf("  ascending %6.0f ns an insert, %.1f octets a route resident\n", ascending,
           ((double)resident() - (double)before) / (double)count);
    printf("  match     %6.1f ns independent, %.1f ns chained\n", match(table, addresses, false, 128),
           match(table, addresses, true, 128));
    mh_route_table_free(table);
    free(addresses);
    free(prefixes);
}

int main(int count_of_arguments, char **arguments)
{
    size_t count = count_of_arguments > 1 ? strtoul(arguments[1], NULL, 10) : 1000000;
    if (count == 0 || count > 10000000)
        return 2;
    measure(MH_IPV4, count);
    measure(MH_IPV6, count);
    return 0;
}

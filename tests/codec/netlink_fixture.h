/* What the netlink tests share: reading fixtures (fixtures/netlink/NAME.hex). */
#ifndef MH_TESTS_NETLINK_FIXTURE_H
#define MH_TESTS_NETLINK_FIXTURE_H

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const netlink_fixtures[] = {
    "links",    "link_changes", "composed_links",   "addresses",           "address_changes",
    "nexthops", "routes_ipv4",  "routes_ipv6",      "routes_ipv4_objects", "route_changes",
    "rules",    "neighbors",    "neighbor_changes", "address_labels",
};
enum { NETLINK_FIXTURES = sizeof netlink_fixtures / sizeof netlink_fixtures[0] };

static void fixture_path(const char *name, const char *suffix, char path[512])
{
    (void)snprintf(path, 512, "%s/codec/fixtures/netlink/%s.%s", MH_TEST_DIRECTORY, name, suffix);
}

static int hex_digit(int character)
{
    if (!isxdigit(character))
        return -1;
    return isdigit(character) ? character - '0' : tolower(character) - 'a' + 10;
}

/* The octets of a fixture, in memory of exactly their number; ends the test program when there is no such
 * file. */
static inline uint8_t *fixture_read(const char *name, size_t *length)
{
    char path[512], line[1024];
    uint8_t *octets = malloc(1 << 20);
    fixture_path(name, "hex", path);
    FILE *file = fopen(path, "r");
    if (file == NULL || octets == NULL) {
        fprintf(stderr, "cannot read %s\n", path);
        exit(EXIT_FAILURE);
    }
    *length = 0;
    while (fgets(line, sizeof line, file) != NULL)
        for (const char *at = line; line[0] != '#' && hex_digit(at[0]) >= 0; at += 2)
            octets[(*length)++] = (uint8_t)(hex_digit(at[0]) << 4 | hex_digit(at[1]));
    (void)fclose(file);
    uint8_t *exact = realloc(octets, *length > 0 ? *length : 1);
    return exact == NULL ? octets : exact;
}

#endif

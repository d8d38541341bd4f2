/* Random questions about a host. */
#include "oracle.h"

#include <string.h>

static const struct mh_interface_address *any_own(struct oracle_random *random,
                                                  const struct oracle_world *world, enum mh_family family)
{
    for (int i = 0; i < 20 && world->snapshot.address_count > 0; i++) {
        const struct mh_interface_address *address =
            &world->snapshot.addresses[oracle_below(random, (unsigned)world->snapshot.address_count)];
        if (address->address.family == family)
            return address;
    }
    return NULL;
}

static struct mh_address any_address(struct oracle_random *random, enum mh_family family)
{
    uint8_t bytes[16];
    if (oracle_chance(random, 85))
        return family == MH_IPV4 ? oracle_address4(random) : oracle_address6(random);
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)oracle_below(random, 256);
    return mh_address_from_bytes(family, bytes);
}

/* Addresses with rules of their own. */
static struct mh_address odd_address(struct oracle_random *random, enum mh_family family)
{
    static const uint8_t four[][4] = {{255, 255, 255, 255}, {224, 0, 0, 1}, {239, 1, 1, 1}, {0, 0, 0, 0},
                                      {0, 1, 2, 3},         {127, 0, 0, 1}, {127, 9, 9, 9}, {240, 0, 0, 1}};
    static const uint8_t six[][3] = {{0xff, 0x02, 1}, {0xff, 0x05, 2}, {0xff, 0x0e, 3}, {0, 0, 1},
                                     {0, 0, 0},       {0xff, 0x01, 1}, {0xfe, 0x80, 7}, {0xfe, 0xc0, 7}};
    unsigned which = oracle_below(random, 8);
    uint8_t bytes[16] = {0};
    if (family == MH_IPV4)
        return mh_address_from_bytes(MH_IPV4, four[which]);
    bytes[0] = six[which][0];
    bytes[1] = six[which][1];
    bytes[15] = six[which][2];
    return mh_address_from_bytes(MH_IPV6, bytes);
}

/* The first, last or another address of a route's destination. */
static struct mh_address routed_address(struct oracle_random *random, const struct oracle_world *world,
                                        enum mh_family family)
{
    struct mh_route_place place = {0};
    struct mh_route route;
    size_t steps = oracle_below(random, (unsigned)mh_route_table_count(world->routes) + 1);
    mh_route_handle handle = 0, next;
    while (steps-- > 0 && (next = mh_route_table_walk(world->routes, &place)) != 0)
        handle = next;
    if (handle == 0)
        return any_address(random, family);
    mh_route_table_get(world->routes, handle, &route);
    if (route.destination.address.family != family)
        return any_address(random, family);
    unsigned last = mh_family_bits(family) / 8 - 1;
    if (oracle_chance(random, 70) && route.destination.length < last * 8)
        route.destination.address.bytes[last] |= (uint8_t)oracle_below(random, 256);
    return route.destination.address;
}

static struct mh_address any_destination(struct oracle_random *random, const struct oracle_world *world,
                                         enum mh_family family)
{
    unsigned dice = oracle_below(random, 100);
    const struct mh_interface_address *own = any_own(random, world, family);
    if (dice < 40)
        return any_address(random, family);
    if (dice < 70)
        return routed_address(random, world, family);
    if (dice < 80 && own != NULL)
        return own->address;
    if (dice < 90 && own != NULL) {
        struct mh_address address = own->address;
        unsigned last = mh_family_bits(family) / 8 - 1;
        address.bytes[last] = oracle_chance(random, 30) ? 255 : (uint8_t)oracle_below(random, 256);
        return address;
    }
    return odd_address(random, family);
}

static void choose_source(struct oracle_random *random, const struct oracle_world *world,
                          struct mh_question *question)
{
    enum mh_family family = (enum mh_family)question->destination.family;
    const struct mh_interface_address *own = any_own(random, world, family);
    unsigned dice = oracle_below(random, 100);
    if (dice < 30 && own != NULL)
        question->source = own->address;
    else if (dice < 36)
        question->source = any_address(random, family);
    else if (dice < 39)
        question->source = odd_address(random, family);
    if (mh_address_is_unspecified(&question->source)) /* the same as none */
        question->source = (struct mh_address){0};
}

static void choose_output(struct oracle_random *random, const struct oracle_world *world,
                          struct mh_question *question)
{
    unsigned dice = oracle_below(random, 100);
    if (dice < 30 && world->snapshot.interface_count > 0)
        question->output =
            world->snapshot.interfaces[oracle_below(random, (unsigned)world->snapshot.interface_count)].index;
    else if (dice < 32)
        question->output = 4000;
}

/* Only users that this user namespace knows can be asked for. */
static bool knows_users(void)
{
    static int known = -1;
    unsigned first, outside, count = 0;
    if (known >= 0)
        return known == 1;
    FILE *map = fopen("/proc/self/uid_map", "re");
    known = map != NULL && fscanf(map, "%u %u %u", &first, &outside, &count) == 3 && count > 2000;
    if (map != NULL)
        (void)fclose(map);
    return known == 1;
}

void oracle_question(struct oracle_random *random, const struct oracle_world *world,
                     struct mh_question *question)
{
    static const uint8_t protocols[] = {6, 17, 17, 1};
    static const uint32_t users[] = {0, 1000, 1001};
    enum mh_family family = oracle_chance(random, 50) ? MH_IPV4 : MH_IPV6;
    memset(question, 0, sizeof *question);
    question->known = MH_KNOWN_ALL;
    question->destination = any_destination(random, world, family);
    choose_source(random, world, question);
    choose_output(random, world, question);
    question->mark = oracle_below(random, 5);
    question->tos = oracle_chance(random, 60) ? 0 : (uint8_t)oracle_below(random, 256); /* with ECN */
    question->protocol = protocols[oracle_below(random, 4)];
    if (question->protocol == 1 && family == MH_IPV6)
        question->protocol = 58;
    question->uid = knows_users() ? users[oracle_below(random, 3)] : 0;
    question->source_port = oracle_chance(random, 50) ? 0 : (uint16_t)(1000 + oracle_below(random, 4));
    question->destination_port = oracle_chance(random, 50) ? 0 : (uint16_t)(1000 + oracle_below(random, 6));
}

void oracle_print_question(FILE *out, const struct oracle_world *world, const struct mh_question *question)
{
    char text[MH_ADDRESS_TEXT_SIZE];
    (void)fprintf(out, "ip route get %s", mh_address_format(&question->destination, text));
    if (question->source.family != MH_FAMILY_NONE)
        (void)fprintf(out, " from %s", mh_address_format(&question->source, text));
    if (question->output != 0)
        (void)fprintf(out, " oif %s",
                      mh_snapshot_interface(&world->snapshot, question->output) == NULL
                          ? "(none)"
                          : mh_snapshot_interface_name(&world->snapshot, question->output));
    (void)fprintf(out, " mark %u tos 0x%x ipproto %u sport %u dport %u uid %u\n", question->mark,
                  question->tos, question->protocol, question->source_port, question->destination_port,
                  question->uid);
}

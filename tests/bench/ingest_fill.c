/* Fills the main table of this network namespace with random IPv4 routes, the same ones for the same seed, or
 * makes single changes one by one.
 *
 *     bench_fill fill COUNT SEED INTERFACE GATEWAY [INTERFACE GATEWAY]...
 *                                                        COUNT different routes, by each of them in turn
 *     bench_fill change COUNT MICROSECONDS INTERFACE GATEWAY
 *                                                        COUNT additions and deletions in turn of one host
 * route, so many microseconds apart
 *
 * The lengths are mixed as in the Internet's table, with some longer than /24. Messages are sent in batches
 * of which only the last is acknowledged: the kernel's work is the limit, not ours. */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 256, BATCH_OCTETS = 64 * 1024, NEXT_HOPS = 64 };

struct next_hop {
    uint32_t interface;
    struct in_addr gateway;
};

struct writer {
    struct mnl_socket *socket;
    struct next_hop next_hops[NEXT_HOPS];
    size_t next_hop_count;
    uint32_t sequence;
};

/* A route's destination in host order. */
struct destination {
    uint32_t network;
    uint8_t length;
};

/* Every destination so far, by open addressing; 0 is an empty place (0.0.0.0/0 is never made). */
struct seen {
    uint64_t *places;
    size_t mask;
};

static const struct {
    uint8_t length;
    uint8_t per_thousand;
} length_mix[] = {{8, 1},   {12, 2},  {14, 3},  {15, 4},   {16, 20},  {17, 12}, {18, 20},
                  {19, 35}, {20, 50}, {21, 55}, {22, 110}, {23, 100}, {25, 4},  {26, 4},
                  {27, 4},  {28, 4},  {29, 6},  {30, 4},   {32, 12}};

static void fail(const char *what)
{
    fprintf(stderr, "bench_fill: %s: %s\n", what, strerror(errno));
    exit(1);
}

/* splitmix64: small, seeded, the same everywhere. */
static uint64_t next_random(uint64_t *state)
{
    uint64_t value = *state += 0x9e3779b97f4a7c15U;
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9U;
    value = (value ^ (value >> 27)) * 0x94d049bb133111ebU;
    return value ^ (value >> 31);
}

static uint8_t random_length(uint64_t *state)
{
    uint64_t die = next_random(state) % 1000;
    for (size_t i = 0; i < sizeof(length_mix) / sizeof(length_mix[0]); i++) {
        if (die < length_mix[i].per_thousand)
            return length_mix[i].length;
        die -= length_mix[i].per_thousand;
    }
    return 24; /* the rest: more than half */
}

/* Below 1/8 and above 223/8 are no destinations, 127/8 is loopback's, 192/8 is left to the bench's own
 * interface. */
static struct destination random_destination(uint64_t *state)
{
    for (;;) {
        uint8_t length = random_length(state);
        uint32_t network = (uint32_t)next_random(state) & (UINT32_MAX << (32 - length));
        uint32_t top = network >> 24;
        if (top >= 1 && top < 224 && top != 127 && top != 192)
            return (struct destination){network, length};
    }
}

/* False when it was there already. */
static bool add_seen(struct seen *seen, struct destination destination)
{
    uint64_t key = (uint64_t)destination.network << 8 | destination.length;
    size_t place = (size_t)(key * 0x9e3779b97f4a7c15U >> 20) & seen->mask;
    while (seen->places[place] != 0) {
        if (seen->places[place] == key)
            return false;
        place = (place + 1) & seen->mask;
    }
    seen->places[place] = key;
    return true;
}

static struct seen new_seen(size_t count)
{
    size_t places = 1024;
    while (places < count * 2)
        places *= 2;
    struct seen seen = {calloc(places, sizeof(uint64_t)), places - 1};
    if (seen.places == NULL)
        fail("memory");
    return seen;
}

static struct nlmsghdr *put_route(struct writer *writer, void *buffer, uint16_t type,
                                  struct destination destination, bool acknowledge)
{
    struct nlmsghdr *header = mnl_nlmsg_put_header(buffer);
    header->nlmsg_type = type;
    header->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | (acknowledge ? NLM_F_ACK : 0) |
                                     (type == RTM_NEWROUTE ? NLM_F_CREATE | NLM_F_EXCL : 0));
    header->nlmsg_seq = ++writer->sequence;
    const struct next_hop *next_hop = &writer->next_hops[header->nlmsg_seq % writer->next_hop_count];
    struct rtmsg *route = mnl_nlmsg_put_extra_header(header, sizeof(*route));
    route->rtm_family = AF_INET;
    route->rtm_dst_len = destination.length;
    route->rtm_table = RT_TABLE_MAIN;
    route->rtm_protocol = RTPROT_STATIC;
    route->rtm_scope = RT_SCOPE_UNIVERSE;
    route->rtm_type = RTN_UNICAST;
    mnl_attr_put_u32(header, RTA_DST, htonl(destination.network));
    mnl_attr_put_u32(header, RTA_GATEWAY, next_hop->gateway.s_addr);
    mnl_attr_put_u32(header, RTA_OIF, next_hop->interface);
    return header;
}

/* Reads until the message `sequence` is acknowledged; any refusal ends the program. */
static void wait_acknowledged(struct writer *writer, uint32_t sequence)
{
    char buffer[8192];
    for (;;) {
        ssize_t length = mnl_socket_recvfrom(writer->socket, buffer, sizeof(buffer));
        if (length < 0)
            fail("receive");
        int left = (int)length;
        for (const struct nlmsghdr *header = (const void *)buffer; mnl_nlmsg_ok(header, left);
             header = mnl_nlmsg_next(header, &left)) {
            const struct nlmsgerr *answer = mnl_nlmsg_get_payload(header);
            if (header->nlmsg_type != NLMSG_ERROR)
                continue;
            errno = -answer->error;
            if (answer->error != 0)
                fail("the kernel refused a route");
            if (header->nlmsg_seq == sequence)
                return;
        }
    }
}

static void send_batch(struct writer *writer, const char *buffer, size_t length)
{
    if (length == 0)
        return;
    if (mnl_socket_sendto(writer->socket, buffer, length) < 0)
        fail("send");
    wait_acknowledged(writer, writer->sequence);
}

static void fill(struct writer *writer, size_t count, uint64_t seed)
{
    char *buffer = malloc(BATCH_OCTETS);
    struct seen seen = new_seen(count);
    if (buffer == NULL)
        fail("memory");
    size_t length = 0, batched = 0;
    for (size_t made = 0; made < count;) {
        struct destination destination = random_destination(&seed);
        if (!add_seen(&seen, destination))
            continue;
        made++;
        bool last = ++batched == BATCH || made == count;
        length += put_route(writer, buffer + length, RTM_NEWROUTE, destination, last)->nlmsg_len;
        if (last) {
            send_batch(writer, buffer, length);
            length = batched = 0;
        }
    }
    free(buffer);
    free(seen.places);
}

static void change(struct writer *writer, size_t count, long microseconds)
{
    struct destination destination = {0xdffefefeU, 32}; /* 223.254.254.254 */
    char buffer[256];
    for (size_t i = 0; i < count; i++) {
        uint16_t type = i % 2 == 0 ? RTM_NEWROUTE : RTM_DELROUTE;
        send_batch(writer, buffer, put_route(writer, buffer, type, destination, true)->nlmsg_len);
        nanosleep(&(struct timespec){microseconds / 1000000, microseconds % 1000000 * 1000}, NULL);
    }
}

static struct next_hop next_hop_of(const char *interface, const char *gateway)
{
    struct next_hop next_hop = {.interface = if_nametoindex(interface)};
    if (next_hop.interface == 0)
        fail(interface);
    if (inet_pton(AF_INET, gateway, &next_hop.gateway) != 1)
        fail(gateway);
    return next_hop;
}

/* `words` are interfaces and gateways in turn. */
static struct writer open_writer(char **words, size_t pairs)
{
    struct writer writer = {.socket = mnl_socket_open(NETLINK_ROUTE)};
    if (writer.socket == NULL || mnl_socket_bind(writer.socket, 0, MNL_SOCKET_AUTOPID) < 0)
        fail("netlink socket");
    for (size_t i = 0; i < pairs && i < NEXT_HOPS; i++)
        writer.next_hops[writer.next_hop_count++] = next_hop_of(words[2 * i], words[2 * i + 1]);
    return writer;
}

int main(int argc, char **argv)
{
    if (argc < 6 || argc % 2 != 0 || (strcmp(argv[1], "fill") != 0 && strcmp(argv[1], "change") != 0)) {
        fputs("usage: bench_fill fill COUNT SEED INTERFACE GATEWAY [INTERFACE GATEWAY]...\n"
              "       bench_fill change COUNT MICROSECONDS INTERFACE GATEWAY\n",
              stderr);
        return 2;
    }
    struct writer writer = open_writer(argv + 4, (size_t)(argc - 4) / 2);
    size_t count = strtoul(argv[2], NULL, 10);
    if (strcmp(argv[1], "fill") == 0)
        fill(&writer, count, strtoull(argv[3], NULL, 10));
    else
        change(&writer, count, strtol(argv[3], NULL, 10));
    mnl_socket_close(writer.socket);
    return 0;
}

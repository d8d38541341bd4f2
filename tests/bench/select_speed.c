/* How fast outcomes are: a decider and mh_select on one thread beside RTM_GETROUTE, in this network
 * namespace, on the same random destinations that its routes cover.
 *
 *     bench_select [QUESTIONS [SEED]]
 *
 * The decider is made for all destinations before, without knowing which will be asked for. The kernel is
 * asked twice: by a loop that does nothing but send and receive, for its time, and through mh_platform_ask,
 * to compare every answer. Ends with 1 when one differs. Prints words and numbers in turn, times in
 * nanoseconds. */
#define _GNU_SOURCE
#include "core/decider.h"
#include "core/host.h"
#include "core/route_table.h"
#include "core/select.h"
#include "platform.h"

#include <arpa/inet.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 5, BATCH = 256, TABLE_MAIN = 254 };

static void fail(const char *what)
{
    (void)fprintf(stderr, "bench_select: %s\n", what);
    exit(2);
}

/* Of this thread, which the kernel answers in: what else the machine does counts less. */
static double now(void)
{
    struct timespec time;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

/* ---- the host -------------------------------------------------------------------------------------- */

struct view {
    struct mh_platform *platform;
    struct mh_host *host;
    struct mh_route_table *routes;
    struct mh_snapshot snapshot;
};

static enum mh_error begin(void *context, enum mh_section section)
{
    struct view *view = context;
    return section == MH_SECTION_ROUTES ? MH_OK : mh_host_begin(view->host, section);
}

static enum mh_error take(void *context, const struct mh_fact *fact)
{
    struct view *view = context;
    if (fact->section != MH_SECTION_ROUTES)
        return mh_host_fact(view->host, fact);
    enum mh_error code = mh_route_table_put(view->routes, fact->of.route, fact->change);
    return code == MH_EXISTS ? MH_OK : code;
}

static enum mh_error end(void *context, enum mh_section section)
{
    struct view *view = context;
    return section == MH_SECTION_ROUTES ? MH_OK : mh_host_end(view->host, section);
}

static void look(struct view *view)
{
    const struct mh_feed feed = {view, begin, take, end};
    struct mh_failure failure = {0};
    view->host = mh_host_new();
    view->routes = mh_route_table_new();
    if (view->host == NULL || view->routes == NULL ||
        mh_platform_open("linux", &view->platform, &failure) != MH_OK ||
        mh_platform_read_all(view->platform, &feed, &failure) != MH_OK)
        fail(failure.detail);
    mh_host_snapshot(view->host, &view->snapshot);
}

/* ---- destinations ---------------------------------------------------------------------------------- */

static uint64_t next_random(uint64_t *state)
{
    uint64_t mixed = *state += UINT64_C(0x9e3779b97f4a7c15);
    mixed = (mixed ^ mixed >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    mixed = (mixed ^ mixed >> 27) * UINT64_C(0x94d049bb133111eb);
    return mixed ^ mixed >> 31;
}

static struct mh_address address_of(uint32_t number)
{
    uint32_t wire = htonl(number);
    uint8_t bytes[4];
    memcpy(bytes, &wire, sizeof bytes);
    return mh_address_from_bytes(MH_IPV4, bytes);
}

/* All destinations in the table `main`. */
static struct mh_prefix *list_prefixes(const struct mh_route_table *routes, size_t *count)
{
    struct mh_route_place place = {0};
    struct mh_prefix *prefixes = malloc((mh_route_table_count(routes) + 1) * sizeof *prefixes);
    struct mh_route route;
    *count = 0;
    if (prefixes == NULL)
        fail("out of memory");
    for (mh_route_handle handle; (handle = mh_route_table_walk(routes, &place)) != 0;) {
        mh_route_table_get(routes, handle, &route);
        if (route.table == TABLE_MAIN && route.destination.address.family == MH_IPV4)
            prefixes[(*count)++] = route.destination;
    }
    if (*count == 0)
        fail("there are no routes");
    return prefixes;
}

static struct mh_address *choose_destinations(const struct view *view, size_t count, uint64_t seed)
{
    size_t prefix_count;
    struct mh_prefix *prefixes = list_prefixes(view->routes, &prefix_count);
    struct mh_address *destinations = malloc(count * sizeof *destinations);
    if (destinations == NULL)
        fail("out of memory");
    for (size_t i = 0; i < count; i++) {
        const struct mh_prefix *prefix = &prefixes[next_random(&seed) % prefix_count];
        uint32_t network, host = prefix->length == 32 ? 0 : UINT32_MAX >> prefix->length;
        memcpy(&network, prefix->address.bytes, sizeof network);
        destinations[i] = address_of(ntohl(network) | ((uint32_t)next_random(&seed) & host));
    }
    free(prefixes);
    return destinations;
}

/* ---- the kernel's time ----------------------------------------------------------------------------- */

struct request {
    struct nlmsghdr header;
    struct rtmsg route;
    struct rtattr attribute;
    uint8_t destination[4];
};

static double ask_kernel(const struct mh_address *destinations, size_t count)
{
    struct request request = {
        .header = {.nlmsg_len = sizeof request, .nlmsg_type = RTM_GETROUTE, .nlmsg_flags = NLM_F_REQUEST},
        .route = {.rtm_family = AF_INET, .rtm_dst_len = 32},
        .attribute = {.rta_len = RTA_LENGTH(4), .rta_type = RTA_DST}};
    struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    uint8_t answer[4096];
    int asker = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (asker < 0 || connect(asker, (const struct sockaddr *)&kernel, sizeof kernel) != 0)
        fail("no netlink socket");
    double begun = now();
    for (size_t i = 0; i < count; i++) {
        memcpy(request.destination, destinations[i].bytes, 4);
        if (send(asker, &request, sizeof request, 0) < 0 || recv(asker, answer, sizeof answer, 0) < 0)
            fail("the kernel does not answer");
    }
    double spent = now() - begun;
    (void)close(asker);
    return spent;
}

/* ---- ours ------------------------------------------------------------------------------------------ */

static double select_each(const struct view *view, const struct mh_address *destinations, size_t count,
                          struct mh_selection *selection, uint64_t *sum)
{
    struct mh_question question = {.known = MH_KNOWN_ALL};
    double begun = now();
    for (size_t i = 0; i < count; i++) {
        question.destination = destinations[i];
        (void)mh_select(&view->snapshot, view->routes, MH_DIALECT_LINUX, &question, false, selection);
        *sum += selection->interface + selection->source.bytes[3]; /* it must be computed */
    }
    return now() - begun;
}

static double decide_each(struct mh_decider *decider, const struct mh_address *destinations, size_t count,
                          uint64_t *sum)
{
    struct mh_outcome outcome;
    double begun = now();
    for (size_t i = 0; i < count; i++) {
        mh_decider_ask(decider, &destinations[i], &outcome);
        *sum += outcome.interface + outcome.source.bytes[3];
    }
    return now() - begun;
}

static double decide_all(struct mh_decider *decider, const struct mh_address *destinations, size_t count,
                         uint64_t *sum)
{
    static struct mh_outcome outcomes[BATCH];
    double begun = now();
    for (size_t first = 0; first < count; first += BATCH) {
        size_t here = count - first < BATCH ? count - first : BATCH;
        mh_decider_ask_batch(decider, destinations + first, here, outcomes);
        for (size_t i = 0; i < here; i++)
            *sum += outcomes[i].interface + outcomes[i].source.bytes[3];
    }
    return now() - begun;
}

static struct mh_decider *new_decider(const struct view *view)
{
    const struct mh_question question = {.known = MH_KNOWN_ALL};
    struct mh_decider *decider = mh_decider_new(&view->snapshot, view->routes, MH_DIALECT_LINUX, &question);
    if (decider == NULL)
        fail("out of memory");
    return decider;
}

/* Without preparation: the first questions. */
static double decide_unprepared(const struct view *view, const struct mh_address *destinations, size_t count,
                                uint64_t *sum)
{
    struct mh_decider *decider = new_decider(view);
    double spent = decide_all(decider, destinations, count, sum);
    mh_decider_free(decider);
    return spent;
}

/* ---- comparing ------------------------------------------------------------------------------------- */

/* The kernel's answer is mh_select's, and that is the decider's, in a batch and alone. */
static bool is_the_kernels(const struct view *view, struct mh_decider *decider,
                           const struct mh_address *destination, const struct mh_outcome *in_batch,
                           struct mh_selection *selection)
{
    struct mh_question question = {.known = MH_KNOWN_ALL & ~MH_KNOWN_PROTOCOL, .destination = *destination};
    struct mh_outcome alone, selected;
    struct mh_kernel_answer answer;
    struct mh_failure failure;
    const char *difference;
    if (mh_platform_ask(view->platform, &question, &answer, &failure) != MH_OK)
        fail(failure.detail);
    question.known = MH_KNOWN_ALL;
    (void)mh_select(&view->snapshot, view->routes, MH_DIALECT_LINUX, &question, false, selection);
    mh_decider_ask(decider, destination, &alone);
    mh_outcome_of(selection, &selected);
    return mh_selection_agrees(view->routes, selection, &answer, &difference) &&
           mh_outcome_equal(&selected, &alone) && mh_outcome_equal(&selected, in_batch);
}

static size_t count_differences(const struct view *view, struct mh_decider *decider,
                                const struct mh_address *destinations, size_t count,
                                struct mh_selection *selection)
{
    struct mh_outcome *outcomes = malloc(count * sizeof *outcomes);
    size_t differences = 0;
    if (outcomes == NULL)
        fail("out of memory");
    mh_decider_ask_batch(decider, destinations, count, outcomes);
    for (size_t i = 0; i < count; i++)
        differences += !is_the_kernels(view, decider, &destinations[i], &outcomes[i], selection);
    free(outcomes);
    return differences;
}

/* ---- all ------------------------------------------------------------------------------------------- */

static int compare_times(const void *left, const void *right)
{
    const double *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

static double median(double times[ROUNDS])
{
    qsort(times, ROUNDS, sizeof *times, compare_times);
    return times[ROUNDS / 2];
}

struct times {
    double kernel[ROUNDS], selected[ROUNDS], alone[ROUNDS], batch[ROUNDS];
};

/* Interleaved, so that all see the same machine. */
static void measure(const struct view *view, struct mh_decider *decider,
                    const struct mh_address *destinations, size_t count, struct mh_selection *selection,
                    struct times *times, uint64_t *sum)
{
    for (int i = 0; i < ROUNDS; i++) {
        times->kernel[i] = ask_kernel(destinations, count);
        times->selected[i] = select_each(view, destinations, count, selection, sum);
        times->alone[i] = decide_each(decider, destinations, count, sum);
        times->batch[i] = decide_all(decider, destinations, count, sum);
    }
}

static void print_time(const char *name, double times[ROUNDS], size_t count)
{
    (void)printf("%s %.1f\n", name, median(times) / (double)count * 1e9);
}

int main(int argc, char **argv)
{
    static struct mh_selection selection;
    struct view view = {0};
    struct times times;
    size_t count = argc > 1 ? strtoul(argv[1], NULL, 10) : 200000;
    uint64_t seed = argc > 2 ? strtoul(argv[2], NULL, 10) : 1122, sum = 0;
    look(&view);
    struct mh_address *destinations = choose_destinations(&view, count, seed);
    double unprepared = decide_unprepared(&view, destinations, count, &sum);
    struct mh_decider *decider = new_decider(&view);
    double begun = now();
    if (mh_decider_prepare(decider, NULL) != MH_OK)
        fail("out of memory");
    double preparation = now() - begun;
    measure(&view, decider, destinations, count, &selection, &times, &sum);
    size_t differences = count_differences(&view, decider, destinations, count, &selection);
    (void)printf("routes %zu addresses %zu questions %zu differences %zu check %llu\n",
                 mh_route_table_count(view.routes), view.snapshot.address_count, count, differences,
                 (unsigned long long)sum);
    (void)printf("preparation %.0f memory %zu unprepared %.1f\n", preparation * 1e9,
                 mh_decider_memory(decider), unprepared / (double)count * 1e9);
    print_time("kernel", times.kernel, count);
    print_time("select", times.selected, count);
    print_time("alone", times.alone, count);
    print_time("batch", times.batch, count);
    free(destinations);
    mh_decider_free(decider);
    mh_snapshot_clear(&view.snapshot);
    mh_host_free(view.host);
    mh_route_table_free(view.routes);
    mh_platform_close(view.platform);
    return differences == 0 ? 0 : 1;
}

/* Native properties of a Linux route as words of ip-route(8). The numbers are those of linux/rtnetlink.h,
 * which is not there where a simulated host may run; they are a part of the kernel's interface and do not
 * change. */
#include "describe.h"

#include <string.h>

enum { HEADER = 4, TYPE_MASK = 0x3fff };
enum { RTA_METRICS = 8, RTA_FLOW = 11 };
enum { RTAX_LOCK = 1, RTAX_CC_ALGO = 16 };

/* One attribute of several; false at the end, or at what is none. */
struct walk {
    const uint8_t *next;
    size_t left;
    unsigned type;
    const uint8_t *data;
    size_t length;
};

static bool step(struct walk *walk)
{
    uint16_t length, type;
    if (walk->left < HEADER)
        return false;
    memcpy(&length, walk->next, sizeof length);
    memcpy(&type, walk->next + sizeof length, sizeof type);
    if (length < HEADER || length > walk->left)
        return false;
    walk->type = type & TYPE_MASK;
    walk->data = walk->next + HEADER;
    walk->length = length - (size_t)HEADER;
    size_t padded = (length + 3U) & ~(size_t)3U;
    padded = padded < walk->left ? padded : walk->left;
    walk->next += padded;
    walk->left -= padded;
    return true;
}

static bool number_of(const struct walk *at, uint32_t *number)
{
    if (at->length != sizeof *number)
        return false;
    memcpy(number, at->data, sizeof *number);
    return true;
}

/* Words whose number stands as it is; those in the kernel's units of time have none here. */
static const char *metric_word(unsigned type)
{
    static const char *const words[] = {
        [2] = "mtu",       [3] = "window",     [6] = "ssthresh",           [7] = "cwnd",
        [8] = "advmss",    [9] = "reordering", [10] = "hoplimit",          [11] = "initcwnd",
        [14] = "initrwnd", [15] = "quickack",  [17] = "fastopen_no_cookie"};
    return type < sizeof words / sizeof words[0] ? words[type] : NULL;
}

static bool add_metric(struct mh_description *out, const struct walk *at, uint32_t locked)
{
    uint32_t number;
    const char *word = metric_word(at->type);
    if (at->type == RTAX_CC_ALGO && at->length > 1 && at->data[at->length - 1] == '\0') {
        mh_describe_add(out, " congctl%s ", locked >> RTAX_CC_ALGO & 1 ? " lock" : "");
        mh_describe_word(out, (const char *)at->data);
        return true;
    }
    if (word == NULL || !number_of(at, &number))
        return false;
    mh_describe_add(out, " %s%s %u", word, locked >> at->type & 1 ? " lock" : "", number);
    return true;
}

static unsigned add_metrics(struct mh_description *out, struct walk metrics)
{
    uint32_t locked = 0;
    unsigned unsaid = 0;
    for (struct walk at = metrics; step(&at);)
        if (at.type == RTAX_LOCK)
            (void)number_of(&at, &locked);
    while (step(&metrics))
        unsaid += metrics.type != RTAX_LOCK && !add_metric(out, &metrics, locked);
    return unsaid;
}

static bool add_realms(struct mh_description *out, const struct walk *at)
{
    uint32_t realms;
    if (!number_of(at, &realms))
        return false;
    if (realms >> 16 != 0)
        mh_describe_add(out, " realms %u/%u", realms >> 16, realms & UINT16_MAX);
    else
        mh_describe_add(out, " realms %u", realms);
    return true;
}

unsigned mh_describe_native(struct mh_description *description, const struct mh_route *route)
{
    unsigned unsaid = 0;
    struct walk walk = {.next = route->native, .left = route->native_length};
    while (step(&walk))
        unsaid += walk.type == RTA_METRICS
                      ? add_metrics(description, (struct walk){.next = walk.data, .left = walk.length})
                      : (walk.type != RTA_FLOW || !add_realms(description, &walk));
    return unsaid;
}

/* Who took away or replaced what is ours. */
#ifndef MH_LINUX_CULPRIT_H
#define MH_LINUX_CULPRIT_H

#include "codec.h"
#include "platform.h"

enum { MH_TRACES_MAX = 64 };

/* What an object is known by, whatever else of it is altered. */
struct mh_trace_key {
    enum mh_section section; /* addresses, routes or rules */
    uint32_t numbers[3];     /* interface; table, metric, TOS; priority, table, family */
    struct mh_prefix first, second;
};

struct mh_trace {
    struct mh_trace_key key;
    struct mh_culprit culprit;
};

/* All zero: nothing has happened. */
struct mh_culprits {
    struct mh_trace traces[MH_TRACES_MAX]; /* the oldest first */
    size_t count;
    /* Looking a process up takes time: who was found last, and how many were looked for in this second. */
    uint32_t port;
    struct mh_culprit found;
    int64_t found_at, second_at;
    unsigned lookups;
};

/* Looks at a notification, and at once for the process behind it when something of ours is gone or replaced:
 * it may not live long. `decoder` is free to be used. */
void mh_culprits_note(struct mh_culprits *culprits, const struct nlmsghdr *message, size_t length,
                      struct mh_route_decoder *decoder);
/* As mh_platform_culprit: the newest trace of the op's object, which is forgotten then. */
void mh_culprits_take(struct mh_culprits *culprits, const struct mh_op *op, struct mh_culprit *culprit);

#endif

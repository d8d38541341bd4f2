/* Talking to a routing socket (route(4)): requests, and answers among the messages that every such socket
 * gets. Any thread; each call of a function is of one socket. */
#ifndef MH_BSD_EXCHANGE_H
#define MH_BSD_EXCHANGE_H

#include "bsd.h"
#include "rtmsg_encode.h"

enum { MH_BSD_EXISTS = 17, MH_BSD_NO_PROCESS = 3, MH_BSD_NO_BUFFERS = 55 }; /* EEXIST, ESRCH, ENOBUFS */

enum { MH_BSD_ANSWER_TIMEOUT = 5000 }; /* milliseconds */
enum {
    MH_BSD_MESSAGE_SIZE = 4096,
    MH_BSD_QUESTIONS = 3
}; /* how often a question is asked whose answer is lost */

/* The answer to an RTM_GET. `message` points into `bytes`: not to be copied. */
struct mh_bsd_reply {
    uint8_t bytes[MH_BSD_MESSAGE_SIZE];
    bool told; /* a message was taken for the answer; else write(2) gave it, to nobody but us */
    struct mh_rt_message message;
    struct mh_rt_event event;
};

/* What is asked: the request's octets, its number, and an address that the route in the answer must cover. */
struct mh_bsd_question {
    uint8_t bytes[MH_RT_REQUEST_SIZE];
    size_t length;
    int32_t sequence;
    uint32_t table;
    struct mh_address about;
    int64_t deadline; /* mh_clock_boot(); 0: MH_BSD_ANSWER_TIMEOUT from when it is asked */
};

/* A socket of FreeBSD's FIB `table` (SO_SETFIB); other systems' requests name their table. MH_UNSUPPORTED:
 * there is no such FIB. */
enum mh_error mh_bsd_route_open(struct mh_bsd *host, uint32_t table, int *descriptor,
                                struct mh_failure *failure);
/* A number for the next request; greater than 0. */
int32_t mh_bsd_next_sequence(struct mh_bsd *host);

/* A question with the next number, for the route of exactly the destination, table and (OpenBSD, unless 0)
 * metric of `route`. FreeBSD and NetBSD may answer with a route that covers it; `whole`: they tell its
 * interface and source, too. Errors as mh_rt_encode_lookup. */
enum mh_error mh_bsd_compose_lookup(struct mh_bsd *host, const struct mh_route *route, bool whole,
                                    struct mh_bsd_question *question, struct mh_failure *failure);

/* Has a request carried out. What write(2) answers is what the kernel answers: it has carried the request out
 * or refused it when that returns. (The echo that goes to all routing sockets adds nothing, and is dropped
 * where a socket's buffer is full.) `what` is for words. */
enum mh_error mh_bsd_route_write(struct mh_bsd *host, int descriptor, const uint8_t *bytes, size_t length,
                                 const char *what, struct mh_failure *failure);

/* Asks, and waits for the answer: an RTM_GET with our number about our destination, and with our process's
 * where it is known: the call may be made on another machine. MH_NOT_FOUND (ESRCH): there is no such route.
 * MH_TIMEOUT, MH_LOST: no answer came; MH_MALFORMED: it was not understood. */
enum mh_error mh_bsd_route_ask(struct mh_bsd *host, int descriptor, const struct mh_bsd_question *question,
                               struct mh_bsd_reply *reply, struct mh_failure *failure);

#endif

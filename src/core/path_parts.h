/* What the files of the return path share; not for others. */
#ifndef MH_CORE_PATH_PARTS_H
#define MH_CORE_PATH_PARTS_H

#include "core/path.h"

enum { MH_PROTOCOL_TCP = 6, MH_PROTOCOL_UDP = 17 };

/* One walk of request and reply, for one kind of socket. */
struct mh_pathing {
    const struct mh_path_host *host;
    const struct mh_path_question *question;
    struct mh_path_report *report;
    struct mh_path_reply *reply;
    struct mh_filter_packet request; /* as the packet filter has left it so far */
    bool passes;                     /* the packet filter lets the request pass, as far as it was run */
    bool taken;                      /* local, as far as the routes say */
};

/* Adds a verdict, or the kind of socket to one that says the same already. */
void mh_path_say(const struct mh_pathing *pathing, enum mh_path_by by, enum mh_path_drops drops,
                 const char *format, ...) __attribute__((format(printf, 4, 5)));
void mh_path_advise(struct mh_path_report *report, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The first packet of the question's connection, as it comes in; after mh_path_begin. */
struct mh_filter_packet mh_path_request_packet(const struct mh_path_host *host,
                                               const struct mh_path_question *question,
                                               const struct mh_path_report *report, uint8_t protocol);
/* The request on its way in: what its routes, the system's checks and the packet filter say. */
void mh_path_arrive(struct mh_pathing *pathing);
/* The reply's way and the packet filter behind it. */
enum mh_error mh_path_return(struct mh_pathing *pathing);
/* Remedies and advice, once all is said. */
enum mh_error mh_path_cure(const struct mh_path_host *host, const struct mh_path_question *question,
                           struct mh_path_report *report);

/* ---- the reverse path filter (path_reverse.c) ------------------------------------------------------- */

enum mh_reverse_outcome {
    MH_REVERSE_PASSES,
    MH_REVERSE_FILTERED, /* no way back, or none by this interface */
    MH_REVERSE_OWN,      /* the source is this host's own address */
    MH_REVERSE_NO_HOST,  /* the source is a broadcast address or the like */
    MH_REVERSE_UNKNOWN   /* `reason` */
};

struct mh_reverse {
    enum mh_reverse_outcome outcome;
    const char *reason;
    int32_t mode;       /* rp_filter in effect: 0 off, 1 strict, 2 loose */
    uint32_t interface; /* of the way back, the first of several; 0: there is none */
    bool has_route;     /* there is a way back to the source at all */
    bool no_address;    /* the interface has no IPv4 address */
};

/* The question that the check asks of the routes. `mark` is the request's. */
struct mh_question mh_reverse_question(const struct mh_snapshot *snapshot, const struct mh_question *incoming,
                                       uint32_t mark);
/* The mode in effect; false when it is not known. */
bool mh_reverse_mode(const struct mh_snapshot *snapshot, uint32_t input, int32_t *mode);
/* Linux IPv4's check of a source (fib_validate_source) under that mode. */
struct mh_reverse mh_reverse_check(const struct mh_snapshot *snapshot, const struct mh_route_table *routes,
                                   const struct mh_question *incoming, uint32_t mark, int32_t mode);

/* ---- the packet filter (path_filter.c) -------------------------------------------------------------- */

/* There is none that could drop anything: pf, OpenBSD's only one, is not enabled. */
bool mh_path_filter_is_off(const struct mh_path_host *host);
/* The request before it is looked up, and behind that. */
void mh_path_filter_prerouting(struct mh_pathing *pathing);
void mh_path_filter_input(struct mh_pathing *pathing);
/* The reply by all next hops that it may take. */
void mh_path_filter_reply(struct mh_pathing *pathing);

/* mh_filter_fib; its context is the struct. */
struct mh_path_fib_context {
    const struct mh_path_host *host;
};
void mh_path_fib(void *context, const struct mh_filter_fib_question *question,
                 struct mh_filter_fib_answer *answer);

/* ---- small ------------------------------------------------------------------------------------------ */

/* The interface and source of one of the reply's ways (0 .. mh_path_way_count - 1). */
size_t mh_path_way_count(const struct mh_selection *selection);
uint32_t mh_path_way_interface(const struct mh_route_table *routes, const struct mh_selection *selection,
                               size_t way);
const struct mh_address *mh_path_way_source(const struct mh_selection *selection, size_t way);

/* The address of this interface, or of any (interface 0), that works; NULL when none has it. */
const struct mh_interface_address *mh_path_owner(const struct mh_snapshot *snapshot,
                                                 const struct mh_address *address, uint32_t interface);

static inline bool mh_path_is_bound_to_link(const struct mh_address *address)
{
    return address->family == MH_IPV6 && mh_address_is_link_local(address);
}

#endif

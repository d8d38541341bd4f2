/* The simulated host: what a kernel would hold. Plain data in lists, copied before a change so that a failed
 * change leaves nothing behind. One thread. */
#ifndef MH_SIM_HOST_H
#define MH_SIM_HOST_H

#include "core/endpoints.h"
#include "core/feed.h"
#include "core/list.h"
#include "core/op.h"
#include "personality.h"
#include "platform.h"

/* An interface, and what the model has no place for. */
struct sim_interface {
    struct mh_interface base; /* first: a pointer to one is a pointer to the other */
    uint32_t table;           /* where its connected routes go; 0: the system's usual tables */
};

/* A route that owns what it points to. */
struct sim_route {
    struct mh_route route;  /* next_hops are the items of `hops`, native those of `native` */
    struct mh_list *hops;   /* struct mh_next_hop; counted reference, never written to once shared */
    struct mh_list *native; /* uint8_t; likewise; NULL: none */
};

enum sim_fault_kind { SIM_FAULT_OP, SIM_FAULT_READ, SIM_FAULT_CHANGES };

struct sim_fault {
    enum sim_fault_kind kind;
    enum mh_op_kind op;
    enum mh_section section; /* MH_SECTION_COUNT: the whole reading */
    uint32_t at;             /* the how-many-th one fails; the first is 1 */
    const struct sim_native *native;
};

struct sim_host {
    const struct sim_personality *personality;
    char hostname[256];
    char release[32];
    /* By section: sim_interface by index; mh_interface_address by interface, then as the system lists them;
     * mh_rule by family and priority; mh_neighbor; mh_setting; mh_address_label; sim_route in the order that
     * the system made them. */
    struct mh_list *lists[MH_SECTION_COUNT];
    struct mh_list *faults;    /* struct sim_fault */
    struct mh_culprit culprit; /* who edits the file; pid 0: nobody says */
    struct mh_list *endpoints; /* struct mh_endpoint; `yours`: of whoever asks */
};

/* Why something cannot be put there: in the file it becomes a message, in an op a native error. */
struct sim_refusal {
    enum sim_trouble trouble;
    const char *member; /* of the host file: the member that is wrong; "" for the whole */
    const char *expected;
    char text[160];
};
/* Fills *refusal and returns false. `member` and `expected` are static. */
bool sim_refuse_because(struct sim_refusal *refusal, enum sim_trouble trouble, const char *member,
                        const char *expected, const char *format, ...) __attribute__((format(printf, 5, 6)));

/* NULL when out of memory. */
struct sim_host *sim_host_new(const struct sim_personality *personality);
struct sim_host *sim_host_clone(const struct sim_host *host);
void sim_host_free(struct sim_host *host); /* NULL is allowed */

size_t sim_count(const struct sim_host *host, enum mh_section section);
const struct sim_interface *sim_interfaces(const struct sim_host *host);
const struct mh_interface_address *sim_addresses(const struct sim_host *host);
const struct mh_rule *sim_rules(const struct sim_host *host);
const struct mh_neighbor *sim_neighbors(const struct sim_host *host);
const struct mh_setting *sim_settings(const struct sim_host *host);
const struct mh_address_label *sim_labels(const struct sim_host *host);
const struct sim_route *sim_routes(const struct sim_host *host);

/* NULL when there is none. */
const struct sim_interface *sim_interface_at(const struct sim_host *host, uint32_t index);
const struct sim_interface *sim_interface_named(const struct sim_host *host, const char *name);
const struct sim_interface *sim_loopback(const struct sim_host *host);
/* The interface's name, or "no interface". */
const char *sim_interface_name(const struct sim_host *host, uint32_t index);
/* True when an interface of the host has this address. */
bool sim_has_address(const struct sim_host *host, const struct mh_address *address);
/* The same of the interfaces in one domain. */
bool sim_domain_has_address(const struct sim_host *host, const struct mh_address *address, uint32_t domain);
/* 0 when the host does not have the setting there. */
int32_t sim_setting(const struct sim_host *host, uint32_t interface, enum mh_family family,
                    enum mh_setting_id id);

/* These return false when out of memory; the host is then to be thrown away. */
bool sim_add_interface(struct sim_host *host, const struct sim_interface *interface);
bool sim_add_rule(struct sim_host *host, const struct mh_rule *rule);
bool sim_put_setting(struct sim_host *host, const struct mh_setting *setting);

/* The sections (1 << enum mh_section) in which two hosts differ. */
unsigned sim_host_differences(const struct sim_host *a, const struct sim_host *b);
/* Feeds one section whole; nothing when the system has no such thing (address labels elsewhere than on
 * Linux). */
enum mh_error sim_host_feed(const struct sim_host *host, enum mh_section section, const struct mh_feed *feed);

/* ---- routes (sim_route.c) -------------------------------------------------------------------------- */

/* Appends a copy of the route, or puts it at `position`. */
bool sim_route_insert(struct mh_list **routes, size_t position, const struct mh_route *route);
bool sim_route_append(struct mh_list **routes, const struct mh_route *route);
bool sim_route_remove(struct mh_list **routes, size_t position);
void sim_routes_release(struct mh_list *routes);
struct mh_list *sim_routes_clone(const struct mh_list *routes);

/* Total order of routes, all that tells two apart; 0: equal in everything. */
int sim_route_compare(const struct mh_route *a, const struct mh_route *b);
/* Removes every route that is equal to one before it. The first such pair's later position in *second
 * (SIZE_MAX: none). */
bool sim_routes_unique(struct mh_list **routes, size_t *second);

/* After a change: removes the derived routes that are no more, appends the new ones. `before`: what derive()
 * said then. */
bool sim_routes_follow(struct sim_host *host, const struct mh_list *before);

#endif

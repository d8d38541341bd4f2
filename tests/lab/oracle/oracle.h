/* The oracle: random hosts made in a network namespace, read by the production backend, and asked; every
 * answer of mh_select must be the kernel's. Only for use in a private world (tests/lab/run): the program
 * moves from namespace to namespace. */
#ifndef MH_TESTS_ORACLE_H
#define MH_TESTS_ORACLE_H

#include "core/host.h"
#include "core/route_table.h"
#include "core/select.h"
#include "platform.h"

#include <stdio.h>

/* ---- a host in words ------------------------------------------------------------------------------- */

/* What a line is for, in the order in which hosts are made. */
enum oracle_stage {
    STAGE_SETTING, /* "net/ipv6/conf/all/forwarding 1", of /proc/sys, before there are interfaces */
    STAGE_LINK,    /* arguments of ip(8) */
    STAGE_PEER,    /* the same, in the namespace of the other ends */
    STAGE_TUNE,    /* settings of interfaces */
    STAGE_IPV4,    /* addresses, routes, rules, neighbours: arguments of ip -4 */
    STAGE_IPV6,
    STAGE_LATE_LINK, /* what goes down in the end */
    STAGE_LATE_PEER
};

enum { ORACLE_LINE = 512, ORACLE_LINES = 1024, ORACLE_INTERFACES = 6 };

struct oracle_line {
    enum oracle_stage stage;
    char text[ORACLE_LINE];
};

struct oracle_host {
    struct oracle_line lines[ORACLE_LINES];
    size_t count;
};

/* xorshift64*; the state is not 0. */
struct oracle_random {
    uint64_t state;
};
void oracle_seed(struct oracle_random *random, uint64_t seed, uint64_t number);
/* 0 .. bound - 1. */
unsigned oracle_below(struct oracle_random *random, unsigned bound);
/* True `percent` times of a hundred. */
bool oracle_chance(struct oracle_random *random, unsigned percent);

/* Addresses come from few networks, so that they meet: text of one, with its end. */
struct mh_address oracle_address4(struct oracle_random *random);
struct mh_address oracle_address6(struct oracle_random *random);

/* In its lines @PEER@ is the namespace of the links' other ends, and @N@ a number that makes their names
 * unique: those of a host that is gone may linger. */
void oracle_generate(struct oracle_random *random, struct oracle_host *host);
void oracle_print_host(FILE *out, const struct oracle_host *host);

/* ---- a host in the kernel -------------------------------------------------------------------------- */

struct oracle_world {
    struct mh_platform *platform;
    struct mh_host *host;
    struct mh_route_table *routes, *coming;
    struct mh_snapshot snapshot;
};

/* Moves into a new namespace and makes the host there; what the kernel refuses is left out. False when that
 * cannot be done at all. `peer` names the namespace of the other ends (ip-netns(8)). */
bool oracle_make(const struct oracle_host *host, const char *peer);
/* Reads it through the production backend. */
bool oracle_read(struct oracle_world *world);
void oracle_close(struct oracle_world *world);

/* Whether a decider made for the question answers it as mh_select did, and what lies around it too. */
bool oracle_decider_agrees(const struct oracle_world *world, const struct mh_question *question,
                           const struct mh_selection *selection);

/* ---- questions ------------------------------------------------------------------------------------- */

void oracle_question(struct oracle_random *random, const struct oracle_world *world,
                     struct mh_question *question);
/* As ip-route(8) would ask it. */
void oracle_print_question(FILE *out, const struct oracle_world *world, const struct mh_question *question);

#endif

/* Random ops, carried out three times: by mh_platform_apply, by the command that mh_platform_describe gives,
 * and by the simulator. Only for use in a private world (tests/lab/run). */
#ifndef MH_TESTS_ACT_H
#define MH_TESTS_ACT_H

#include "oracle.h"

/* An op that owns its next hops. */
struct act_op {
    struct mh_op op;
    struct mh_next_hop hops[4];
};

/* What a host is made of, for the choice of ops and for comparisons. */
void act_generate(struct oracle_random *random, const struct oracle_world *world, struct act_op *op);

/* Everything that ops can change, in lines. The caller frees the text; NULL when out of memory. */
char *act_state(const struct oracle_world *world);
/* Prints the lines that only one of two texts has. */
void act_print_difference(const char *left_name, const char *left, const char *right_name, const char *right);

/* Writes a host file for the simulator that is like the host: interfaces without addresses, and settings. */
bool act_write_host(const struct oracle_world *world, const char *path);

#endif

/* What the configuration's reader says, as a problem document. Pure; any thread. */
#ifndef MH_API_CONFIG_PROBLEM_H
#define MH_API_CONFIG_PROBLEM_H

#include "api/problem.h"
#include "core/config.h"

/* Fills *problem and returns false: invalid-body for what is no JSON, invalid-config, not-found or internal.
 */
bool mh_problem_of_config(struct mh_problem *problem, const struct mh_config_problem *why);

#endif

/* The packet filter of a simulated host, as the backend's `filter` gives it. */
#ifndef MH_SIM_FILTER_H
#define MH_SIM_FILTER_H

#include "core/error.h"
#include "sim_host.h"

struct mh_filter;

/* The caller frees *filter (mh_filter_free). MH_NO_MEMORY. */
enum mh_error sim_filter_make(const struct sim_host *host, struct mh_filter **filter,
                              struct mh_failure *failure);

#endif

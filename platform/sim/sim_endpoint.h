/* The sockets of the host file, as platform.h's operations tell of them. */
#ifndef MH_SIM_ENDPOINT_H
#define MH_SIM_ENDPOINT_H

#include "sim_host.h"

/* As mh_platform_endpoints. */
enum mh_error sim_endpoints_list(const struct sim_host *host, unsigned states, struct mh_endpoints *endpoints,
                                 struct mh_failure *failure);
/* As mh_platform_endpoint_holders: those that the file names are known at once. */
void sim_endpoints_holders(struct mh_endpoint *endpoints, size_t count);
/* Marks those that are `yours` in the file. */
void sim_endpoints_ancestry(const struct sim_host *host, struct mh_endpoint *endpoints, size_t count);

#endif

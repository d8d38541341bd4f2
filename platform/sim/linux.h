/* Parts of the Linux personality. */
#ifndef MH_SIM_LINUX_H
#define MH_SIM_LINUX_H

#include "sim_host.h"

enum { LINUX_TABLE_DEFAULT = 253, LINUX_TABLE_MAIN = 254, LINUX_TABLE_LOCAL = 255 };

/* The interface's VRF table, or `usual`. */
uint32_t sim_linux_table(const struct sim_interface *interface, uint32_t usual);
/* On one interface and in one subnet: then one is the primary and the others are its secondaries. */
bool sim_linux_same_subnet(const struct mh_interface_address *a, const struct mh_interface_address *b);

/* struct sim_personality's functions of these names. */
bool sim_linux_derive(const struct sim_host *host, struct mh_list **routes);
enum mh_error sim_linux_add_address(struct sim_host *host, const struct mh_interface_address *address,
                                    struct sim_refusal *refusal);
bool sim_linux_remove_address(struct sim_host *host, size_t position);
bool sim_linux_setting_written(struct sim_host *host, const struct mh_setting *setting);

#endif

/* The configuration's word on roles, for those who assess them. Pure; any thread. */
#ifndef MH_CORE_CONFIG_ROLES_H
#define MH_CORE_CONFIG_ROLES_H

#include "core/config.h"
#include "core/role.h"

/* Looks roles up in the configuration, which outlives the source. */
struct mh_role_source mh_config_roles(const struct mh_config *config);

#endif

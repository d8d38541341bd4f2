#include "core/config_roles.h"

static enum mh_role configured(const void *config, const struct mh_interface *interface)
{
    return mh_config_role(config, interface);
}

struct mh_role_source mh_config_roles(const struct mh_config *config)
{
    return (struct mh_role_source){configured, config};
}

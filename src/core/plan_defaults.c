/* Default routes of uplinks, in table main. */
#include "core/plan_builder.h"

bool mh_plan_balances(const struct mh_plan_builder *builder)
{
    return builder->input->config->sharing == MH_SHARING_BALANCE && builder->input->config->host_wide;
}

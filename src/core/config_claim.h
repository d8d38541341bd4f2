/* What two entries of a configuration cannot have both: an address, a destination, a gateway, a place among
 * the rules. */
#ifndef MH_CORE_CONFIG_CLAIM_H
#define MH_CORE_CONFIG_CLAIM_H

#include "core/config_parts.h"

bool mh_config_check_claims(struct mh_reading *reading);

#endif

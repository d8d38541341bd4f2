/* Who stands behind a request: the process at the local socket, or the TCP client. */
#ifndef MH_API_ASKER_H
#define MH_API_ASKER_H

#include "api/request.h"
#include "daemon/edit.h"

/* What cannot be found out is left 0. */
struct mh_asker mh_asker_of(const struct mh_request *request);

#endif

/* The sockets of the host, and who holds them. Private to platform/linux. */
#ifndef MH_LINUX_ENDPOINT_H
#define MH_LINUX_ENDPOINT_H

#include "platform.h"

/* As platform.h says of theirs. */
enum mh_error mh_linux_endpoints(struct mh_platform *platform, unsigned states,
                                 struct mh_endpoints *endpoints, struct mh_failure *failure);
void mh_linux_endpoint_holders(struct mh_platform *platform, struct mh_endpoint *endpoints, size_t count);
void mh_linux_endpoint_ancestry(struct mh_platform *platform, uint32_t pid, struct mh_endpoint *endpoints,
                                size_t count);

#endif

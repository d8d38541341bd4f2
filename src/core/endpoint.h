/* An address and a port: "192.0.2.1:8643", "[2001:db8::1]:8643". Pure; any thread. */
#ifndef MH_CORE_ENDPOINT_H
#define MH_CORE_ENDPOINT_H

#include "core/address.h"

/* IPv6 stands in brackets; the port is 1 to 65535 without leading zeros. The address may be the unspecified
 * one, which listens on all. False, and nothing written, for anything else. */
bool mh_endpoint_parse(const char *text, struct mh_address *address, uint16_t *port);

#endif

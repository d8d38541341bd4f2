/* What IcmpSendEcho2Ex and Icmp6SendEcho2 leave in the caller's buffer. Nothing in it is trusted. Private to
 * platform/windows. */
#ifndef MH_WINDOWS_ICMP_REPLY_H
#define MH_WINDOWS_ICMP_REPLY_H

#include "windows/iphlp.h"

/* This needs what stands before it. */
#include "platform.h"

/* How large the buffer must be for an answer to `size` octets of data: the structure, the data, 8 octets of
 * an ICMP error, and an IO_STATUS_BLOCK (the page of IcmpSendEcho2Ex). */
DWORD mh_windows_icmp_reply_size(enum mh_family family, uint16_t size);

/* Reads the answer; `measured` are the microseconds that it took to come. `buffer` is `length` octets,
 * aligned for a structure. */
void mh_windows_icmp_reply(const struct mh_iphlp *iphlp, enum mh_family family, void *buffer, DWORD length,
                           uint16_t size, uint64_t measured, struct mh_probe_answer *answer);

/* An answer without a reply: by an IP_STATUS of ipexport.h, or another code, that `function` gave. */
void mh_windows_icmp_status(DWORD status, const char *function, struct mh_probe_answer *answer);

#endif

/* Which representation a client wants: the Accept header, RFC 9110 section 12.5.1. Pure; any thread. */
#ifndef MH_API_ACCEPT_H
#define MH_API_ACCEPT_H

#include <stddef.h>

/* Picks one of `offers` (media types without parameters): the one of the greatest quality, among equals the
 * one the client named more exactly, among those the first. `accept` NULL or empty: the first. -1 when none
 * is accepted. Ranges that are not well-formed count for nothing. */
int mh_accept_pick(const char *accept, const char *const *offers, size_t count);

#endif

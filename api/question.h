/* The question that a query asks of source selection: "to this destination, from that source, ...". Pure; any
 * thread. */
#ifndef MH_API_QUESTION_H
#define MH_API_QUESTION_H

#include "api/query.h"
#include "core/forward.h"

/* Reads destination, source, interface, protocol, mark, tos, ports and uid. Mark and tos are 0 when they are
 * not given, as those of a socket that sets none; what else is not given is not known. Ports are known when
 * both are given. A source of 0.0.0.0 or :: is none, a destination of :: is ::1, and
 * IPv4-mapped IPv6 addresses are read as IPv4 ones: so connect(2) takes them. False, and *problem, for values
 * that are wrong, contradict each other, or name what is not on this host; for a source that is no host's;
 * and for a destination or source that does not say on which link it is. */
bool mh_question_read(const struct mh_query *query, const struct mh_snapshot *snapshot,
                      struct mh_question *question, struct mh_problem *problem);

#endif

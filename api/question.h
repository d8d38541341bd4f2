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

/* ---- for other questions of the kind ---------------------------------------------------------------- */

/* One parameter that is given. An address's zone binds the question to its interface, or contradicts
 * question->output. */
bool mh_question_read_address(const struct mh_query *query, enum mh_parameter parameter,
                              const struct mh_snapshot *snapshot, struct mh_address *address,
                              struct mh_question *question, struct mh_problem *problem);
/* `interface`, when it is given: sets question->output. */
bool mh_question_read_interface(const struct mh_query *query, const struct mh_snapshot *snapshot,
                                struct mh_question *question, struct mh_problem *problem);
/* Decimal digits, or hexadecimal ones behind 0x. *number stays when the parameter is not given. */
bool mh_question_read_number(const struct mh_query *query, enum mh_parameter parameter, uint64_t greatest,
                             const char *expected, uint64_t *number, struct mh_problem *problem);
/* Says that a parameter is needed; returns false. */
bool mh_question_missing(enum mh_parameter parameter, const char *expected, struct mh_problem *problem);

#endif

/* The question that a query asks of the return path. Pure; any thread. */
#ifndef MH_API_PATH_QUESTION_H
#define MH_API_PATH_QUESTION_H

#include "api/query.h"
#include "core/path.h"

/* Reads remote, local, interface, protocol (tcp or udp), remote_port, local_port and mark. False, and
 * *problem, for what is missing or wrong: families mixed, an interface that is not here, a remote or local
 * address that no single host has, a zone that is another link's. An address that is not this host's is none
 * of these: the report says what becomes of the packet. */
bool mh_path_question_read(const struct mh_query *query, const struct mh_snapshot *snapshot,
                           struct mh_path_question *question, struct mh_problem *problem);

#endif

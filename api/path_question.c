#include "api/path_question.h"

#include "api/question.h"

#include <string.h>

/* An interface that is named, and an address whose zone is no other one. */
static bool read_end(const struct mh_query *query, enum mh_parameter parameter,
                     const struct mh_snapshot *snapshot, uint32_t interface, struct mh_address *address,
                     struct mh_problem *problem)
{
    struct mh_question link = {.output = interface};
    if (query->value[parameter] == NULL)
        return mh_question_missing(parameter, "an IPv4 or IPv6 address", problem);
    if (!mh_question_read_address(query, parameter, snapshot, address, &link, problem))
        return false;
    if (mh_address_is_unspecified(address) || mh_address_is_multicast(address))
        return mh_query_invalid(query, parameter, "the address of one host, not multicast or unspecified",
                                problem);
    return true;
}

static bool read_ends(const struct mh_query *query, const struct mh_snapshot *snapshot,
                      struct mh_path_question *question, struct mh_problem *problem)
{
    struct mh_question link = {0};
    if (query->value[MH_PARAMETER_REMOTE] == NULL)
        return mh_question_missing(MH_PARAMETER_REMOTE, "an IPv4 or IPv6 address", problem);
    if (query->value[MH_PARAMETER_LOCAL] == NULL)
        return mh_question_missing(MH_PARAMETER_LOCAL, "an IPv4 or IPv6 address", problem);
    if (query->value[MH_PARAMETER_INTERFACE] == NULL)
        return mh_question_missing(MH_PARAMETER_INTERFACE,
                                   "the name of an interface of this host, or index:N", problem);
    if (!mh_question_read_interface(query, snapshot, &link, problem))
        return false;
    question->interface = link.output;
    if (!read_end(query, MH_PARAMETER_REMOTE, snapshot, link.output, &question->remote, problem) ||
        !read_end(query, MH_PARAMETER_LOCAL, snapshot, link.output, &question->local, problem))
        return false;
    if (question->remote.family == question->local.family)
        return true;
    return mh_query_invalid(query, MH_PARAMETER_LOCAL,
                            question->remote.family == MH_IPV4 ? "an IPv4 address, as remote is one"
                                                               : "an IPv6 address, as remote is one",
                            problem);
}

static bool read_protocol(const struct mh_query *query, struct mh_path_question *question,
                          struct mh_problem *problem)
{
    const char *word = query->value[MH_PARAMETER_PROTOCOL];
    if (word == NULL)
        return true;
    question->protocol = strcmp(word, "tcp") == 0 ? 6 : strcmp(word, "udp") == 0 ? 17 : 0;
    return question->protocol != 0 || mh_query_invalid(query, MH_PARAMETER_PROTOCOL, "tcp or udp", problem);
}

static bool read_port(const struct mh_query *query, enum mh_parameter parameter, uint16_t *port, bool *known,
                      struct mh_problem *problem)
{
    uint64_t number = 0;
    if (!mh_question_read_number(query, parameter, UINT16_MAX, "a number from 0 to 65535", &number, problem))
        return false;
    *port = (uint16_t)number;
    *known = query->value[parameter] != NULL;
    return true;
}

static bool read_mark(const struct mh_query *query, struct mh_path_question *question,
                      struct mh_problem *problem)
{
    uint64_t mark = 0;
    if (!mh_question_read_number(query, MH_PARAMETER_MARK, UINT32_MAX,
                                 "a 32-bit number, in decimal or as 0x10", &mark, problem))
        return false;
    question->mark = (uint32_t)mark;
    return true;
}

bool mh_path_question_read(const struct mh_query *query, const struct mh_snapshot *snapshot,
                           struct mh_path_question *question, struct mh_problem *problem)
{
    *question = (struct mh_path_question){0};
    return read_ends(query, snapshot, question, problem) && read_protocol(query, question, problem) &&
           read_port(query, MH_PARAMETER_REMOTE_PORT, &question->remote_port, &question->remote_port_known,
                     problem) &&
           read_port(query, MH_PARAMETER_LOCAL_PORT, &question->local_port, &question->local_port_known,
                     problem) &&
           read_mark(query, question, problem);
}

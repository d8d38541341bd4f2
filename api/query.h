/* Query parameters: one list of names, and what the values may be. Pure; any thread. */
#ifndef MH_API_QUERY_H
#define MH_API_QUERY_H

#include "api/target.h"
#include "core/address.h"

/* X(name, text) */
#define MH_PARAMETER_TABLE(X)                                                                                \
    X(LIMIT, "limit")                                                                                        \
    X(CURSOR, "cursor")                                                                                      \
    X(INTERFACE, "interface")                                                                                \
    X(FAMILY, "family")                                                                                      \
    X(TABLE, "table")                                                                                        \
    X(OWNER, "owner")                                                                                        \
    X(SINCE, "since")                                                                                        \
    X(DESTINATION, "destination")                                                                            \
    X(SOURCE, "source")                                                                                      \
    X(PROTOCOL, "protocol")                                                                                  \
    X(MARK, "mark")                                                                                          \
    X(TOS, "tos")                                                                                            \
    X(SOURCE_PORT, "source_port")                                                                            \
    X(DESTINATION_PORT, "destination_port")                                                                  \
    X(UID, "uid")                                                                                            \
    X(REMOTE, "remote")                                                                                      \
    X(LOCAL, "local")                                                                                        \
    X(REMOTE_PORT, "remote_port")                                                                            \
    X(LOCAL_PORT, "local_port")                                                                              \
    X(DRY_RUN, "dry_run")                                                                                    \
    X(STRICT, "strict")                                                                                      \
    X(CONFIRM_TIMEOUT, "confirm_timeout")

enum mh_parameter {
#define MH_PARAMETER_ENUM(name, text) MH_PARAMETER_##name,
    MH_PARAMETER_TABLE(MH_PARAMETER_ENUM)
#undef MH_PARAMETER_ENUM
        MH_PARAMETER_COUNT
};

/* A set of parameters: MH_TAKES(LIMIT) | MH_TAKES(CURSOR). */
#define MH_TAKES(name) (1U << MH_PARAMETER_##name)
#define MH_TAKES_PAGE (MH_TAKES(LIMIT) | MH_TAKES(CURSOR))

enum { MH_LIMIT_DEFAULT = 100, MH_LIMIT_MAX = 1000 };

/* `value` is NULL for a parameter that is not given. */
struct mh_query {
    const char *value[MH_PARAMETER_COUNT];
};

const char *mh_parameter_name(enum mh_parameter parameter);

/* Sorts the target's pairs; false, and *problem, for a name that is not in `allowed` or comes twice. */
bool mh_query_collect(const struct mh_target *target, unsigned allowed, struct mh_query *query,
                      struct mh_problem *problem);

/* Says that a value is wrong; returns false. */
bool mh_query_invalid(const struct mh_query *query, enum mh_parameter parameter, const char *expected,
                      struct mh_problem *problem);

/* limit: 1 to MH_LIMIT_MAX, MH_LIMIT_DEFAULT when not given. */
bool mh_query_limit(const struct mh_query *query, size_t *limit, struct mh_problem *problem);
/* family: MH_FAMILY_NONE when not given. */
bool mh_query_family(const struct mh_query *query, enum mh_family *family, struct mh_problem *problem);

/* true or false; false when not given. */
bool mh_query_flag(const struct mh_query *query, enum mh_parameter parameter, bool *flag,
                   struct mh_problem *problem);
/* confirm_timeout: milliseconds, from 1 s to 24 h; 0 when not given. */
bool mh_query_timeout(const struct mh_query *query, int64_t *timeout, struct mh_problem *problem);

/* Decimal digits only, without leading zeros, up to `greatest`. */
bool mh_number_parse(const char *text, uint64_t greatest, uint64_t *number);

#endif

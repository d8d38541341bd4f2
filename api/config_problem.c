#include "api/config_problem.h"

#include <stdio.h>

static enum mh_problem_type type_of(enum mh_config_problem_kind kind)
{
    switch (kind) {
    case MH_CONFIG_SYNTAX:
        return MH_PROBLEM_INVALID_BODY;
    case MH_CONFIG_INVALID:
        return MH_PROBLEM_INVALID_CONFIG;
    case MH_CONFIG_ABSENT:
        return MH_PROBLEM_NOT_FOUND;
    case MH_CONFIG_NO_MEMORY:
        break;
    }
    return MH_PROBLEM_INTERNAL;
}

bool mh_problem_of_config(struct mh_problem *problem, const struct mh_config_problem *why)
{
    char place[48] = "";
    if (why->line != 0)
        (void)snprintf(place, sizeof place, " (line %u, column %u)", why->line, why->column);
    (void)mh_problem_set(problem, type_of(why->kind), "%.200s: %s%s.",
                         why->pointer[0] == '\0' ? "The document" : why->pointer, why->title, place);
    if (why->expected[0] != '\0')
        (void)mh_problem_expected(problem, why->expected, why->got);
    problem->has_pointer = why->kind == MH_CONFIG_INVALID || why->kind == MH_CONFIG_ABSENT;
    (void)snprintf(problem->pointer, sizeof problem->pointer, "%s", why->pointer);
    return false;
}

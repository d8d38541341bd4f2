#include "api/query.h"

#include "core/duration.h"

#include <stdio.h>
#include <string.h>

static const char *const names[] = {
#define PARAMETER_NAME(name, text) text,
    MH_PARAMETER_TABLE(PARAMETER_NAME)
#undef PARAMETER_NAME
};

const char *mh_parameter_name(enum mh_parameter parameter)
{
    return names[parameter];
}

static void name_parameter(struct mh_problem *problem, const char *name)
{
    (void)snprintf(problem->parameter, sizeof problem->parameter, "%s", name);
}

/* "limit, cursor", for a person. */
static void list_allowed(unsigned allowed, char *text, size_t size)
{
    (void)snprintf(text, size, "%s", allowed == 0 ? "no parameters" : "");
    for (size_t i = 0; i < MH_PARAMETER_COUNT; i++) {
        size_t used = strlen(text);
        if ((allowed >> i & 1) != 0)
            (void)snprintf(text + used, size - used, "%s%s", used == 0 ? "" : ", ", names[i]);
    }
}

static bool refuse_unknown(const char *name, unsigned allowed, struct mh_problem *problem)
{
    char expected[MH_PROBLEM_WORD_SIZE];
    list_allowed(allowed, expected, sizeof expected);
    (void)mh_problem_set(problem, MH_PROBLEM_UNKNOWN_PARAMETER, "This resource has no parameter \"%.64s\".",
                         name);
    name_parameter(problem, name);
    return mh_problem_expected(problem, expected, name);
}

static int find_parameter(const char *name)
{
    for (int i = 0; i < MH_PARAMETER_COUNT; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    return -1;
}

bool mh_query_collect(const struct mh_target *target, unsigned allowed, struct mh_query *query,
                      struct mh_problem *problem)
{
    *query = (struct mh_query){0};
    for (size_t i = 0; i < target->pair_count; i++) {
        const char *name = target->pairs[i].name;
        int parameter = find_parameter(name);
        if (parameter < 0 || (allowed >> parameter & 1) == 0)
            return refuse_unknown(name, allowed, problem);
        if (query->value[parameter] != NULL) {
            (void)mh_problem_set(problem, MH_PROBLEM_REPEATED_PARAMETER, "%s is given more than once.", name);
            name_parameter(problem, name);
            return false;
        }
        query->value[parameter] = target->pairs[i].value;
    }
    return true;
}

bool mh_query_invalid(const struct mh_query *query, enum mh_parameter parameter, const char *expected,
                      struct mh_problem *problem)
{
    (void)mh_problem_set(problem, MH_PROBLEM_INVALID_PARAMETER, "The value of %s is not valid.",
                         names[parameter]);
    name_parameter(problem, names[parameter]);
    return mh_problem_expected(problem, expected, query->value[parameter]);
}

bool mh_number_parse(const char *text, uint64_t greatest, uint64_t *number)
{
    uint64_t value = 0;
    if (text[0] == '\0' || (text[0] == '0' && text[1] != '\0'))
        return false;
    for (; *text != '\0'; text++) {
        if (*text < '0' || *text > '9')
            return false;
        uint64_t digit = (uint64_t)(*text - '0');
        if (value > (greatest - digit) / 10 || digit > greatest)
            return false;
        value = value * 10 + digit;
    }
    *number = value;
    return true;
}

bool mh_query_limit(const struct mh_query *query, size_t *limit, struct mh_problem *problem)
{
    const char *text = query->value[MH_PARAMETER_LIMIT];
    uint64_t number = MH_LIMIT_DEFAULT;
    if (text != NULL && (!mh_number_parse(text, MH_LIMIT_MAX, &number) || number == 0))
        return mh_query_invalid(query, MH_PARAMETER_LIMIT, "a number from 1 to 1000", problem);
    *limit = (size_t)number;
    return true;
}

bool mh_query_family(const struct mh_query *query, enum mh_family *family, struct mh_problem *problem)
{
    const char *text = query->value[MH_PARAMETER_FAMILY];
    *family = MH_FAMILY_NONE;
    if (text == NULL)
        return true;
    if (strcmp(text, mh_family_name(MH_IPV4)) == 0)
        *family = MH_IPV4;
    else if (strcmp(text, mh_family_name(MH_IPV6)) == 0)
        *family = MH_IPV6;
    else
        return mh_query_invalid(query, MH_PARAMETER_FAMILY, "ipv4 or ipv6", problem);
    return true;
}

bool mh_query_flag(const struct mh_query *query, enum mh_parameter parameter, bool *flag,
                   struct mh_problem *problem)
{
    const char *text = query->value[parameter];
    *flag = text != NULL && strcmp(text, "true") == 0;
    if (text == NULL || *flag || strcmp(text, "false") == 0)
        return true;
    return mh_query_invalid(query, parameter, "true or false", problem);
}

bool mh_query_timeout(const struct mh_query *query, int64_t *timeout, struct mh_problem *problem)
{
    enum { SECOND = 1000, DAY = 24 * 60 * 60 * 1000 };
    const char *text = query->value[MH_PARAMETER_CONFIRM_TIMEOUT];
    uint64_t milliseconds = 0;
    if (text != NULL &&
        (!mh_duration_parse(text, &milliseconds) || milliseconds < SECOND || milliseconds > DAY))
        return mh_query_invalid(query, MH_PARAMETER_CONFIRM_TIMEOUT, "a duration from 1s to 24h, such as 60s",
                                problem);
    *timeout = (int64_t)milliseconds;
    return true;
}

#include "api/problem.h"

#include "api/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct type {
    const char *word, *title;
    unsigned status;
};

static const struct type types[] = {
#define PROBLEM_TYPE(name, word, status, title) {word, title, status},
    MH_PROBLEM_TABLE(PROBLEM_TYPE)
#undef PROBLEM_TYPE
};

unsigned mh_problem_status(enum mh_problem_type type)
{
    return types[type].status;
}

const char *mh_problem_word(enum mh_problem_type type)
{
    return types[type].word;
}

const char *mh_problem_title(enum mh_problem_type type)
{
    return types[type].title;
}

/* A text that was cut in the middle of a character loses that character's beginning too. */
static void end_at_character(char *text)
{
    size_t length = strlen(text), at = 0;
    while (at < length) {
        size_t step = mh_utf8_character(text + at, length - at);
        if (step == 0 && length - at < 4)
            text[at] = '\0';
        at += step == 0 ? 1 : step;
    }
}

bool mh_problem_set(struct mh_problem *problem, enum mh_problem_type type, const char *detail, ...)
{
    *problem = (struct mh_problem){.type = type};
    va_list arguments;
    va_start(arguments, detail);
    (void)vsnprintf(problem->detail, sizeof problem->detail, detail, arguments);
    va_end(arguments);
    end_at_character(problem->detail);
    return false;
}

bool mh_problem_expected(struct mh_problem *problem, const char *expected, const char *got)
{
    (void)snprintf(problem->expected, sizeof problem->expected, "%s", expected);
    (void)snprintf(problem->got, sizeof problem->got, "%s", got);
    end_at_character(problem->got);
    return false;
}

static void put_given(struct mh_json *json, const char *name, const char *text)
{
    if (text[0] != '\0')
        mh_json_put_string(json, name, text);
}

static void put_native(const struct mh_problem *problem, const char *system, struct mh_json *json)
{
    mh_json_put_open(json, "native", '{');
    mh_json_put_string(json, "system", system);
    mh_json_put_integer(json, "code", problem->native_code);
    mh_json_put_string(json, "text", problem->native_name);
    mh_json_close(json, '}');
}

static void put_transaction(const struct mh_problem *problem, struct mh_json *json)
{
    char id[24];
    (void)snprintf(id, sizeof id, "%lld", (long long)problem->transaction);
    mh_json_put_string(json, "transaction", id);
    if (problem->state != NULL)
        mh_json_put_string(json, "state", problem->state);
}

void mh_problem_render(const struct mh_problem *problem, const char *system, struct mh_json *json)
{
    char type[sizeof MH_PROBLEM_BASE + 64];
    (void)snprintf(type, sizeof type, MH_PROBLEM_BASE "%s", mh_problem_word(problem->type));
    mh_json_open(json, '{');
    mh_json_put_string(json, "type", type);
    mh_json_put_string(json, "title", mh_problem_title(problem->type));
    mh_json_put_unsigned(json, "status", mh_problem_status(problem->type));
    put_given(json, "detail", problem->detail);
    put_given(json, "parameter", problem->parameter);
    if (problem->has_pointer)
        mh_json_put_string(json, "pointer", problem->pointer);
    if (problem->expected[0] != '\0') {
        mh_json_put_string(json, "expected", problem->expected);
        mh_json_put_string(json, "got", problem->got);
    }
    if (problem->transaction != 0)
        put_transaction(problem, json);
    if (problem->native_code != 0)
        put_native(problem, system, json);
    mh_json_close(json, '}');
}

#include "api/target.h"

#include "core/digit.h"

#include "api/utf8.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* Decodes in place. NULL, or a sentence that says what is wrong. */
static const char *decode(char *text, bool form)
{
    char *out = text;
    for (const char *in = text; *in != '\0'; in++) {
        if (*in == '%') {
            int high = mh_hexadecimal_value(in[1]), low = high < 0 ? -1 : mh_hexadecimal_value(in[2]);
            if (low < 0)
                return "a percent sign is not followed by two hexadecimal digits (it is itself written %25)";
            if (high == 0 && low == 0)
                return "it holds NUL";
            *out++ = (char)(high * 16 + low);
            in += 2;
        } else {
            *out++ = form && *in == '+' ? ' ' : *in;
        }
    }
    *out = '\0';
    return mh_utf8_valid(text, (size_t)(out - text)) ? NULL : "it is not UTF-8 once decoded";
}

/* RFC 3986 section 2: a target consists of printable ASCII, and has no fragment. */
static bool is_clean(const char *text)
{
    for (; *text != '\0'; text++)
        if (*text <= 0x20 || *text >= 0x7f || *text == '#')
            return false;
    return true;
}

static bool add_segment(char *segment, struct mh_target *target, struct mh_problem *problem)
{
    const char *wrong = decode(segment, false);
    if (wrong != NULL)
        return mh_problem_set(problem, MH_PROBLEM_INVALID_PATH, "A segment of the path is not valid: %s.",
                              wrong);
    if (segment[0] == '\0')
        return mh_problem_set(problem, MH_PROBLEM_INVALID_PATH, "A segment of the path is empty.");
    if (strcmp(segment, ".") == 0 || strcmp(segment, "..") == 0)
        return mh_problem_set(problem, MH_PROBLEM_INVALID_PATH, "Dot segments are not resolved here.");
    if (target->segment_count == MH_SEGMENTS_MAX)
        return mh_problem_set(problem, MH_PROBLEM_NOT_FOUND, "No resource has a path of that many segments.");
    target->segments[target->segment_count++] = segment;
    return true;
}

/* `path` begins behind the first slash. */
static bool split_path(char *path, struct mh_target *target, struct mh_problem *problem)
{
    if (*path == '\0')
        return true;
    while (path != NULL) {
        char *slash = strchr(path, '/');
        if (slash != NULL)
            *slash++ = '\0';
        if (!add_segment(path, target, problem))
            return false;
        path = slash;
    }
    return true;
}

static bool add_pair(char *text, struct mh_target *target, struct mh_problem *problem)
{
    if (target->pair_count == MH_PAIRS_MAX)
        return mh_problem_set(problem, MH_PROBLEM_MALFORMED_REQUEST, "The query has more than %d parameters.",
                              (int)MH_PAIRS_MAX);
    char *value = strchr(text, '=');
    if (value != NULL)
        *value++ = '\0';
    const char *wrong = decode(text, true);
    if (wrong != NULL)
        return mh_problem_set(problem, MH_PROBLEM_MALFORMED_REQUEST, "A parameter's name is not valid: %s.",
                              wrong);
    wrong = value == NULL ? NULL : decode(value, true);
    if (wrong != NULL) {
        (void)mh_problem_set(problem, MH_PROBLEM_INVALID_PARAMETER, "The value of %.64s is not valid: %s.",
                             text, wrong);
        (void)snprintf(problem->parameter, sizeof problem->parameter, "%s", text);
        return false;
    }
    target->pairs[target->pair_count++] = (struct mh_pair){text, value == NULL ? "" : value};
    return true;
}

static bool split_query(char *query, struct mh_target *target, struct mh_problem *problem)
{
    while (query != NULL) {
        char *next = strchr(query, '&');
        if (next != NULL)
            *next++ = '\0';
        if (*query != '\0' && !add_pair(query, target, problem))
            return false;
        query = next;
    }
    return true;
}

/* Takes "http://authority" off; returns the path with its slash, which may be missing (NULL). */
static char *take_authority(char *text, struct mh_target *target)
{
    char *authority = text + strlen("http://");
    size_t length = strcspn(authority, "/");
    if (authority[length] == '\0')
        return NULL;
    /* The authority moves over the scheme, so that it can end with NUL while the path keeps its slash. */
    memmove(text, authority, length);
    text[length] = '\0';
    target->authority = text;
    return authority + length;
}

bool mh_target_split(char *text, struct mh_target *target, struct mh_problem *problem)
{
    *target = (struct mh_target){0};
    if (!is_clean(text))
        return mh_problem_set(problem, MH_PROBLEM_MALFORMED_REQUEST,
                              "The request target holds a character that must be percent-encoded.");
    if (strcmp(text, "*") == 0) {
        target->asterisk = true;
        return true;
    }
    char *query = strchr(text, '?');
    if (query != NULL)
        *query++ = '\0';
    if (strncasecmp(text, "http://", strlen("http://")) == 0)
        text = take_authority(text, target);
    if (text == NULL || text[0] != '/')
        return mh_problem_set(problem, MH_PROBLEM_MALFORMED_REQUEST, "The request target is not a path.");
    return split_path(text + 1, target, problem) && split_query(query, target, problem);
}

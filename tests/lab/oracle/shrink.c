/* Of a host and a question that show something, the smallest that still do: without lines, then without words
 * of the lines that are left; and the question without what it says beside its addresses. */
#include "oracle.h"

#include <string.h>
#include <time.h>

enum { SECONDS = 90 };

struct shrinking {
    struct oracle_host *host;
    struct mh_question *question;
    oracle_shows shows;
    void *context;
    struct oracle_host smaller;
    time_t end;
};

static bool has_time(const struct shrinking *shrinking)
{
    return time(NULL) < shrinking->end;
}

/* ---- lines ----------------------------------------------------------------------------------------- */

/* Numbers of interfaces must stay what they are: only the last link may go. */
static bool has_needed_link(const struct oracle_host *host, size_t first, size_t count)
{
    bool later = false;
    for (size_t i = host->count; i-- > first;) {
        bool link = host->lines[i].stage == STAGE_LINK && strncmp(host->lines[i].text, "link add", 8) == 0;
        if (link && i < first + count && later)
            return true;
        later |= link && i >= first + count;
    }
    return false;
}

static bool drops_lines(struct shrinking *shrinking, size_t first, size_t count)
{
    const struct oracle_host *from = shrinking->host;
    struct oracle_host *to = &shrinking->smaller;
    if (has_needed_link(from, first, count))
        return false;
    to->count = 0;
    for (size_t i = 0; i < from->count; i++)
        if (i < first || i >= first + count)
            to->lines[to->count++] = from->lines[i];
    if (!shrinking->shows(shrinking->context, to, shrinking->question))
        return false;
    *shrinking->host = *to;
    return true;
}

/* The last first: what was made later needs what was made before. True when something went. */
static bool drop_lines(struct shrinking *shrinking)
{
    bool any = false;
    for (size_t step = shrinking->host->count / 2; step > 0; step /= 2)
        for (size_t at = shrinking->host->count; at > 0 && has_time(shrinking);) {
            at = at > step ? at - step : 0;
            any |= drops_lines(shrinking, at, step);
        }
    return any;
}

/* ---- words ----------------------------------------------------------------------------------------- */

/* Cuts `count` words out, from the `first` on; false when there are not so many. */
static bool cut_words(char *text, unsigned first, unsigned count)
{
    char *at = text;
    for (; first > 0 && at != NULL; first--)
        at = strchr(at + 1, ' ');
    char *end = at;
    for (; count > 1 && end != NULL; count--)
        end = strchr(end + 1, ' ');
    if (at == NULL || end == NULL)
        return false;
    end = strchr(end + 1, ' ');
    if (end == NULL)
        *at = '\0';
    else
        memmove(at, end, strlen(end) + 1);
    return true;
}

/* The first two words say what is done: they stay. */
static void shorten_line(struct shrinking *shrinking, size_t line)
{
    for (unsigned count = 2; count > 0; count--)
        for (unsigned at = 2; has_time(shrinking); at++) {
            shrinking->smaller = *shrinking->host;
            while (cut_words(shrinking->smaller.lines[line].text, at, count) &&
                   shrinking->shows(shrinking->context, &shrinking->smaller, shrinking->question))
                *shrinking->host = shrinking->smaller;
            shrinking->smaller = *shrinking->host;
            if (!cut_words(shrinking->smaller.lines[line].text, at, count))
                break;
        }
}

static void shorten_lines(struct shrinking *shrinking)
{
    for (size_t i = 0; i < shrinking->host->count; i++) {
        enum oracle_stage stage = shrinking->host->lines[i].stage;
        if (stage == STAGE_IPV4 || stage == STAGE_IPV6)
            shorten_line(shrinking, i);
    }
}

/* ---- the question ---------------------------------------------------------------------------------- */

static void try_question(struct shrinking *shrinking, struct mh_question simpler)
{
    if (has_time(shrinking) && shrinking->shows(shrinking->context, shrinking->host, &simpler))
        *shrinking->question = simpler;
}

static void simplify_question(struct shrinking *shrinking)
{
    struct mh_question simpler = *shrinking->question;
    simpler.mark = 0;
    try_question(shrinking, simpler);
    simpler = *shrinking->question;
    simpler.tos = 0;
    try_question(shrinking, simpler);
    simpler = *shrinking->question;
    simpler.source_port = simpler.destination_port = 0;
    try_question(shrinking, simpler);
    simpler = *shrinking->question;
    simpler.uid = 0;
    try_question(shrinking, simpler);
    simpler = *shrinking->question;
    simpler.source = (struct mh_address){0};
    try_question(shrinking, simpler);
    simpler = *shrinking->question;
    simpler.output = 0;
    try_question(shrinking, simpler);
}

void oracle_shrink(struct oracle_host *host, struct mh_question *question, oracle_shows shows, void *context)
{
    static struct shrinking shrinking;
    shrinking.host = host;
    shrinking.question = question;
    shrinking.shows = shows;
    shrinking.context = context;
    shrinking.end = time(NULL) + SECONDS;
    while (drop_lines(&shrinking) && has_time(&shrinking))
        ;
    simplify_question(&shrinking);
    shorten_lines(&shrinking);
    (void)drop_lines(&shrinking);
}

/* What the files that make random hosts share. Not for others. */
#ifndef MH_TESTS_ORACLE_GENERATE_H
#define MH_TESTS_ORACLE_GENERATE_H

#include "oracle.h"

#include <stdarg.h>
#include <string.h>

struct making {
    struct oracle_random *random;
    struct oracle_host *host;
    unsigned interfaces;
    bool goes_down; /* some interface does, in the end */
    bool is_cut;    /* some interface loses its carrier: nexthop objects by it go then */
    bool has_home;  /* some addresses are home addresses: what that means depends on how Linux was built */
    enum mh_family family;
    struct mh_address own[64]; /* of the family */
    size_t own_count;
    unsigned nexthops; /* objects of the family, made or refused */
};

static inline void say(struct making *making, enum oracle_stage stage, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static inline void say(struct making *making, enum oracle_stage stage, const char *format, ...)
{
    struct oracle_host *host = making->host;
    va_list arguments;
    if (host->count == ORACLE_LINES)
        return;
    struct oracle_line *line = &host->lines[host->count++];
    line->stage = stage;
    va_start(arguments, format);
    (void)vsnprintf(line->text, sizeof line->text, format, arguments);
    va_end(arguments);
}

static inline unsigned below(struct making *making, unsigned bound)
{
    return oracle_below(making->random, bound);
}

static inline bool chance(struct making *making, unsigned percent)
{
    return oracle_chance(making->random, percent);
}

static inline enum oracle_stage stage_of(const struct making *making)
{
    return making->family == MH_IPV4 ? STAGE_IPV4 : STAGE_IPV6;
}

static inline const char *name_of(unsigned interface, char name[16])
{
    (void)snprintf(name, 16, interface == 0 ? "lo" : "eth%u", interface - 1);
    return name;
}

/* lo rarely. */
static inline const char *any_interface(struct making *making, char name[16])
{
    return name_of(chance(making, 5) ? 0 : 1 + below(making, making->interfaces), name);
}

static inline struct mh_address any_address(struct making *making)
{
    return making->family == MH_IPV4 ? oracle_address4(making->random) : oracle_address6(making->random);
}

static inline const char *text_of(struct mh_address address, char text[MH_ADDRESS_TEXT_SIZE])
{
    return mh_address_format(&address, text);
}

static inline void add(char *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
static inline void add(char *text, const char *format, ...)
{
    size_t used = strlen(text);
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text + used, ORACLE_LINE - used, format, arguments);
    va_end(arguments);
}

static inline const char *any_table(struct making *making)
{
    static const char *const tables[] = {"main", "main", "main", "main",    "main",  "100", "100",
                                         "101",  "102",  "103",  "default", "local", "5200"};
    return tables[below(making, chance(making, 15) ? 13 : 11)];
}

/* generate_routes.c: nexthop objects, routes and neighbours of making->family. */
void oracle_make_routes(struct making *making);

#endif

/* What the explanations of one destination and of several are made of. Values come from the service, and are
 * made harmless when a line is put. */
#ifndef MH_CTL_EXPLAIN_PARTS_H
#define MH_CTL_EXPLAIN_PARTS_H

#include "ctl.h"

enum { MH_EXPLAIN_INDENT = 2, MH_EXPLAIN_NUMBERS_MAX = 32 };

struct mh_explanation {
    struct mh_screen *screen;
    struct mh_text *text;
    size_t width;
    const char *told[MH_EXPLAIN_NUMBERS_MAX]; /* numbered rules whose text was printed */
    size_t told_count;
};

/* Prints a field, and clears *line. */
void mh_explain_line(struct mh_explanation *to, const char *label, struct mh_text *line);

/* Adds "linux4-2: TEXT", later only the number. */
void mh_explain_numbered(struct mh_explanation *to, struct mh_text *line, const json_t *rule);
/* Adds "by eth0, next hop 192.0.2.254" or "by eth0, on link". */
void mh_explain_way(struct mh_text *line, const json_t *way);
/* Adds "unreachable (ENETUNREACH)". */
void mh_explain_error(struct mh_text *line, const json_t *error);

/* Adds "&NAME=VALUE" to a target, encoded; nothing for NULL. */
void mh_explain_parameter(struct mh_text *target, const char *name, const char *value);

typedef void (*mh_explain_put)(struct mh_screen *screen, struct mh_text *text, const json_t *answer);
/* Asks the service, and prints its answer as JSON or in words. Takes `target` over; NULL: out of memory. */
enum mh_exit mh_explain_asked(struct mh_ctl *ctl, char *target, mh_explain_put put);

#endif

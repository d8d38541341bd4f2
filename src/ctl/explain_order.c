#include "explain_order.h"

#include "fetch.h"
#include "prose.h"

#include <stdio.h>

static void add_reached(struct mh_text *line, const json_t *item)
{
    const char *source = mh_member_text(item, "source"), *unknown = mh_member_text(item, "indeterminate");
    mh_text_add(line, mh_member_text(item, "destination"));
    if (mh_member_true(item, "reachable")) {
        mh_text_format(line, " from %s ", source[0] != '\0' ? source : "no address");
        mh_explain_way(line, item);
    } else if (unknown[0] != '\0') {
        mh_text_format(line, ": not known, because %s", unknown);
    } else {
        mh_text_add(line, " is not reached: ");
        mh_explain_error(line, mh_member_object(item, "error"));
    }
    if (json_is_false(json_object_get(item, "agrees")))
        mh_text_add(line, "; the kernel DISAGREES, explain this one alone");
}

/* "before the next by rfc6724-d6: Prefer the higher precedence. (precedence 40 against 35)" */
static void put_reason(struct mh_explanation *to, const json_t *rule)
{
    struct mh_text line = {0};
    const char *evidence = mh_member_text(rule, "evidence");
    mh_text_add(&line, "before the next by ");
    mh_explain_numbered(to, &line, rule);
    if (evidence[0] != '\0')
        mh_text_format(&line, " (%s)", evidence);
    mh_explain_line(to, "", &line);
}

static void put_destination(struct mh_explanation *to, size_t place, const json_t *item)
{
    struct mh_text line = {0};
    char number[24];
    const json_t *rule = mh_member_object(item, "preferred_over_next_by");
    (void)snprintf(number, sizeof number, "%zu", place);
    add_reached(&line, item);
    mh_explain_line(to, number, &line);
    if (rule != NULL)
        put_reason(to, rule);
}

void mh_explain_order(struct mh_screen *screen, struct mh_text *text, const json_t *order)
{
    struct mh_explanation to = {.screen = screen, .text = text, .width = mh_prose_width(screen->width)};
    size_t index;
    json_t *item;
    mh_style_begin(screen, text, MH_STYLE_HEADING);
    mh_prose_add(text, "RFC 6724 tries them in this order:", 0, 0, to.width);
    mh_style_end(screen, text, MH_STYLE_HEADING);
    json_array_foreach(mh_member_array(order, "destinations"), index, item)
    {
        put_destination(&to, index + 1, item);
    }
    mh_safe_field(text, MH_EXPLAIN_INDENT, "note", mh_member_text(order, "note"), to.width);
}

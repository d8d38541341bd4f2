#include "explain_parts.h"

#include "address_words.h"
#include "fetch.h"
#include "prose.h"

#include <stdlib.h>
#include <string.h>

void mh_explain_line(struct mh_explanation *to, const char *label, struct mh_text *line)
{
    char *taken = mh_text_take(line);
    mh_safe_field(to->text, MH_EXPLAIN_INDENT, label, taken != NULL ? taken : "?", to->width);
    free(taken);
}

void mh_explain_numbered(struct mh_explanation *to, struct mh_text *line, const json_t *rule)
{
    const char *number = mh_member_text(rule, "rule");
    mh_text_add(line, number);
    for (size_t i = 0; i < to->told_count; i++)
        if (strcmp(to->told[i], number) == 0)
            return;
    if (to->told_count < MH_EXPLAIN_NUMBERS_MAX)
        to->told[to->told_count++] = number;
    if (mh_member_text(rule, "text")[0] != '\0')
        mh_text_format(line, ": %s", mh_member_text(rule, "text"));
}

void mh_explain_way(struct mh_text *line, const json_t *way)
{
    const char *interface = mh_member_text(way, "interface"), *next_hop = mh_member_text(way, "next_hop");
    mh_text_format(line, "by %s, ", interface[0] != '\0' ? interface : "?");
    if (next_hop[0] == '\0') {
        mh_text_add(line, "on link");
        return;
    }
    mh_text_add(line, "next hop ");
    mh_address_words_add(line, next_hop, interface);
}

void mh_explain_error(struct mh_text *line, const json_t *error)
{
    mh_text_format(line, "%s (%s)", mh_member_text(error, "code"), mh_member_text(error, "native"));
}

/* ---- asking ---------------------------------------------------------------------------------------- */

void mh_explain_parameter(struct mh_text *target, const char *name, const char *value)
{
    if (value == NULL)
        return;
    mh_text_format(target, "&%s=", name);
    mh_client_encode(target, value);
}

static enum mh_exit tell(struct mh_ctl *ctl, const char *target, mh_explain_put put)
{
    struct mh_response response;
    json_t *answer;
    struct mh_text text = {0};
    enum mh_exit status = mh_fetch_json(ctl, target, &response, &answer);
    if (status == MH_EXIT_DONE) {
        put(ctl->screen, &text, answer);
        status = mh_screen_put(ctl->screen, &text) ? MH_EXIT_DONE : MH_EXIT_FAILED;
    }
    json_decref(answer);
    mh_response_clear(&response);
    return status;
}

enum mh_exit mh_explain_asked(struct mh_ctl *ctl, char *target, mh_explain_put put)
{
    if (target == NULL)
        return mh_ctl_complain(MH_EXIT_FAILED, "out of memory");
    enum mh_exit status = (ctl->options->given & MH_OPTION_JSON) != 0 ? mh_fetch_and_print_json(ctl, target)
                                                                      : tell(ctl, target, put);
    free(target);
    return status;
}

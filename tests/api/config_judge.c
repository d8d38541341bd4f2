/* config_judge: reads documents, each its length in octets on a line and then the octets, and writes a line
 * of JSON for each: {} when it is accepted, else what it is refused for. Tests hold the schema against it. */
#include "core/config.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

/* What was cut within a character is left out. */
static const char *utf8(const char *text)
{
    json_t *string = json_string(text);
    bool valid = string != NULL;
    json_decref(string);
    return valid ? text : NULL;
}

static void print_problem(const struct mh_config_problem *problem)
{
    json_t *verdict =
        json_pack("{s:i,s:s,s:s,s:s,s:s?,s:i,s:i}", "kind", (int)problem->kind, "pointer", problem->pointer,
                  "title", problem->title, "expected", problem->expected, "got", utf8(problem->got), "line",
                  (int)problem->line, "column", (int)problem->column);
    if (verdict == NULL || json_dumpf(verdict, stdout, JSON_COMPACT) != 0)
        abort();
    json_decref(verdict);
}

static void judge(const char *text, size_t length)
{
    struct mh_config_problem problem;
    struct mh_config *config = mh_config_parse(text, length, &problem);
    if (config == NULL)
        print_problem(&problem);
    else
        (void)fputs("{}", stdout);
    (void)fputc('\n', stdout);
    mh_config_release(config);
}

int main(void)
{
    size_t length;
    while (scanf("%zu", &length) == 1 && getchar() == '\n') {
        char *text = malloc(length > 0 ? length : 1);
        if (text == NULL || fread(text, 1, length, stdin) != length)
            return 1;
        judge(text, length);
        free(text);
    }
    return feof(stdin) ? 0 : 1;
}

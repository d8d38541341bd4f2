/* Bytes as a configuration: read, and what was read is written, changed and read again. The first byte says
 * how much of the rest is the document; what is behind it is a merge patch, and a value for a member. */
#include "core/config_document.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void need(bool condition, const char *what)
{
    if (condition)
        return;
    (void)fprintf(stderr, "%s\n", what);
    abort();
}

/* Whoever is refused is told why. */
static void check_problem(const struct mh_config *config, const struct mh_config_problem *problem)
{
    need(config != NULL || problem->title[0] != '\0', "refused without a reason");
    need(config != NULL || memchr(problem->pointer, '\0', sizeof problem->pointer) != NULL, "no end");
}

static void read_again(const struct mh_config *config)
{
    struct mh_config_problem problem;
    size_t length;
    char *text = mh_config_file_text(config, &length);
    need(text != NULL, "no text");
    struct mh_config *again = mh_config_parse(text, length, &problem);
    need(again != NULL, "its own text is refused");
    need(mh_config_revision(again) == mh_config_revision(config), "another revision");
    mh_config_release(again);
    free(text);
}

static void change(const struct mh_config *config, const char *text, size_t length)
{
    static const char *const names[] = {"groups", "g", "addresses", "0"};
    struct mh_config_problem problem = {0};
    size_t size;
    struct mh_config *made[3];
    made[0] = mh_config_merge(config, text, length, &problem);
    check_problem(made[0], &problem);
    made[1] = mh_config_set(config, names, length % 5, text, length, &problem);
    check_problem(made[1], &problem);
    made[2] = mh_config_remove(config, names, length % 5, &problem);
    check_problem(made[2], &problem);
    (void)mh_config_member(config, names, length % 5, &size, &problem);
    for (size_t i = 0; i < 3; i++)
        if (made[i] != NULL)
            read_again(made[i]);
    for (size_t i = 0; i < 3; i++)
        mh_config_release(made[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mh_config_problem problem = {0};
    if (size == 0)
        return 0;
    size_t first = (size - 1) * data[0] / 255;
    char *document = malloc(first + 1), *rest = malloc(size - first); /* exactly as large: over-reads show */
    if (document != NULL && rest != NULL) {
        memcpy(document, data + 1, first);
        memcpy(rest, data + 1 + first, size - 1 - first);
        struct mh_config *config = mh_config_parse(document, first, &problem);
        check_problem(config, &problem);
        if (config != NULL) {
            read_again(config);
            change(config, rest, size - 1 - first);
        }
        mh_config_release(config);
    }
    free(document);
    free(rest);
    return 0;
}

/* A path without quotes is taken for each of its beginnings that end at a space: of C:\Program Files\x\y.exe
 * Windows would try C:\Program.exe first. The first word therefore always has quotes; in it a backslash is
 * never special. In the others, backslashes before a quote count double, and so do those at the end. */
#include "common/command_line_windows.h"

#include <stdbool.h>
#include <string.h>

struct line {
    char *text;
    size_t size, length;
    bool full;
};

static void put(struct line *line, char octet)
{
    line->full = line->full || line->length + 1 >= line->size;
    if (!line->full)
        line->text[line->length++] = octet;
}

static void put_times(struct line *line, char octet, size_t times)
{
    while (times-- > 0)
        put(line, octet);
}

static void put_program(struct line *line, const char *program)
{
    put(line, '"');
    while (*program != '\0')
        put(line, *program++);
    put(line, '"');
}

static void put_quoted(struct line *line, const char *word)
{
    size_t backslashes = 0;
    put(line, '"');
    for (; *word != '\0'; word++) {
        if (*word == '"')
            put_times(line, '\\', backslashes + 1);
        backslashes = *word == '\\' ? backslashes + 1 : 0;
        put(line, *word);
    }
    put_times(line, '\\', backslashes);
    put(line, '"');
}

static void put_word(struct line *line, const char *word)
{
    put(line, ' ');
    if (*word == '\0' || strpbrk(word, " \t\n\v\f\r\"") != NULL) {
        put_quoted(line, word);
        return;
    }
    while (*word != '\0')
        put(line, *word++);
}

static bool is_program(const char *program)
{
    for (const char *at = program; *at != '\0'; at++)
        if (*at == '"' || (unsigned char)*at < ' ')
            return false;
    return *program != '\0';
}

static bool would_expand(const char *line)
{
    const char *first = strchr(line, '%');
    return first != NULL && strchr(first + 1, '%') != NULL;
}

static enum mh_error fail(struct line *line, struct mh_failure *failure, enum mh_error code, const char *text)
{
    if (line->size > 0)
        line->text[0] = '\0';
    return mh_fail(failure, code, "%s", text);
}

enum mh_error mh_windows_command_line(const char *program, const char *const *words, size_t count, char *line,
                                      size_t size, struct mh_failure *failure)
{
    struct line written = {.text = line, .size = size};
    if (!is_program(program))
        return fail(&written, failure, MH_INVALID, "the program's path is empty, or has a quote in it");
    put_program(&written, program);
    for (size_t i = 0; i < count; i++)
        put_word(&written, words[i]);
    if (written.full || size == 0)
        return fail(&written, failure, MH_LIMIT, "the command line is too long");
    line[written.length] = '\0';
    if (would_expand(line))
        return fail(&written, failure, MH_INVALID,
                    "the service manager would expand what is between percent signs in the command line");
    return MH_OK;
}

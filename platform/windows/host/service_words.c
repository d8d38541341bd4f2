/* The words that a service is started with. */
#include "windows/host/service_command.h"
#include "windows/host/wide.h"

#include <stdlib.h>
#include <string.h>

static char *copy(const char *text)
{
    size_t size = strlen(text) + 1;
    char *made = malloc(size);
    return made == NULL ? NULL : memcpy(made, text, size);
}

/* "PREFIX" and the absolute form of the path, "" stays. */
static char *absolute(const char *prefix, size_t prefix_length, const char *path)
{
    wchar_t *wide = path[0] == '\0' ? mh_wide("") : mh_wide_path(path);
    size_t size = wide == NULL ? 0 : prefix_length + 3 * wcslen(wide) + 1;
    char *made = size == 0 ? NULL : malloc(size);
    if (made != NULL) {
        memcpy(made, prefix, prefix_length);
        if (!mh_narrow(wide, made + prefix_length, size - prefix_length)) {
            free(made);
            made = NULL;
        }
    }
    free(wide);
    return made;
}

/* The length of "--NAME" or "--NAME=" of an option with a path; 0 for any other word. */
static size_t path_option(const struct mh_program *program, const char *word)
{
    for (const char *const *name = program->options_with_paths; *name != NULL; name++) {
        size_t length = strlen(*name);
        if (strncmp(word, "--", 2) != 0 || strncmp(word + 2, *name, length) != 0)
            continue;
        if (word[2 + length] == '\0' || word[2 + length] == '=')
            return 2 + length + (word[2 + length] == '=');
    }
    return 0;
}

static char *service_word(const struct mh_program *program, const char *before, const char *word)
{
    size_t length = before == NULL ? 0 : path_option(program, before);
    if (length > 0 && before[length - 1] != '=')
        return absolute("", 0, word);
    length = path_option(program, word);
    return length > 0 && word[length - 1] == '=' ? absolute(word, length, word + length) : copy(word);
}

char **mh_service_words(const struct mh_program *program, char *const *words, size_t count)
{
    char **made = calloc(count + 2, sizeof *made);
    bool good = made != NULL && (made[0] = copy("run")) != NULL;
    for (size_t i = 0; good && i < count; i++) {
        made[i + 1] = service_word(program, i > 0 ? words[i - 1] : NULL, words[i]);
        good = made[i + 1] != NULL;
    }
    if (good)
        return made;
    mh_service_words_free(made);
    return NULL;
}

void mh_service_words_free(char **words)
{
    for (char **word = words; word != NULL && *word != NULL; word++)
        free(*word);
    free(words);
}

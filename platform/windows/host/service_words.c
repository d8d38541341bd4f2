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

/* Where in the value of the option, whose name has this length, its path begins; NULL: it has none. */
static const char *path_in(const struct mh_program *program, const char *name, size_t length,
                           const char *value)
{
    for (const char *const *entry = program->options_with_paths; *entry != NULL; entry++) {
        const char *before = *entry + strcspn(*entry, "=");
        if ((size_t)(before - *entry) != length || strncmp(*entry, name, length) != 0)
            continue;
        before += *before == '=';
        return strncmp(value, before, strlen(before)) == 0 ? value + strlen(before) : NULL;
    }
    return NULL;
}

/* As "--NAME VALUE" is two words, and "--NAME=VALUE" one. */
static char *service_word(const struct mh_program *program, const char *before, const char *word)
{
    const char *path = NULL, *equals = strchr(word, '=');
    if (before != NULL && strncmp(before, "--", 2) == 0)
        path = path_in(program, before + 2, strlen(before + 2), word);
    if (path == NULL && equals != NULL && strncmp(word, "--", 2) == 0)
        path = path_in(program, word + 2, (size_t)(equals - word - 2), equals + 1);
    return path == NULL ? copy(word) : absolute(word, (size_t)(path - word), path);
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

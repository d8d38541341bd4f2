#define _GNU_SOURCE
#include "names.h"

#include "platform.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_LIMIT = 1 << 20, ENTRIES_LIMIT = 4096 };

struct entry {
    uint32_t number;
    char name[MH_WORD_SIZE];
};

/* In the order they were found: the first of a number, or of a name, counts. */
struct name_list {
    size_t count, capacity;
    struct entry *entries;
};

struct mh_names {
    struct name_list tables, protocols;
};

static const struct entry known_tables[] = {{0, "unspec"}, {253, "default"}, {254, "main"}, {255, "local"}};
static const struct entry known_protocols[] = {
    {0, "unspec"},      {1, "redirect"}, {2, "kernel"}, {3, "boot"},         {4, "static"},
    {8, "gated"},       {9, "ra"},       {10, "mrt"},   {11, "zebra"},       {12, "bird"},
    {13, "dnrouted"},   {14, "xorp"},    {15, "ntk"},   {16, "dhcp"},        {17, "mrouted"},
    {18, "keepalived"}, {42, "babel"},   {99, "openr"}, {157, "multihomed"}, {186, "bgp"},
    {187, "isis"},      {188, "ospf"},   {189, "rip"},  {192, "eigrp"}};

static const char *name_of(const struct name_list *list, uint32_t number)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->entries[i].number == number)
            return list->entries[i].name;
    return NULL;
}

static const struct entry *entry_named(const struct name_list *list, const char *name)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->entries[i].name, name) == 0)
            return &list->entries[i];
    return NULL;
}

/* False when out of memory. */
static bool add(struct name_list *list, uint32_t number, const char *name)
{
    if (list->count == ENTRIES_LIMIT || name_of(list, number) != NULL || entry_named(list, name) != NULL)
        return true;
    if (list->count == list->capacity) {
        size_t capacity = list->capacity == 0 ? 32 : 2 * list->capacity;
        struct entry *larger = realloc(list->entries, capacity * sizeof *larger);
        if (larger == NULL)
            return false;
        list->entries = larger;
        list->capacity = capacity;
    }
    struct entry *entry = &list->entries[list->count++];
    entry->number = number;
    (void)snprintf(entry->name, sizeof entry->name, "%s", name);
    return true;
}

/* ---- files ----------------------------------------------------------------------------------------- */

/* Something that a URL and a person can tell from a number. */
static bool is_name(const char *word)
{
    size_t length = strlen(word);
    if (length == 0 || length >= MH_WORD_SIZE || isdigit((unsigned char)word[0]))
        return false;
    for (size_t i = 0; i < length; i++)
        if (!isgraph((unsigned char)word[i]) || (unsigned char)word[i] > 0x7e)
            return false;
    return true;
}

/* "254 main", "0xfe main"; a comment begins with '#'. */
static bool add_line(struct name_list *list, char *line, uint32_t most)
{
    char *rest = NULL, *end;
    line[strcspn(line, "#\r")] = '\0';
    const char *number = strtok_r(line, " \t", &rest);
    const char *name = number == NULL ? NULL : strtok_r(NULL, " \t", &rest);
    if (name == NULL || !is_name(name) || !isdigit((unsigned char)number[0]))
        return true;
    errno = 0;
    unsigned long long value = strtoull(number, &end, 0);
    if (*end != '\0' || errno != 0 || value > most)
        return true;
    return add(list, (uint32_t)value, name);
}

static bool add_file(struct name_list *list, const char *path, uint32_t most)
{
    char *text, *rest = NULL;
    size_t length;
    bool done = true;
    if (mh_file_read(path, FILE_LIMIT, &text, &length, NULL) != MH_OK)
        return true;
    for (char *line = strtok_r(text, "\n", &rest); line != NULL && done; line = strtok_r(NULL, "\n", &rest))
        done = add_line(list, line, most);
    free(text);
    return done;
}

static int is_configuration(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);
    return entry->d_name[0] != '.' && length > 5 && strcmp(entry->d_name + length - 5, ".conf") == 0;
}

/* The files of NAME.d, by name as iproute2 reads them. */
static bool add_directory(struct name_list *list, const char *path, uint32_t most)
{
    struct dirent **found;
    bool done = true;
    int count = scandir(path, &found, is_configuration, alphasort);
    if (count < 0)
        return errno != ENOMEM;
    for (int i = 0; i < count; i++) {
        char file[1024];
        if (snprintf(file, sizeof file, "%s/%s", path, found[i]->d_name) < (int)sizeof file)
            done = done && add_file(list, file, most);
        free(found[i]);
    }
    free(found);
    return done;
}

static bool add_root(struct name_list *list, const char *root, const char *name, uint32_t most)
{
    char path[512];
    if (snprintf(path, sizeof path - 2, "%s/%s", root, name) >= (int)sizeof path - 2)
        return true;
    if (!add_file(list, path, most))
        return false;
    (void)strcat(path, ".d");
    return add_directory(list, path, most);
}

/* ---- names ----------------------------------------------------------------------------------------- */

static bool add_known(struct name_list *list, const struct entry *known, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!add(list, known[i].number, known[i].name))
            return false;
    return true;
}

static bool read_names(struct mh_names *names, const char *const *roots)
{
    for (; *roots != NULL; roots++)
        if (!add_root(&names->tables, *roots, "rt_tables", UINT32_MAX) ||
            !add_root(&names->protocols, *roots, "rt_protos", UINT8_MAX))
            return false;
    return add_known(&names->tables, known_tables, sizeof known_tables / sizeof known_tables[0]) &&
           add_known(&names->protocols, known_protocols, sizeof known_protocols / sizeof known_protocols[0]);
}

struct mh_names *mh_names_read(const char *const *roots)
{
    struct mh_names *names = calloc(1, sizeof *names);
    if (names == NULL || read_names(names, roots))
        return names;
    mh_names_free(names);
    return NULL;
}

void mh_names_free(struct mh_names *names)
{
    if (names == NULL)
        return;
    free(names->tables.entries);
    free(names->protocols.entries);
    free(names);
}

const char *mh_names_table(const struct mh_names *names, uint32_t table)
{
    return name_of(&names->tables, table);
}

const char *mh_names_protocol(const struct mh_names *names, uint8_t protocol)
{
    return name_of(&names->protocols, protocol);
}

bool mh_names_find_table(const struct mh_names *names, const char *word, uint32_t *table)
{
    const struct entry *entry = entry_named(&names->tables, word);
    if (entry == NULL)
        return false;
    *table = entry->number;
    return true;
}

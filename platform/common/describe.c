#include "describe.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void mh_describe_add(struct mh_description *description, const char *format, ...)
{
    va_list arguments;
    size_t room = description->size - description->used;
    va_start(arguments, format);
    int length = vsnprintf(description->text + description->used, room, format, arguments);
    va_end(arguments);
    if (length < 0 || (size_t)length >= room)
        description->full = true;
    else
        description->used += (size_t)length;
}

void mh_describe_word(struct mh_description *description, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-";
    if (word[0] != '\0' && word[strspn(word, plain)] == '\0') {
        mh_describe_add(description, "%s", word);
        return;
    }
    mh_describe_add(description, "'");
    for (; *word != '\0'; word++)
        mh_describe_add(description, *word == '\'' ? "'\\''" : "%c", *word);
    mh_describe_add(description, "'");
}

const char *mh_describe_interface(const struct mh_description *description, uint32_t index,
                                  char name[MH_NAME_SIZE])
{
    const struct mh_interface *interface =
        description->snapshot != NULL ? mh_snapshot_interface(description->snapshot, index) : NULL;
    if (interface != NULL)
        (void)snprintf(name, MH_NAME_SIZE, "%s", interface->name);
    else
        (void)snprintf(name, MH_NAME_SIZE, "if%u", index);
    return name;
}

void mh_describe_name(struct mh_description *description, const char *before, uint32_t index)
{
    char name[MH_NAME_SIZE];
    mh_describe_add(description, " %s ", before);
    mh_describe_word(description, mh_describe_interface(description, index, name));
}

const char *mh_describe(mh_describe_op render, const struct mh_snapshot *snapshot, const struct mh_op *op,
                        char *text, size_t size)
{
    struct mh_description description = {.text = text, .size = size, .snapshot = snapshot};
    text[0] = '\0';
    if (!render(&description, op))
        (void)snprintf(text, size, "# there is no command for %s", mh_op_word(op->kind));
    else if (description.full)
        (void)snprintf(text, size, "# the command for this %s is too long to show", mh_op_word(op->kind));
    return text;
}

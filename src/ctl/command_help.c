/* multihomectl help, from the tables of commands and options. */
#include "commands.h"
#include "prose.h"

#include <stdio.h>
#include <string.h>

enum { NAME_WIDTH = 24 };

static void add_row(struct mh_text *text, const char *name, const char *help)
{
    mh_text_format(text, "  %-*s %s\n", NAME_WIDTH, name, help);
}

static void add_options(struct mh_text *text, uint32_t options)
{
    for (const struct mh_ctl_option_row *row = mh_ctl_option_rows(); row->name != NULL; row++) {
        char name[64];
        if ((options & (uint32_t)row->id) == 0)
            continue;
        (void)snprintf(name, sizeof name, "%s%s%s%s%s", row->letter != NULL ? row->letter : "",
                       row->letter != NULL ? ", " : "", row->name, row->argument != NULL ? " " : "",
                       row->argument != NULL ? row->argument : "");
        add_row(text, name, row->help);
    }
}

static void add_program_help(struct mh_text *text)
{
    mh_text_add(text, "usage: multihomectl [options] COMMAND [options]\n\ncommands:\n");
    for (const struct mh_ctl_command *row = mh_ctl_commands(); row->name != NULL; row++) {
        char name[64];
        (void)snprintf(name, sizeof name, "%s%s%s", row->name, row->arguments[0] != '\0' ? " " : "",
                       row->arguments);
        add_row(text, name, row->summary);
    }
    mh_text_add(text, "\noptions of every command:\n");
    add_options(text, MH_OPTIONS_COMMON);
    mh_text_add(text, "\n`multihomectl help COMMAND` tells a command's own options.\n");
}

/* A help text may have several lines, each a paragraph. */
static void add_paragraphs(struct mh_text *text, const char *help, size_t width)
{
    while (*help != '\0') {
        char line[512];
        size_t length = strcspn(help, "\n");
        (void)snprintf(line, sizeof line, "%.*s", (int)length, help);
        mh_prose_add(text, line, 0, 0, width);
        help += length + (help[length] == '\n');
    }
}

static void add_command_help(struct mh_text *text, const struct mh_ctl_command *command, size_t width)
{
    mh_text_format(text, "usage: multihomectl %s%s%s%s\n\n", command->name,
                   command->arguments[0] != '\0' ? " " : "", command->arguments,
                   command->options != 0 ? " [options]" : "");
    add_paragraphs(text, command->help, width);
    if (command->options != 0) {
        mh_text_add(text, "\noptions:\n");
        add_options(text, command->options);
    }
    mh_text_add(text, "\noptions of every command:\n");
    add_options(text, MH_OPTIONS_COMMON);
}

void mh_ctl_print_help(struct mh_screen *screen, const struct mh_ctl_command *command)
{
    struct mh_text text = {0};
    if (command == NULL)
        add_program_help(&text);
    else
        add_command_help(&text, command, mh_prose_width(screen->width));
    (void)mh_screen_put(screen, &text);
}

enum mh_exit mh_ctl_help(struct mh_ctl *ctl)
{
    const struct mh_ctl_command *command = NULL;
    if (ctl->options->argument_count > 0) {
        command = mh_ctl_command_find(ctl->options->arguments[0]);
        if (command == NULL)
            return mh_ctl_complain(MH_EXIT_USAGE, "there is no command %s", ctl->options->arguments[0]);
    }
    mh_ctl_print_help(ctl->screen, command);
    return MH_EXIT_DONE;
}

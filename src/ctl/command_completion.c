/* multihomectl completion: scripts for shells, made from the tables of commands and options.
 *
 * Names of interfaces are asked of the service while the user types. They come from outside, so the
 * scripts never let the shell expand them: bash's `compgen -W` would. */
#include "commands.h"

#include <string.h>

#define INTERFACE_NAMES "multihomectl interfaces --names 2>/dev/null"

static bool wants(const struct mh_ctl_command *command, const struct mh_ctl_option_row *row)
{
    uint32_t options = (uint32_t)MH_OPTIONS_COMMON | (command != NULL ? command->options : 0);
    return (options & (uint32_t)row->id) != 0;
}

static void add_option_words(struct mh_text *text, const struct mh_ctl_command *command)
{
    for (const struct mh_ctl_option_row *row = mh_ctl_option_rows(); row->name != NULL; row++)
        if (wants(command, row))
            mh_text_format(text, " %s", row->name);
}

static void add_command_words(struct mh_text *text)
{
    for (const struct mh_ctl_command *row = mh_ctl_commands(); row->name != NULL; row++)
        mh_text_format(text, " %s", row->name);
}

/* "--interface|-i" */
static void add_pattern(struct mh_text *text, const struct mh_ctl_option_row *row)
{
    mh_text_format(text, "%s%s%s", row->name, row->letter != NULL ? "|" : "",
                   row->letter != NULL ? row->letter : "");
}

/* All options that take a value, as one pattern of `case`. */
static void add_valued_pattern(struct mh_text *text)
{
    bool first = true;
    for (const struct mh_ctl_option_row *row = mh_ctl_option_rows(); row->name != NULL; row++) {
        if (row->argument == NULL)
            continue;
        mh_text_add(text, first ? "" : "|");
        add_pattern(text, row);
        first = false;
    }
}

/* ---- bash ------------------------------------------------------------------------------------------ */

/* A statement that completes to `values`. */
static void add_bash_values(struct mh_text *text, const char *values)
{
    if (values == NULL)
        mh_text_add(text, ":");
    else if (strcmp(values, "@interface") == 0)
        mh_text_add(text, "_multihomectl_interfaces \"$current\"");
    else if (strcmp(values, "@file") == 0)
        mh_text_add(text, "compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- \"$current\")");
    else if (strcmp(values, "@command") == 0) {
        mh_text_add(text, "_multihomectl_words \"$current\"");
        add_command_words(text);
    } else
        mh_text_format(text, "_multihomectl_words \"$current\" %s", values);
}

static const char bash_functions[] =
    "# bash completion for multihomectl\n"
    "_multihomectl_words()\n"
    "{\n"
    "    local current=$1 word\n"
    "    shift\n"
    "    for word; do\n"
    "        [[ $word == \"$current\"* ]] && COMPREPLY+=(\"$word\")\n"
    "    done\n"
    "}\n"
    "_multihomectl_interfaces()\n"
    "{\n"
    "    local name\n"
    "    while IFS= read -r name; do\n"
    "        [[ $name == \"$1\"* ]] && COMPREPLY+=(\"$(printf %q \"$name\")\")\n"
    "    done < <(" INTERFACE_NAMES ")\n"
    "}\n"
    "_multihomectl()\n"
    "{\n"
    "    local current=${COMP_WORDS[COMP_CWORD]} command='' i\n"
    "    COMPREPLY=()\n"
    "    case ${COMP_WORDS[COMP_CWORD-1]} in\n";

static void add_bash_option_values(struct mh_text *text)
{
    for (const struct mh_ctl_option_row *row = mh_ctl_option_rows(); row->name != NULL; row++) {
        if (row->argument == NULL)
            continue;
        mh_text_add(text, "    ");
        add_pattern(text, row);
        mh_text_add(text, ") ");
        add_bash_values(text, row->values);
        mh_text_add(text, "; return ;;\n");
    }
    mh_text_add(text, "    esac\n");
}

/* Options where one is begun or nothing else can stand. */
static void add_bash_command(struct mh_text *text, const struct mh_ctl_command *command, const char *values)
{
    mh_text_format(text, "    %s) ", command != NULL ? command->name : "''");
    if (values != NULL) {
        mh_text_add(text, "[[ $current != -* ]] && { ");
        add_bash_values(text, values);
        mh_text_add(text, "; return; }\n        ");
    }
    mh_text_add(text, "_multihomectl_words \"$current\"");
    add_option_words(text, command);
    mh_text_add(text, " ;;\n");
}

static void add_bash_commands(struct mh_text *text)
{
    mh_text_add(text, "    case $command in\n");
    add_bash_command(text, NULL, "@command");
    for (const struct mh_ctl_command *row = mh_ctl_commands(); row->name != NULL; row++)
        add_bash_command(text, row, row->values);
    mh_text_add(text, "    esac\n");
}

static void add_bash(struct mh_text *text)
{
    mh_text_add(text, bash_functions);
    add_bash_option_values(text);
    mh_text_add(text,
                "    for ((i = 1; i < COMP_CWORD; i++)); do\n        case ${COMP_WORDS[i]} in\n        ");
    add_valued_pattern(text);
    mh_text_add(text, ") ((i++)) ;;\n"
                      "        -*) ;;\n"
                      "        *) command=${COMP_WORDS[i]}; break ;;\n"
                      "        esac\n"
                      "    done\n");
    add_bash_commands(text);
    mh_text_add(text, "}\ncomplete -F _multihomectl multihomectl\n");
}

/* ---- zsh ------------------------------------------------------------------------------------------- */

/* In single quotes, where zsh expands nothing; `:` divides a word from its description. */
static void add_quoted(struct mh_text *text, const char *word, const char *description)
{
    mh_text_format(text, " '%s:", word);
    for (; *description != '\0'; description++)
        if (*description == '\'')
            mh_text_add(text, "'\\''");
        else
            mh_text_add_bytes(text, description, 1);
    mh_text_add(text, "'");
}

static void add_zsh_values(struct mh_text *text, const char *values)
{
    if (values == NULL)
        mh_text_add(text, "_message value");
    else if (strcmp(values, "@interface") == 0)
        mh_text_add(text, "names=(\"${(@f)$(" INTERFACE_NAMES ")}\"); compadd -a names");
    else if (strcmp(values, "@file") == 0)
        mh_text_add(text, "_files");
    else if (strcmp(values, "@command") == 0)
        mh_text_add(text, "_describe command commands");
    else
        mh_text_format(text, "compadd -- %s", values);
}

static void add_zsh_options(struct mh_text *text, const struct mh_ctl_command *command)
{
    mh_text_add(text, "options=(");
    for (const struct mh_ctl_option_row *row = mh_ctl_option_rows(); row->name != NULL; row++)
        if (wants(command, row))
            add_quoted(text, row->name, row->help);
    mh_text_add(text, "); _describe -o option options");
}

static void add_zsh_commands(struct mh_text *text)
{
    mh_text_add(text, "  case $command in\n  '') _describe command commands; ");
    add_zsh_options(text, NULL);
    mh_text_add(text, " ;;\n");
    for (const struct mh_ctl_command *row = mh_ctl_commands(); row->name != NULL; row++) {
        mh_text_format(text, "  %s) ", row->name);
        if (row->values != NULL) {
            mh_text_add(text, "[[ $PREFIX == -* ]] || { ");
            add_zsh_values(text, row->values);
            mh_text_add(text, " }; ");
        }
        add_zsh_options(text, row);
        mh_text_add(text, " ;;\n");
    }
    mh_text_add(text, "  esac\n");
}

static void add_zsh(struct mh_text *text)
{
    mh_text_add(text, "#compdef multihomectl\n"
                      "_multihomectl() {\n"
                      "  local -a commands options names\n"
                      "  local command='' i\n"
                      "  commands=(");
    for (const struct mh_ctl_command *row = mh_ctl_commands(); row->name != NULL; row++)
        add_quoted(text, row->name, row->summary);
    mh_text_add(text, ")\n  case ${words[CURRENT-1]} in\n");
    for (const struct mh_ctl_option_row *row = mh_ctl_option_rows(); row->name != NULL; row++) {
        if (row->argument == NULL)
            continue;
        mh_text_add(text, "  ");
        add_pattern(text, row);
        mh_text_add(text, ") ");
        add_zsh_values(text, row->values);
        mh_text_add(text, "; return ;;\n");
    }
    mh_text_add(text, "  esac\n  for ((i = 2; i < CURRENT; i++)); do\n    case ${words[i]} in\n    ");
    add_valued_pattern(text);
    mh_text_add(text, ") ((i++)) ;;\n    -*) ;;\n    *) command=${words[i]}; break ;;\n    esac\n  done\n");
    add_zsh_commands(text);
    mh_text_add(text, "}\nif [[ $funcstack[1] == _multihomectl ]]; then _multihomectl \"$@\"; "
                      "else compdef _multihomectl multihomectl; fi\n");
}

/* ---- fish ------------------------------------------------------------------------------------------ */

static void add_fish_quoted(struct mh_text *text, const char *word)
{
    mh_text_add(text, "'");
    for (; *word != '\0'; word++)
        mh_text_format(text, *word == '\'' || *word == '\\' ? "\\%c" : "%c", *word);
    mh_text_add(text, "'");
}

/* -x: a value follows and it is no file; -r: it may be a file. */
static void add_fish_values(struct mh_text *text, const char *values)
{
    if (values == NULL)
        mh_text_add(text, " -x");
    else if (strcmp(values, "@interface") == 0)
        mh_text_add(text, " -x -a '(" INTERFACE_NAMES ")'");
    else if (strcmp(values, "@file") == 0)
        mh_text_add(text, " -r -F");
    else {
        mh_text_add(text, " -x -a '");
        if (strcmp(values, "@command") == 0)
            add_command_words(text);
        else
            mh_text_add(text, values);
        mh_text_add(text, "'");
    }
}

static void add_fish_option(struct mh_text *text, const struct mh_ctl_option_row *row)
{
    mh_text_add(text, "complete -c multihomectl");
    if ((row->id & MH_OPTIONS_COMMON) == 0) {
        mh_text_add(text, " -n '__fish_seen_subcommand_from");
        for (const struct mh_ctl_command *command = mh_ctl_commands(); command->name != NULL; command++)
            if (wants(command, row))
                mh_text_format(text, " %s", command->name);
        mh_text_add(text, "'");
    }
    if (strncmp(row->name, "--", 2) == 0)
        mh_text_format(text, " -l %s", row->name + 2);
    else
        mh_text_format(text, " -s %s", row->name + 1);
    if (row->letter != NULL)
        mh_text_format(text, " -s %s", row->letter + 1);
    if (row->argument != NULL)
        add_fish_values(text, row->values);
    mh_text_add(text, " -d ");
    add_fish_quoted(text, row->help);
    mh_text_add(text, "\n");
}

static void add_fish(struct mh_text *text)
{
    mh_text_add(text, "# fish completion for multihomectl\ncomplete -c multihomectl -f\n");
    for (const struct mh_ctl_command *row = mh_ctl_commands(); row->name != NULL; row++) {
        mh_text_format(text, "complete -c multihomectl -n __fish_use_subcommand -a %s -d ", row->name);
        add_fish_quoted(text, row->summary);
        mh_text_add(text, "\n");
        if (row->values == NULL)
            continue;
        mh_text_format(text, "complete -c multihomectl -n '__fish_seen_subcommand_from %s'", row->name);
        add_fish_values(text, row->values);
        mh_text_add(text, "\n");
    }
    for (const struct mh_ctl_option_row *row = mh_ctl_option_rows(); row->name != NULL; row++)
        add_fish_option(text, row);
}

enum mh_exit mh_ctl_completion(struct mh_ctl *ctl)
{
    static const struct {
        const char *shell;
        void (*add)(struct mh_text *text);
    } shells[] = {{"bash", add_bash}, {"zsh", add_zsh}, {"fish", add_fish}};
    for (size_t i = 0; i < sizeof shells / sizeof shells[0]; i++) {
        struct mh_text text = {0};
        if (strcmp(shells[i].shell, ctl->options->arguments[0]) != 0)
            continue;
        shells[i].add(&text);
        return mh_screen_put(ctl->screen, &text) ? MH_EXIT_DONE : MH_EXIT_FAILED;
    }
    return mh_ctl_complain(MH_EXIT_USAGE, "there is completion for bash, zsh and fish, not for %s",
                           ctl->options->arguments[0]);
}

/* The command line: one table of options and one of commands drive parsing, usage, help and completion. */
#ifndef MH_CTL_OPTIONS_H
#define MH_CTL_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Commands say which options they take by a set of these. */
enum mh_ctl_option {
    MH_OPTION_SOCKET = 1 << 0,
    MH_OPTION_URL = 1 << 1,
    MH_OPTION_TOKEN_FILE = 1 << 2,
    MH_OPTION_HELP = 1 << 3,
    MH_OPTION_VERSION = 1 << 4,
    MH_OPTION_JSON = 1 << 5,
    MH_OPTION_INTERFACE = 1 << 6,
    MH_OPTION_FAMILY = 1 << 7,
    MH_OPTION_IPV4 = 1 << 8,
    MH_OPTION_IPV6 = 1 << 9,
    MH_OPTION_TABLE = 1 << 10,
    MH_OPTION_OWNER = 1 << 11,
    MH_OPTION_NAMES = 1 << 12,
    MH_OPTION_SINCE = 1 << 13,
    MH_OPTION_FROM = 1 << 14,
    MH_OPTION_MARK = 1 << 15,
    MH_OPTION_PROTOCOL = 1 << 16,
    MH_OPTION_DOT = 1 << 17,
    MH_OPTION_SVG = 1 << 18,
    MH_OPTION_REMOTE_PORT = 1 << 19,
    MH_OPTION_LOCAL_PORT = 1 << 20,
    MH_OPTION_CONFIRM = 1 << 21,
    MH_OPTION_STRICT = 1 << 22,
    MH_OPTION_YES = 1 << 23,

    /* of every command */
    MH_OPTIONS_COMMON =
        MH_OPTION_SOCKET | MH_OPTION_URL | MH_OPTION_TOKEN_FILE | MH_OPTION_HELP | MH_OPTION_VERSION,
    MH_OPTIONS_FAMILY = MH_OPTION_FAMILY | MH_OPTION_IPV4 | MH_OPTION_IPV6
};

enum { MH_CTL_ARGUMENTS_MAX = 32 }; /* destinations of `explain` */

/* The strings are the command line's. NULL: not given. */
struct mh_ctl_options {
    uint32_t given; /* enum mh_ctl_option */
    const char *socket, *url, *token_file;
    const char *interface, *family, *table, *owner, *since;
    const char *from, *mark, *protocol;
    const char *remote_port, *local_port;
    const char *confirm;           /* as it was written */
    uint64_t confirm_milliseconds; /* 0: not given */
    const char *command;
    const char *arguments[MH_CTL_ARGUMENTS_MAX];
    size_t argument_count;
};

/* A row of the table of options. */
struct mh_ctl_option_row {
    enum mh_ctl_option id;
    const char *name;     /* "--socket" */
    const char *letter;   /* "-h", or NULL */
    const char *argument; /* "PATH"; NULL: takes none */
    const char *values;   /* for completion: words between spaces, "@interface", "@file" or NULL */
    const char *help;     /* a line */
};

/* Ends with a row whose name is NULL; static. */
const struct mh_ctl_option_row *mh_ctl_option_rows(void);

/* Reads the command line; options may stand before and behind the command, "--" ends them. False for a
 * usage error, which `complaint` then says. */
enum { MH_CTL_COMPLAINT_SIZE = 256 };
bool mh_ctl_options_parse(int argc, char **argv, struct mh_ctl_options *options,
                          char complaint[MH_CTL_COMPLAINT_SIZE]);

#endif

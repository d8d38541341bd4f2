#include "options.h"

#include "core/duration.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const struct mh_ctl_option_row *mh_ctl_option_rows(void)
{
    static const struct mh_ctl_option_row rows[] = {
        {MH_OPTION_INTERFACE, "--interface", "-i", "NAME", "@interface",
         "only of this interface; explain: leave by it"},
        {MH_OPTION_FAMILY, "--family", NULL, "FAMILY", "ipv4 ipv6",
         "only of this address family: ipv4 or ipv6"},
        {MH_OPTION_IPV4, "-4", NULL, NULL, NULL, "the same as --family ipv4"},
        {MH_OPTION_IPV6, "-6", NULL, NULL, NULL, "the same as --family ipv6"},
        {MH_OPTION_TABLE, "--table", NULL, "TABLE", "main local default",
         "only of this routing table, by name or number"},
        {MH_OPTION_OWNER, "--owner", NULL, "OWNER", "multihomed kernel dhcp ra static unknown",
         "only what this program or mechanism put there"},
        {MH_OPTION_NAMES, "--names", NULL, NULL, NULL, "only the names, one a line"},
        {MH_OPTION_SINCE, "--since", NULL, "SEQUENCE", NULL, "begin behind the event of this number"},
        {MH_OPTION_FROM, "--from", NULL, "ADDRESS", NULL, "the source that the application binds"},
        {MH_OPTION_MARK, "--mark", NULL, "MARK", NULL, "the packet's mark, as 16 or 0x10"},
        {MH_OPTION_PROTOCOL, "--protocol", NULL, "PROTOCOL", "tcp udp icmp ipv6-icmp sctp",
         "the IP protocol, by name or number"},
        {MH_OPTION_REMOTE_PORT, "--remote-port", NULL, "PORT", NULL, "the port that the packet came from"},
        {MH_OPTION_LOCAL_PORT, "--local-port", NULL, "PORT", NULL, "the port that it was sent to"},
        {MH_OPTION_DOT, "--dot", NULL, NULL, NULL, "a graph for Graphviz's dot"},
        {MH_OPTION_SVG, "--svg", NULL, NULL, NULL, "a picture"},
        {MH_OPTION_CONFIRM, "--confirm", NULL, "TIME", "30s 60s 2m 5m",
         "revert after this time unless it is confirmed: 60s"},
        {MH_OPTION_STRICT, "--strict", NULL, NULL, NULL, "refuse what must wait or is not supported here"},
        {MH_OPTION_YES, "--yes", "-y", NULL, NULL, "do not ask"},
        {MH_OPTION_JSON, "--json", "-j", NULL, NULL, "print the service's JSON"},
        {MH_OPTION_SOCKET, "--socket", NULL, "PATH", "@file",
         "the service's UNIX socket (or $MULTIHOMED_SOCKET)"},
        {MH_OPTION_URL, "--url", NULL, "URL", NULL, "ask over TCP: http://127.0.0.1:8642"},
        {MH_OPTION_TOKEN_FILE, "--token-file", NULL, "FILE", "@file",
         "the file with the bearer token for --url"},
        {MH_OPTION_HELP, "--help", "-h", NULL, NULL, "this help"},
        {MH_OPTION_VERSION, "--version", "-V", NULL, NULL, "the version of this program"},
        {0, NULL, NULL, NULL, NULL, NULL},
    };
    return rows;
}

static bool complain(char complaint[MH_CTL_COMPLAINT_SIZE], const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static bool complain(char complaint[MH_CTL_COMPLAINT_SIZE], const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(complaint, MH_CTL_COMPLAINT_SIZE, format, arguments);
    va_end(arguments);
    return false;
}

/* The name ends at `=`, where a value may follow. */
static const struct mh_ctl_option_row *find_row(const char *word, const char **value)
{
    const char *equals = strncmp(word, "--", 2) == 0 ? strchr(word, '=') : NULL;
    size_t length = equals != NULL ? (size_t)(equals - word) : strlen(word);
    *value = equals != NULL ? equals + 1 : NULL;
    for (const struct mh_ctl_option_row *row = mh_ctl_option_rows(); row->name != NULL; row++)
        if ((strlen(row->name) == length && strncmp(row->name, word, length) == 0) ||
            (row->letter != NULL && strcmp(row->letter, word) == 0))
            return row;
    return NULL;
}

static const char *family_of(const char *word)
{
    if (strcmp(word, "ipv4") == 0 || strcmp(word, "4") == 0)
        return "ipv4";
    return strcmp(word, "ipv6") == 0 || strcmp(word, "6") == 0 ? "ipv6" : NULL;
}

static bool is_number(const char *word)
{
    return word[0] != '\0' && strlen(word) < 20 && strspn(word, "0123456789") == strlen(word);
}

static bool store(struct mh_ctl_options *options, const struct mh_ctl_option_row *row, const char *value,
                  char complaint[MH_CTL_COMPLAINT_SIZE])
{
    options->given |= (uint32_t)row->id;
    switch (row->id) {
    case MH_OPTION_SOCKET:
        options->socket = value;
        break;
    case MH_OPTION_URL:
        options->url = value;
        break;
    case MH_OPTION_TOKEN_FILE:
        options->token_file = value;
        break;
    case MH_OPTION_INTERFACE:
        options->interface = value;
        break;
    case MH_OPTION_TABLE:
        options->table = value;
        break;
    case MH_OPTION_OWNER:
        options->owner = value;
        break;
    case MH_OPTION_FROM:
        options->from = value;
        break;
    case MH_OPTION_MARK:
        options->mark = value;
        break;
    case MH_OPTION_PROTOCOL:
        options->protocol = value;
        break;
    case MH_OPTION_REMOTE_PORT:
        options->remote_port = value;
        break;
    case MH_OPTION_LOCAL_PORT:
        options->local_port = value;
        break;
    case MH_OPTION_IPV4:
        options->family = "ipv4";
        break;
    case MH_OPTION_IPV6:
        options->family = "ipv6";
        break;
    case MH_OPTION_FAMILY:
        options->family = family_of(value);
        return options->family != NULL || complain(complaint, "--family is ipv4 or ipv6, not \"%s\"", value);
    case MH_OPTION_CONFIRM:
        options->confirm = value;
        return (mh_duration_parse(value, &options->confirm_milliseconds) &&
                options->confirm_milliseconds > 0) ||
               complain(complaint, "--confirm takes a time such as 60s, not \"%s\"", value);
    case MH_OPTION_SINCE:
        options->since = value;
        return is_number(value) || complain(complaint, "--since takes a number, not \"%s\"", value);
    default:
        break; /* `given` says it all */
    }
    return true;
}

/* One option at argv[*index], with its value behind `=` or in the next word. */
static bool take_option(int argc, char **argv, int *index, struct mh_ctl_options *options,
                        char complaint[MH_CTL_COMPLAINT_SIZE])
{
    const char *word = argv[*index], *value;
    const struct mh_ctl_option_row *row = find_row(word, &value);
    if (row == NULL)
        return complain(complaint, "there is no option %s", word);
    if (row->argument == NULL && value != NULL)
        return complain(complaint, "%s takes no value", row->name);
    if (row->argument != NULL && value == NULL) {
        if (*index + 1 >= argc)
            return complain(complaint, "%s needs a value: %s", row->name, row->argument);
        value = argv[++*index];
    }
    if (value != NULL && value[0] == '\0')
        return complain(complaint, "the value of %s is empty", row->name);
    return store(options, row, value, complaint);
}

static bool take_word(const char *word, struct mh_ctl_options *options, char complaint[MH_CTL_COMPLAINT_SIZE])
{
    if (options->command == NULL)
        options->command = word;
    else if (options->argument_count < MH_CTL_ARGUMENTS_MAX)
        options->arguments[options->argument_count++] = word;
    else
        return complain(complaint, "there is a word too many: %s", word);
    return true;
}

static bool check_together(const struct mh_ctl_options *options, char complaint[MH_CTL_COMPLAINT_SIZE])
{
    if (options->socket != NULL && options->url != NULL)
        return complain(complaint, "--socket and --url exclude each other");
    if (options->token_file != NULL && options->url == NULL)
        return complain(complaint, "--token-file is of use with --url only");
    uint32_t forms = options->given & (MH_OPTION_JSON | MH_OPTION_DOT | MH_OPTION_SVG | MH_OPTION_NAMES);
    if ((forms & (forms - 1)) != 0)
        return complain(complaint, "--json, --names, --dot and --svg exclude each other");
    if ((options->given & MH_OPTION_IPV4) != 0 && (options->given & MH_OPTION_IPV6) != 0)
        return complain(complaint, "-4 and -6 exclude each other; without either both are shown");
    return true;
}

bool mh_ctl_options_parse(int argc, char **argv, struct mh_ctl_options *options,
                          char complaint[MH_CTL_COMPLAINT_SIZE])
{
    *options = (struct mh_ctl_options){0};
    bool words_only = false;
    for (int i = 1; i < argc; i++) {
        bool is_option = !words_only && argv[i][0] == '-' && argv[i][1] != '\0';
        if (is_option && strcmp(argv[i], "--") == 0)
            words_only = true;
        else if (!(is_option ? take_option(argc, argv, &i, options, complaint)
                             : take_word(argv[i], options, complaint)))
            return false;
    }
    return check_together(options, complaint);
}

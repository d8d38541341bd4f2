#include "daemon/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEFAULT_PORT = 8642 };

const char mh_options_usage[] =
    "usage: multihomed [options]\n"
    "  --config FILE          the configuration (a missing file is an empty one)\n"
    "  --socket PATH          where the API listens\n"
    "  --listen ADDR:PORT     listen on loopback TCP too (default port 8642)\n"
    "  --token-file FILE      the bearer token of TCP clients (default STATE/token)\n"
    "  --state-dir DIR        journal, token, instance\n"
    "  --platform NAME[:ARGS] linux, bsd, sim:FILE for a simulated host, or\n"
    "                         bsd:LAYOUT,calls=unix:PATH for a BSD elsewhere\n"
    "  --foreground           stay in the foreground, log to standard error\n"
    "  --log-level LEVEL      error, warning, info or debug\n"
    "  --release              give back everything the service owns, then end\n"
    "  --version, --help\n"
    "On Windows also: multihomed install [options], start, stop, uninstall (of the service)\n";

const char *const mh_options_with_paths[] = {"config", "state-dir", "token-file", "platform=sim:", NULL};

/* An option and where its value goes. */
struct option {
    const char *name;
    const char **text;
    bool *flag;
};

static bool complain(const char *what, const char *word)
{
    (void)fprintf(stderr, "multihomed: %s: %s (see --help)\n", what, word);
    return false;
}

static bool split_port(const char *text, uint16_t *port)
{
    char *end;
    unsigned long value = strtoul(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || value > 65535)
        return false;
    *port = (uint16_t)value;
    return true;
}

bool mh_options_split_listen(const char *text, char address[64], uint16_t *port)
{
    *port = DEFAULT_PORT;
    if (split_port(text, port)) {
        (void)snprintf(address, 64, "127.0.0.1");
        return true;
    }
    bool bracketed = text[0] == '[';
    const char *start = text + bracketed;
    const char *end = bracketed ? strchr(start, ']') : strchr(start, ':');
    bool bare_v6 = !bracketed && end != NULL && strchr(end + 1, ':') != NULL;
    if (end == NULL || bare_v6)
        end = start + strlen(start);
    size_t length = (size_t)(end - start);
    const char *rest = end + (bracketed && *end == ']');
    if (length == 0 || length >= 64 || (bracketed && *end != ']'))
        return false;
    memcpy(address, start, length);
    address[length] = '\0';
    return *rest == '\0' || (*rest == ':' && split_port(rest + 1, port));
}

static const struct option *find_option(const struct option *options, const char *name, size_t length)
{
    for (; options->name != NULL; options++)
        if (strlen(options->name) == length && strncmp(options->name, name, length) == 0)
            return options;
    return NULL;
}

/* Takes argv[*index] and, when the option has a value, the value: "--name value" or "--name=value". */
static bool take(const struct option *options, int argc, char **argv, int *index)
{
    const char *word = argv[*index];
    if (strncmp(word, "--", 2) != 0)
        return complain("unexpected argument", word);
    const char *equals = strchr(word, '=');
    size_t length = equals == NULL ? strlen(word + 2) : (size_t)(equals - word - 2);
    const struct option *option = find_option(options, word + 2, length);
    if (option == NULL)
        return complain("unknown option", word);
    if (option->flag != NULL) {
        *option->flag = true;
        return equals == NULL || complain("this option takes no value", word);
    }
    if (equals == NULL && ++*index >= argc)
        return complain("this option needs a value", word);
    *option->text = equals == NULL ? argv[*index] : equals + 1;
    return true;
}

bool mh_options_parse(int argc, char **argv, struct mh_options *options)
{
    *options = (struct mh_options){.log_level = MH_LOG_INFO};
    const char *listen = NULL, *level = "info";
    const struct option known[] = {
        {"config", &options->config, NULL},
        {"socket", &options->socket, NULL},
        {"listen", &listen, NULL},
        {"token-file", &options->token_file, NULL},
        {"state-dir", &options->state, NULL},
        {"platform", &options->platform, NULL},
        {"log-level", &level, NULL},
        {"foreground", NULL, &options->foreground},
        {"release", NULL, &options->release},
        {"version", NULL, &options->version},
        {"help", NULL, &options->help},
        {NULL, NULL, NULL},
    };
    for (int i = 1; i < argc; i++)
        if (!take(known, argc, argv, &i))
            return false;
    if (!mh_log_level_parse(level, &options->log_level))
        return complain("not a log level", level);
    if (listen != NULL && !mh_options_split_listen(listen, options->listen, &options->listen_port))
        return complain("not ADDR:PORT", listen);
    return true;
}

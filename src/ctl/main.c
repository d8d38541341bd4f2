/* multihomectl: reads the command line, opens the way to the service, runs the command. */
#define _DEFAULT_SOURCE /* libuv's header needs more than C11 */
#include "commands.h"
#include "platform.h"
#include "safe_text.h"

#include <curl/curl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

enum mh_exit mh_ctl_complain(enum mh_exit status, const char *format, ...)
{
    char message[1024];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    struct mh_text safe = {0};
    mh_safe_add(&safe, message);
    char *text = mh_text_take(&safe);
    (void)fflush(stdout); /* so that it stands behind what was printed */
    (void)fprintf(stderr, "multihomectl: %s\n", text != NULL ? text : "out of memory");
    free(text);
    return status;
}

/* ---- where the service is -------------------------------------------------------------------------- */

static bool exists(const char *path)
{
    uv_fs_t request;
    bool there = uv_fs_stat(NULL, &request, path, NULL) == 0;
    uv_fs_req_cleanup(&request);
    return there;
}

/* A plain user's own service goes before the system's. */
static const char *default_socket(struct mh_paths *paths)
{
    const char *named = getenv("MULTIHOMED_SOCKET");
    if (named != NULL && named[0] != '\0')
        return named;
    mh_host_paths(paths);
    return paths->socket[0] != '\0' && exists(paths->socket) ? paths->socket : mh_host_system_socket();
}

/* The token without the line end of its file. Anything that is not printable could end the HTTP header
 * early. */
static char *read_token(const char *path, enum mh_exit *status)
{
    enum { TOKEN_MAX = 4096 };
    char *token;
    size_t length;
    struct mh_failure failure;
    if (mh_file_read(path, TOKEN_MAX, &token, &length, &failure) != MH_OK) {
        *status = mh_ctl_complain(MH_EXIT_FAILED, "%s", failure.detail);
        return NULL;
    }
    while (length > 0 && strchr(" \t\r\n", token[length - 1]) != NULL)
        token[--length] = '\0';
    bool good = length > 0;
    for (size_t i = 0; i < length; i++)
        good = good && token[i] > ' ' && token[i] < 0x7f;
    if (good)
        return token;
    free(token);
    *status = mh_ctl_complain(MH_EXIT_FAILED, "%s holds no token", path);
    return NULL;
}

static bool is_http(const char *url)
{
    return strncmp(url, "http://", 7) == 0 || strncmp(url, "https://", 8) == 0;
}

struct place {
    const char *socket, *url, *token_file;
    struct mh_paths paths;
    char token_path[1100];
};

/* As the command line says; else as the system has it: a socket, or a URL with the token beside. */
static void settle_place(const struct mh_ctl_options *options, struct place *place)
{
    *place = (struct place){.socket = "", .url = options->url, .token_file = options->token_file};
    if (options->url != NULL)
        return;
    place->socket = options->socket != NULL ? options->socket : default_socket(&place->paths);
    if (place->socket[0] != '\0')
        return;
    place->url = mh_host_system_url();
    (void)snprintf(place->token_path, sizeof place->token_path, "%s/token", place->paths.state);
    place->token_file = place->token_path;
}

static enum mh_exit open_client(const struct mh_ctl_options *options, struct mh_client **client)
{
    struct place place;
    enum mh_exit status = MH_EXIT_DONE;
    char *token = NULL;
    if (options->url != NULL && !is_http(options->url))
        return mh_ctl_complain(MH_EXIT_USAGE, "--url begins with http:// or https://, not: %s", options->url);
    settle_place(options, &place);
    if (place.token_file != NULL && (token = read_token(place.token_file, &status)) == NULL)
        return status;
    *client = mh_client_new(place.socket, place.url, token);
    free(token);
    return *client != NULL ? MH_EXIT_DONE : mh_ctl_complain(MH_EXIT_FAILED, "out of memory");
}

/* ---- running --------------------------------------------------------------------------------------- */

static enum mh_exit usage_error(const char *complaint)
{
    (void)mh_ctl_complain(MH_EXIT_USAGE, "%s", complaint);
    (void)fputs("  See `multihomectl help`.\n", stderr);
    return MH_EXIT_USAGE;
}

static enum mh_exit check_command(const struct mh_ctl_command *command, const struct mh_ctl_options *options)
{
    char complaint[MH_CTL_COMPLAINT_SIZE];
    uint32_t foreign = options->given & ~(command->options | (uint32_t)MH_OPTIONS_COMMON);
    for (const struct mh_ctl_option_row *row = mh_ctl_option_rows(); row->name != NULL; row++)
        if ((foreign & (uint32_t)row->id) != 0) {
            (void)snprintf(complaint, sizeof complaint, "%s takes no %s", command->name, row->name);
            return usage_error(complaint);
        }
    if (options->argument_count >= command->least && options->argument_count <= command->most)
        return MH_EXIT_DONE;
    if (command->most == 0)
        (void)snprintf(complaint, sizeof complaint, "%s takes no argument", command->name);
    else if (options->argument_count > command->most)
        (void)snprintf(complaint, sizeof complaint, "there is a word too many: %s",
                       options->arguments[command->most]);
    else
        (void)snprintf(complaint, sizeof complaint, "%s needs an argument: %s", command->name,
                       command->arguments);
    return usage_error(complaint);
}

static enum mh_exit run_command(struct mh_ctl *ctl, const struct mh_ctl_command *command)
{
    if (command->offline)
        return command->run(ctl);
    enum mh_exit status = open_client(ctl->options, &ctl->client);
    if (status == MH_EXIT_DONE)
        status = command->run(ctl);
    mh_client_free(ctl->client);
    return status;
}

static enum mh_exit run(struct mh_ctl *ctl)
{
    const struct mh_ctl_options *options = ctl->options;
    const struct mh_ctl_command *command =
        options->command != NULL ? mh_ctl_command_find(options->command) : NULL;
    if ((options->given & MH_OPTION_VERSION) != 0) {
        struct mh_text text = {0};
        mh_text_add(&text, "multihomectl " MH_VERSION "\n");
        (void)mh_screen_put(ctl->screen, &text);
        return MH_EXIT_DONE;
    }
    if (options->command != NULL && command == NULL) {
        char complaint[MH_CTL_COMPLAINT_SIZE];
        (void)snprintf(complaint, sizeof complaint, "there is no command %s", options->command);
        return usage_error(complaint);
    }
    if ((options->given & MH_OPTION_HELP) != 0) {
        mh_ctl_print_help(ctl->screen, command);
        return MH_EXIT_DONE;
    }
    if (command == NULL)
        return usage_error("a command is missing");
    enum mh_exit status = check_command(command, options);
    return status == MH_EXIT_DONE ? run_command(ctl, command) : status;
}

int main(int argc, char **argv)
{
    struct mh_ctl_options options;
    struct mh_screen screen;
    char complaint[MH_CTL_COMPLAINT_SIZE];
    mh_process_prepare();
    argv = mh_process_words(&argc, argv);
    mh_screen_init(&screen);
    if (!mh_ctl_options_parse(argc, argv, &options, complaint))
        return (int)usage_error(complaint);
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != 0)
        return (int)mh_ctl_complain(MH_EXIT_FAILED, "libcurl does not start");
    struct mh_ctl ctl = {.options = &options, .screen = &screen};
    enum mh_exit status = run(&ctl);
    curl_global_cleanup();
    int written = mh_screen_finish(&screen);
    return (int)(status == MH_EXIT_DONE && written != 0 ? MH_EXIT_FAILED : status);
}

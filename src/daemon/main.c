/* multihomed: the service's entry point. */
#include "daemon/config_file.h"
#include "daemon/options.h"
#include "daemon/service.h"

#include <stdio.h>
#include <string.h>

static enum mh_exit complain(const char *text)
{
    (void)fprintf(stderr, "multihomed: %s\n", text);
    return MH_EXIT_USAGE;
}

/* Of what goes to the background nobody may see the terminal: a service manager has none. */
static enum mh_exit complain_also_to_log(const struct mh_options *options, const char *text)
{
    if (!options->foreground)
        mh_system_log(MH_LOG_ERROR, text);
    return complain(text);
}

static bool set_path(char *path, size_t size, const char *given)
{
    if (given != NULL && strlen(given) >= size)
        return false;
    if (given != NULL)
        memcpy(path, given, strlen(given) + 1);
    return true;
}

/* The system's default paths, with what the command line says instead. */
static bool settle_paths(const struct mh_options *options, struct mh_paths *paths)
{
    mh_host_paths(paths);
    return set_path(paths->config, sizeof paths->config, options->config) &&
           set_path(paths->socket, sizeof paths->socket, options->socket) &&
           set_path(paths->state, sizeof paths->state, options->state);
}

/* What a person can have got wrong is said here, on the terminal, before anything is started. */
static enum mh_exit prepare(const struct mh_options *options, struct mh_startup *startup)
{
    struct mh_failure failure;
    if (!settle_paths(options, &startup->paths))
        return complain_also_to_log(options, "a path is too long");
    startup->config = mh_config_file_read(startup->paths.config, &failure);
    if (startup->config == NULL)
        return complain_also_to_log(options, failure.detail);
    enum mh_error code = mh_platform_open(options->platform, &startup->platform, &failure);
    if (code == MH_OK)
        return MH_EXIT_DONE;
    (void)complain_also_to_log(options, failure.detail);
    return code == MH_INVALID || code == MH_NOT_FOUND ? MH_EXIT_USAGE : MH_EXIT_FAILED;
}

static enum mh_exit detach_and_run(const struct mh_options *options, struct mh_startup *startup)
{
    struct mh_failure failure;
    startup->log = (struct mh_log){options->log_level, options->foreground};
    if (!options->foreground && mh_service_detach(&failure) != MH_OK) {
        (void)complain(failure.detail);
        return MH_EXIT_FAILED;
    }
    enum mh_exit status = mh_service_run(startup);
    if (!options->foreground)
        mh_service_detached((int)status);
    return status;
}

static enum mh_exit run(const struct mh_options *options)
{
    struct mh_startup startup = {.options = options};
    enum mh_exit status = prepare(options, &startup);
    if (status == MH_EXIT_DONE)
        status = detach_and_run(options, &startup);
    mh_platform_close(startup.platform);
    mh_config_release(startup.config);
    return status;
}

static int run_words(int argc, char **argv)
{
    struct mh_options options;
    if (!mh_options_parse(argc, argv, &options))
        return MH_EXIT_USAGE;
    if (options.help)
        (void)fputs(mh_options_usage, stdout);
    else if (options.version)
        (void)printf("multihomed %s\n", MH_VERSION);
    else
        return (int)run(&options);
    return MH_EXIT_DONE;
}

/* A service stays: options of a program that ends, or that has a terminal, are a mistake. */
static bool check_words(int argc, char **argv)
{
    struct mh_options options;
    if (!mh_options_parse(argc, argv, &options))
        return false;
    if (!options.foreground && !options.release && !options.help && !options.version)
        return true;
    (void)complain("--foreground, --release, --help and --version are not for a service");
    return false;
}

int main(int argc, char **argv)
{
    static const struct mh_program program = {run_words, check_words, mh_options_with_paths};
    mh_process_prepare();
    argv = mh_process_words(&argc, argv);
    return mh_program_run(&program, argc, argv);
}

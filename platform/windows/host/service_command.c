#include "windows/host/service_command.h"

#include "common/command_line_windows.h"
#include "common/errno_map.h"
#include "windows/host/event_source.h"
#include "windows/host/rights.h"
#include "windows/host/service.h"
#include "windows/host/wide.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_SIZE = 32767 /* CreateProcess's limit */ };

static int complain(const struct mh_failure *failure)
{
    (void)fprintf(stderr, "multihomed: %s\n", failure->detail);
    switch (failure->code) {
    case MH_INVALID:
        return MH_EXIT_USAGE;
    case MH_CONFLICT:
    case MH_BUSY:
        return MH_EXIT_CONFLICT;
    case MH_UNSUPPORTED:
        return MH_EXIT_UNSUPPORTED;
    default:
        return MH_EXIT_FAILED;
    }
}

static int report(enum mh_error code, const struct mh_failure *failure, const char *done)
{
    if (code != MH_OK)
        return complain(failure);
    (void)puts(done);
    return MH_EXIT_DONE;
}

/* ---- install --------------------------------------------------------------------------------------- */

/* GetModuleFileName cuts what does not fit. */
static wchar_t *own_image(void)
{
    wchar_t *image = malloc(LINE_SIZE * sizeof *image);
    DWORD length = image == NULL ? 0 : GetModuleFileNameW(NULL, image, LINE_SIZE);
    if (length == 0 || length >= LINE_SIZE) {
        free(image);
        return NULL;
    }
    return image;
}

/* In the form for long paths, when it is one. */
static bool program_path(char *path, size_t size)
{
    wchar_t *image = own_image();
    bool fits = image != NULL && mh_narrow(image, path, size);
    free(image);
    wchar_t *full = fits ? mh_wide_path(path) : NULL;
    fits = full != NULL && mh_narrow(full, path, size);
    free(full);
    return fits;
}

static enum mh_error write_line(const struct mh_program *program, char *const *words, size_t count,
                                char *line, struct mh_failure *failure)
{
    char *path = malloc(LINE_SIZE);
    char **given = mh_service_words(program, words, count);
    enum mh_error code = MH_OK;
    if (path == NULL || given == NULL)
        code = mh_fail(failure, MH_NO_MEMORY, "out of memory");
    else if (!program_path(path, LINE_SIZE))
        code = mh_fail(failure, MH_IO, "the program's own path is not known");
    else
        code = mh_windows_command_line(path, (const char *const *)given, count + 1, line, LINE_SIZE, failure);
    mh_service_words_free(given);
    free(path);
    return code;
}

static void doubt(const char *setting, const struct mh_failure *failure)
{
    (void)fprintf(stderr, "multihomed: warning: the service's %s: %s\n", setting, failure->detail);
}

static enum mh_error add_event_source(const struct mh_scm *scm, struct mh_failure *failure)
{
    wchar_t *image = own_image();
    enum mh_error code = image == NULL ? mh_fail(failure, MH_NO_MEMORY, "out of memory")
                                       : mh_event_source_add(scm, image, failure);
    free(image);
    return code;
}

/* %ProgramData%\multihomed, into which every user of the machine could have put something before. */
static enum mh_error protect_home(struct mh_failure *failure)
{
    struct mh_paths paths;
    mh_host_paths(&paths);
    char *slash = strrchr(paths.config, '/');
    if (slash == NULL)
        return mh_fail(failure, MH_IO, "there is no %%ProgramData%%");
    *slash = '\0';
    return mh_rights_protect(paths.config, failure);
}

static int install(const struct mh_scm *scm, const struct mh_program *program, int argc, char **argv)
{
    struct mh_failure failure;
    bool existed = false;
    if (!program->check(argc - 1, argv + 1)) /* `install` is in the place of the program's name */
        return MH_EXIT_USAGE;
    char *line = malloc(LINE_SIZE);
    if (line == NULL)
        return MH_EXIT_FAILED;
    enum mh_error code = write_line(program, argv + 2, (size_t)argc - 2, line, &failure);
    if (code == MH_OK)
        code = protect_home(&failure);
    if (code == MH_OK)
        code = add_event_source(scm, &failure);
    if (code == MH_OK)
        code = mh_service_install(scm, line, doubt, &existed, &failure);
    free(line);
    return report(code, &failure,
                  existed
                      ? "The service was installed already and has its new settings from its next start on."
                      : "The service is installed. Start it: multihomed start");
}

/* ---- the others ------------------------------------------------------------------------------------ */

static int uninstall(const struct mh_scm *scm, const struct mh_program *program, int argc, char **argv)
{
    struct mh_failure failure;
    (void)program;
    (void)argc;
    (void)argv;
    enum mh_error code = mh_service_uninstall(scm, &failure);
    if (code == MH_OK)
        code = mh_event_source_remove(scm, &failure);
    return report(code, &failure, "The service is removed. Its files are kept.");
}

static int start(const struct mh_scm *scm, const struct mh_program *program, int argc, char **argv)
{
    struct mh_failure failure;
    (void)program;
    (void)argc;
    (void)argv;
    return report(mh_service_start(scm, &failure), &failure, "The service is running.");
}

static int stop(const struct mh_scm *scm, const struct mh_program *program, int argc, char **argv)
{
    struct mh_failure failure;
    bool stopped;
    (void)program;
    (void)argc;
    (void)argv;
    enum mh_error code = mh_service_stop(scm, &stopped, &failure);
    return report(code, &failure, stopped ? "The service has ended." : "The service was not running.");
}

static int run(const struct mh_scm *scm, const struct mh_program *program, int argc, char **argv)
{
    struct mh_failure failure;
    return mh_service_dispatch(scm, program, argc - 1, argv + 1, &failure) == MH_OK ? MH_EXIT_DONE
                                                                                    : complain(&failure);
}

/* ---- which ----------------------------------------------------------------------------------------- */

struct command {
    const char *name;
    bool takes_options; /* the service's own */
    int (*carry_out)(const struct mh_scm *scm, const struct mh_program *program, int argc, char **argv);
};

static const struct command commands[] = {
    {"install", true, install}, {"uninstall", false, uninstall},
    {"start", false, start},    {"stop", false, stop},
    {"run", true, run},
};

int mh_service_command(const struct mh_scm *scm, const struct mh_program *program, int argc, char **argv)
{
    for (size_t i = 0; argc > 1 && i < sizeof commands / sizeof commands[0]; i++) {
        if (strcmp(argv[1], commands[i].name) != 0)
            continue;
        if (argc == 2 || commands[i].takes_options)
            return commands[i].carry_out(scm, program, argc, argv);
        (void)fprintf(stderr, "multihomed: %s takes no options\n", argv[1]);
        return MH_EXIT_USAGE;
    }
    return program->run(argc, argv);
}

int mh_program_run(const struct mh_program *program, int argc, char **argv)
{
    return mh_service_command(&mh_scm_system, program, argc, argv);
}

/* The host services: files, the lock, sockets, peers, detaching. Everything happens in a directory of
 * its own. */
#define _DEFAULT_SOURCE
#include "common/errno_map.h"
#include "platform.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit/support.h"

enum { PATH_SIZE = 512 };

/* ---- the directory --------------------------------------------------------------------------------- */

static int make_directory(void **state)
{
    char *directory = strdup("/tmp/mh-host-services-XXXXXX");
    if (directory == NULL || mkdtemp(directory) == NULL)
        return -1;
    *state = directory;
    return 0;
}

static void remove_below(const char *directory)
{
    DIR *entries = opendir(directory);
    if (entries == NULL)
        return;
    const struct dirent *entry;
    while ((entry = readdir(entries)) != NULL) {
        char path[PATH_SIZE];
        struct stat status;
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        (void)snprintf(path, sizeof path, "%s/%s", directory, entry->d_name);
        if (lstat(path, &status) == 0 && S_ISDIR(status.st_mode))
            remove_below(path);
        else
            (void)unlink(path);
    }
    (void)closedir(entries);
    (void)rmdir(directory);
}

static int remove_directory(void **state)
{
    (void)chmod(*state, 0700);
    remove_below(*state);
    free(*state);
    return 0;
}

static const char *path_in(void **state, const char *name, char path[PATH_SIZE])
{
    (void)snprintf(path, PATH_SIZE, "%s/%s", (const char *)*state, name);
    return path;
}

static size_t entries_in(const char *directory)
{
    DIR *entries = opendir(directory);
    assert_non_null(entries);
    size_t count = 0;
    const struct dirent *entry;
    while ((entry = readdir(entries)) != NULL)
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    (void)closedir(entries);
    return count;
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void assert_text_of(const char *path, const char *expected)
{
    char *text;
    size_t length;
    assert_int_equal(mh_file_read(path, 4096, &text, &length, NULL), MH_OK);
    assert_string_equal(text, expected);
    assert_int_equal(length, strlen(expected));
    free(text);
}

/* Runs `body` in a child and returns its exit status. */
static int in_child(int (*body)(const char *argument), const char *argument)
{
    (void)fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(body(argument));
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* ---- errno ----------------------------------------------------------------------------------------- */

static void test_errno_table(void **state)
{
    (void)state;
    assert_int_equal(mh_errno_error(0), MH_OK);
    assert_int_equal(mh_errno_error(ENOBUFS), MH_LOST);
    assert_int_equal(mh_errno_error(EACCES), MH_PERMISSION);
    assert_int_equal(mh_errno_error(99999), MH_IO);
    assert_string_equal(mh_errno_name(ENOBUFS), "ENOBUFS");
    assert_string_equal(mh_errno_name(EAGAIN), "EAGAIN");
    assert_null(mh_errno_name(99999));
}

static void test_fail_errno(void **state)
{
    (void)state;
    struct mh_failure failure;
    errno = ERANGE;
    assert_int_equal(mh_fail_errno(&failure, ENOENT, "cannot open %s", "/x"), MH_NOT_FOUND);
    assert_int_equal(errno, ERANGE);
    assert_int_equal(failure.code, MH_NOT_FOUND);
    assert_int_equal(failure.native_code, ENOENT);
    assert_string_equal(failure.native_name, "ENOENT");
    assert_string_equal(failure.detail, "cannot open /x: No such file or directory");
    assert_int_equal(mh_fail_errno(&failure, 99999, "odd"), MH_IO);
    assert_string_equal(failure.native_name, "error 99999");
    assert_int_equal(mh_fail_errno(&failure, 0, "nothing"), MH_IO);
    assert_string_equal(failure.detail, "nothing");
    assert_int_equal(mh_fail_errno(NULL, EPERM, "nobody listens"), MH_PERMISSION);
}

static void test_fail_errno_cuts_long_text(void **state)
{
    (void)state;
    struct mh_failure failure;
    char name[600];
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    assert_int_equal(mh_fail_errno(&failure, EIO, "%s", name), MH_IO);
    assert_int_equal(strlen(failure.detail), MH_DETAIL_SIZE - 1);
}

/* ---- clocks, randomness ---------------------------------------------------------------------------- */

static void test_clocks(void **state)
{
    (void)state;
    assert_true(mh_clock_wall() > INT64_C(1577836800000)); /* 2020 */
    int64_t before = mh_clock_boot();
    (void)usleep(20000);
    int64_t passed = mh_clock_boot() - before;
    assert_true(passed >= 20 && passed < 5000);
}

static void test_random(void **state)
{
    (void)state;
    unsigned char first[600] = {0}, second[600] = {0};
    static const unsigned char zero[64];
    assert_true(mh_random(first, sizeof first));
    assert_true(mh_random(second, sizeof second));
    assert_memory_not_equal(first, second, sizeof first);
    assert_memory_not_equal(first + sizeof first - sizeof zero, zero,
                            sizeof zero); /* the end is filled too */
    assert_true(mh_random(NULL, 0));
}

/* ---- paths ----------------------------------------------------------------------------------------- */

enum { PLAIN_USER = 65534 };

static bool become_plain_user(void)
{
    return geteuid() != 0 || (setgroups(0, NULL) == 0 && setgid(PLAIN_USER) == 0 && setuid(PLAIN_USER) == 0);
}

static void test_paths_of_root(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip_because("only root is asked for the system's paths");
    struct mh_paths paths;
    mh_host_paths(&paths);
    assert_string_equal(paths.config, "/etc/multihomed/config.json");
    assert_string_equal(paths.socket, "/run/multihomed/api.sock");
    assert_string_equal(paths.state, "/var/lib/multihomed");
}

static int user_paths(const char *runtime)
{
    if (!become_plain_user())
        return 10;
    struct mh_paths paths;
    char expected[PATH_SIZE];
    (void)setenv("HOME", "/home/u", 1);
    (void)unsetenv("XDG_STATE_HOME");
    (void)setenv("XDG_CONFIG_HOME", "relative/is/ignored", 1);
    (void)setenv("XDG_RUNTIME_DIR", runtime, 1);
    mh_host_paths(&paths);
    (void)snprintf(expected, sizeof expected, "%s/multihomed/api.sock", runtime);
    if (strcmp(paths.socket, expected) != 0)
        return 1;
    if (strcmp(paths.state, "/home/u/.local/state/multihomed") != 0)
        return 2;
    return strcmp(paths.config, "/home/u/.config/multihomed/config.json") == 0 ? 0 : 3;
}

static int user_paths_without_runtime(const char *runtime)
{
    if (!become_plain_user())
        return 10;
    struct mh_paths paths;
    (void)setenv("HOME", "/home/u", 1);
    (void)setenv("XDG_STATE_HOME", "/s", 1);
    if (runtime != NULL)
        (void)setenv("XDG_RUNTIME_DIR", runtime, 1);
    else
        (void)unsetenv("XDG_RUNTIME_DIR");
    mh_host_paths(&paths);
    return strcmp(paths.socket, "/s/multihomed/api.sock") == 0 ? 0 : 1;
}

static int user_paths_too_long(const char *argument)
{
    (void)argument;
    char home[2000];
    memset(home, 'h', sizeof home);
    home[0] = '/';
    home[sizeof home - 1] = '\0';
    if (!become_plain_user())
        return 10;
    struct mh_paths paths;
    (void)setenv("HOME", home, 1);
    (void)unsetenv("XDG_STATE_HOME");
    (void)unsetenv("XDG_RUNTIME_DIR");
    mh_host_paths(&paths);
    return paths.state[0] == '\0' && paths.socket[0] == '\0' ? 0 : 1;
}

static void test_paths_of_user(void **state)
{
    const char *runtime = *state;
    if (geteuid() == 0)
        assert_int_equal(chown(runtime, PLAIN_USER, (gid_t)-1), 0);
    assert_int_equal(in_child(user_paths, runtime), 0);
    assert_int_equal(in_child(user_paths_without_runtime, NULL), 0);
    assert_int_equal(in_child(user_paths_without_runtime, "/"), 0); /* somebody else's */
    assert_int_equal(in_child(user_paths_too_long, NULL), 0);
}

/* ---- symbolic links -------------------------------------------------------------------------------- */

static void assert_leads_to(const char *path, const char *expected)
{
    char target[MH_PATH_SIZE];
    assert_int_equal(mh_file_follow(path, target, NULL), MH_OK);
    assert_string_equal(target, expected);
}

static void test_follow(void **state)
{
    char path[PATH_SIZE], link[PATH_SIZE], target[MH_PATH_SIZE], expected[2 * PATH_SIZE];
    struct mh_failure failure = {0};
    path_in(state, "f", path);
    path_in(state, "l", link);
    assert_leads_to("", "");
    assert_leads_to(path, path);
    write_file(path, "hello");
    assert_leads_to(path, path);
    assert_int_equal(symlink("f", link), 0);
    assert_leads_to(link, path);
    assert_int_equal(unlink(path), 0);
    assert_leads_to(link, path); /* what is not there yet is made there */
    assert_int_equal(symlink("/nowhere/at/all", path), 0);
    assert_leads_to(link, "/nowhere/at/all");
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink("../x/./y", path), 0);
    (void)snprintf(expected, sizeof expected, "%.*s/../x/./y", (int)(strrchr(path, '/') - path), path);
    assert_leads_to(link, expected);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink("l", path), 0);
    assert_int_equal(mh_file_follow(link, target, &failure), MH_LIMIT);
    assert_non_null(strstr(failure.detail, "too many symbolic links"));
    char lengthy[MH_PATH_SIZE + 1];
    memset(lengthy, 'x', MH_PATH_SIZE);
    lengthy[MH_PATH_SIZE] = '\0';
    assert_int_equal(mh_file_follow(lengthy, target, &failure), MH_LIMIT);
    lengthy[MH_PATH_SIZE - 1] = '\0';
    assert_leads_to(lengthy, lengthy);
}

/* ---- reading --------------------------------------------------------------------------------------- */

static void test_read(void **state)
{
    char path[PATH_SIZE];
    write_file(path_in(state, "f", path), "hello");
    assert_text_of(path, "hello");
    write_file(path, "");
    assert_text_of(path, "");
}

static void test_read_limit(void **state)
{
    char path[PATH_SIZE];
    char *text;
    size_t length;
    struct mh_failure failure;
    write_file(path_in(state, "f", path), "12345678");
    assert_int_equal(mh_file_read(path, 8, &text, &length, &failure), MH_OK);
    assert_int_equal(length, 8);
    free(text);
    assert_int_equal(mh_file_read(path, 7, &text, &length, &failure), MH_LIMIT);
    assert_null(text);
    assert_non_null(strstr(failure.detail, "more than 7 octets"));
    assert_int_equal(mh_file_read("/dev/zero", 7, &text, &length, &failure), MH_IO);
}

static void test_read_large(void **state)
{
    enum { LARGE = 100001 };
    char path[PATH_SIZE];
    char *written = malloc(LARGE), *text;
    size_t length;
    assert_non_null(written);
    for (size_t i = 0; i < LARGE; i++)
        written[i] = (char)(i * 31 % 251);
    path_in(state, "f", path);
    assert_int_equal(mh_file_replace(path, written, LARGE, 0600, NULL), MH_OK);
    assert_int_equal(mh_file_read(path, LARGE, &text, &length, NULL), MH_OK);
    assert_int_equal(length, LARGE);
    assert_memory_equal(text, written, LARGE);
    assert_int_equal(text[length], '\0');
    free(text);
    free(written);
}

static void test_read_refuses(void **state)
{
    char path[PATH_SIZE];
    char *text;
    size_t length;
    struct mh_failure failure;
    assert_int_equal(mh_file_read(path_in(state, "none", path), 10, &text, &length, &failure), MH_NOT_FOUND);
    assert_string_equal(failure.native_name, "ENOENT");
    assert_int_equal(mh_file_read(*state, 10, &text, &length, &failure), MH_IO);
    assert_non_null(strstr(failure.detail, "a directory"));
    assert_int_equal(mkfifo(path_in(state, "fifo", path), 0600), 0);
    assert_int_equal(mh_file_read(path, 10, &text, &length, &failure),
                     MH_IO); /* and did not wait for a writer */
}

static int read_stdin(const char *argument)
{
    (void)argument;
    int ends[2];
    char *text;
    size_t length;
    if (pipe(ends) != 0 || write(ends[1], "piped", 5) != 5 || dup2(ends[0], STDIN_FILENO) < 0)
        return 10;
    (void)close(ends[1]);
    if (mh_file_read("/dev/stdin", 5, &text, &length, NULL) != MH_OK)
        return 1;
    int status = length == 5 && strcmp(text, "piped") == 0 ? 0 : 2;
    free(text);
    return status;
}

static void test_read_stdin(void **state)
{
    (void)state;
    assert_int_equal(in_child(read_stdin, NULL), 0);
}

/* ---- replacing ------------------------------------------------------------------------------------- */

static void test_replace(void **state)
{
    char path[PATH_SIZE];
    struct stat status;
    path_in(state, "f", path);
    assert_int_equal(mh_file_replace(path, "one", 3, 0640, NULL), MH_OK);
    assert_text_of(path, "one");
    assert_int_equal(mh_file_replace(path, "two!", 4, 0600, NULL), MH_OK);
    assert_text_of(path, "two!");
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0600);
    assert_int_equal(entries_in(*state), 1);
}

static void test_replace_mode_ignores_umask(void **state)
{
    char path[PATH_SIZE];
    struct stat status;
    mode_t old = umask(077);
    assert_int_equal(mh_file_replace(path_in(state, "f", path), "x", 1, 0644, NULL), MH_OK);
    (void)umask(old);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0644);
}

static void test_replace_relative(void **state)
{
    char before[PATH_SIZE];
    assert_non_null(getcwd(before, sizeof before));
    assert_int_equal(chdir(*state), 0);
    enum mh_error error = mh_file_replace("plain", "x", 1, 0600, NULL);
    assert_int_equal(chdir(before), 0);
    assert_int_equal(error, MH_OK);
    assert_int_equal(entries_in(*state), 1);
}

/* A full disk: the kernel refuses to let the file grow, and the old one is untouched. */
static int replace_on_full_disk(const char *path)
{
    const struct rlimit limit = {.rlim_cur = 8, .rlim_max = 8};
    struct mh_failure failure;
    (void)signal(SIGXFSZ, SIG_IGN);
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
        return 10;
    if (mh_file_replace(path, "longer than eight", 17, 0600, &failure) != MH_LIMIT)
        return 1;
    return strcmp(failure.native_name, "EFBIG") == 0 ? 0 : 2;
}

static void test_replace_full(void **state)
{
    char path[PATH_SIZE];
    write_file(path_in(state, "f", path), "old");
    assert_int_equal(in_child(replace_on_full_disk, path), 0);
    assert_text_of(path, "old");
    assert_int_equal(entries_in(*state), 1);
}

static int replace_as_plain_user(const char *path)
{
    struct mh_failure failure;
    if (!become_plain_user())
        return 10;
    if (mh_file_replace(path, "new", 3, 0600, &failure) != MH_PERMISSION)
        return 1;
    return failure.native_code == EACCES ? 0 : 2;
}

static void test_replace_read_only_directory(void **state)
{
    char path[PATH_SIZE];
    write_file(path_in(state, "f", path), "old");
    assert_int_equal(chmod(*state, 0555), 0);
    assert_int_equal(in_child(replace_as_plain_user, path), 0);
    assert_int_equal(chmod(*state, 0755), 0);
    assert_text_of(path, "old");
    assert_int_equal(entries_in(*state), 1);
}

/* rename(2) refuses to put a file over a directory: the temporary file goes away again. */
static void test_replace_leaves_nothing_behind(void **state)
{
    char path[PATH_SIZE];
    assert_int_equal(mkdir(path_in(state, "d", path), 0700), 0);
    struct mh_failure failure;
    assert_int_equal(mh_file_replace(path, "x", 1, 0600, &failure), MH_IO);
    assert_string_equal(failure.native_name, "EISDIR");
    assert_int_equal(entries_in(*state), 1);
}

/* ---- directories, lock ----------------------------------------------------------------------------- */

static void test_rename_remove_mode(void **state)
{
    char from[PATH_SIZE], to[PATH_SIZE];
    unsigned mode;
    struct mh_failure failure = {0};
    path_in(state, "from", from);
    path_in(state, "to", to);
    assert_int_equal(mh_file_rename(from, to, &failure), MH_NOT_FOUND);
    assert_int_equal(mh_file_mode(from, &mode, &failure), MH_NOT_FOUND);
    assert_int_equal(mh_file_remove(from, &failure), MH_OK);
    write_file(to, "old");
    assert_int_equal(mh_file_replace(from, "new", 3, 0640, &failure), MH_OK);
    assert_int_equal(mh_file_mode(from, &mode, &failure), MH_OK);
    assert_int_equal(mode, 0640);
    assert_int_equal(mh_file_rename(from, to, &failure), MH_OK);
    assert_text_of(to, "new");
    assert_int_equal(entries_in(*state), 1);
    assert_int_equal(mh_file_remove(to, &failure), MH_OK);
    assert_int_equal(entries_in(*state), 0);
    assert_int_not_equal(mh_file_remove(*state, &failure), MH_OK);
}

/* Asked in a child too: a descriptor or a process has no part in it. */
static int same_incarnation(const char *expected)
{
    struct mh_incarnation incarnation;
    mh_host_incarnation(&incarnation);
    return memcmp(expected, incarnation.boot, strlen(incarnation.boot) + 1) != 0;
}

static void test_incarnation(void **state)
{
    (void)state;
    struct mh_incarnation first, second;
    memset(&first, 0, sizeof first);
    memset(&second, 0, sizeof second);
    mh_host_incarnation(&first);
    mh_host_incarnation(&second);
    assert_string_equal(first.boot, second.boot);
    assert_string_equal(first.space, second.space);
    assert_true(strlen(first.boot) > 0 && strlen(first.space) > 0);
    assert_int_equal(in_child(same_incarnation, first.boot), 0);
}

static void test_directory_make(void **state)
{
    char path[PATH_SIZE], deep[PATH_SIZE];
    struct stat status;
    struct mh_failure failure;
    path_in(state, "a//b/c/", deep);
    assert_int_equal(mh_directory_make(deep, 0750, NULL), MH_OK);
    assert_int_equal(mh_directory_make(deep, 0750, NULL), MH_OK);
    assert_int_equal(stat(path_in(state, "a/b/c", path), &status), 0);
    assert_int_equal(status.st_mode & 027, 0); /* nothing for others, no writing for the group */
    write_file(path_in(state, "file", path), "");
    assert_int_equal(mh_directory_make(path, 0750, &failure), MH_INVALID);
    assert_string_equal(failure.native_name, "ENOTDIR");
    assert_int_equal(mh_directory_make(path_in(state, "file/below", path), 0750, &failure), MH_INVALID);
    assert_int_equal(mh_directory_make("", 0750, &failure), MH_LIMIT);
}

static void test_directories_above_have_the_mode_asked_for(void **state)
{
    char path[PATH_SIZE];
    struct stat status;
    mode_t before = umask(077);
    assert_int_equal(mh_directory_make_above(path_in(state, "run/multihomed/api.sock", path), 0755, NULL),
                     MH_OK);
    umask(before);
    assert_int_equal(stat(path_in(state, "run/multihomed", path), &status), 0);
    assert_int_equal(status.st_mode & 0777, 0755);
    assert_int_equal(stat(path_in(state, "run/multihomed/api.sock", path), &status), -1);
}

static int expect_lock_busy(const char *directory)
{
    struct mh_failure failure;
    char expected[64];
    if (mh_state_lock(directory, &failure) != MH_BUSY)
        return 1;
    (void)snprintf(expected, sizeof expected, "process %ld,", (long)getppid());
    return strstr(failure.detail, expected) != NULL ? 0 : 2;
}

static int take_lock(const char *directory)
{
    return mh_state_lock(directory, NULL) == MH_OK ? 0 : 1;
}

static void test_lock(void **state)
{
    assert_int_equal(in_child(take_lock, *state), 0); /* given back by the end of that process */
    assert_int_equal(mh_state_lock(*state, NULL), MH_OK);
    assert_int_equal(in_child(expect_lock_busy, *state), 0);
}

static int lock_as_plain_user(const char *directory)
{
    struct mh_failure failure;
    if (!become_plain_user())
        return 10;
    if (mh_state_lock(directory, &failure) != MH_PERMISSION)
        return 1;
    return strstr(failure.detail, directory) != NULL ? 0 : 2;
}

static void test_lock_refusals(void **state)
{
    char path[PATH_SIZE];
    assert_int_equal(mh_state_lock(path_in(state, "none", path), NULL), MH_NOT_FOUND);
    assert_int_equal(chmod(*state, 0555), 0);
    assert_int_equal(in_child(lock_as_plain_user, *state), 0);
}

/* ---- the local socket ------------------------------------------------------------------------------ */

static int connect_to(const char *path)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    memcpy(name.sun_path, path, strlen(path) + 1);
    int descriptor = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_true(descriptor >= 0);
    if (connect(descriptor, (const struct sockaddr *)&name, sizeof name) == 0)
        return descriptor;
    (void)close(descriptor);
    return -1;
}

static void test_listen_local(void **state)
{
    char path[PATH_SIZE];
    int descriptor;
    bool shared = true;
    struct stat status;
    path_in(state, "api.sock", path);
    assert_int_equal(mh_listen_local(path, "no-such-group-here", &descriptor, &shared, NULL), MH_OK);
    assert_false(shared);
    assert_int_equal(stat(path, &status), 0);
    assert_true(S_ISSOCK(status.st_mode));
    assert_int_equal(status.st_mode & 07777, 0600);
    assert_int_equal(entries_in(*state), 1);
    assert_true((fcntl(descriptor, F_GETFD) & FD_CLOEXEC) != 0);
    int client = connect_to(path);
    assert_true(client >= 0);
    (void)close(client);
    (void)close(descriptor);
    mh_unlisten_local(path);
    assert_int_equal(entries_in(*state), 0);
}

static void test_listen_local_group(void **state)
{
    char path[PATH_SIZE];
    int descriptor;
    bool shared = false;
    struct stat status;
    const struct group *own = getgrgid(getegid());
    if (own == NULL)
        skip_because("this user's group has no name");
    gid_t number = own->gr_gid;
    path_in(state, "api.sock", path);
    assert_int_equal(mh_listen_local(path, own->gr_name, &descriptor, &shared, NULL), MH_OK);
    assert_true(shared);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0660);
    assert_int_equal(status.st_gid, number);
    (void)close(descriptor);
}

static void test_listen_local_busy(void **state)
{
    char path[PATH_SIZE];
    int first, second;
    bool shared;
    struct mh_failure failure;
    path_in(state, "api.sock", path);
    assert_int_equal(mh_listen_local(path, NULL, &first, &shared, NULL), MH_OK);
    assert_int_equal(mh_listen_local(path, NULL, &second, &shared, &failure), MH_BUSY);
    assert_int_equal(second, -1);
    assert_non_null(strstr(failure.detail, "another service answers on /"));
    int client = connect_to(path); /* the first is as it was */
    assert_true(client >= 0);
    (void)close(client);
    (void)close(first); /* now it is stale */
    assert_int_equal(connect_to(path), -1);
    assert_int_equal(mh_listen_local(path, NULL, &second, &shared, NULL), MH_OK);
    client = connect_to(path);
    assert_true(client >= 0);
    (void)close(client);
    (void)close(second);
    assert_int_equal(entries_in(*state), 1);
}

/* A queue that is full, because nobody accepts, still is an answer. */
static void test_listen_local_full_queue(void **state)
{
    enum { MANY = 8 };
    char path[PATH_SIZE];
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    path_in(state, "s", path);
    memcpy(name.sun_path, path, strlen(path) + 1);
    int server = socket(AF_UNIX, SOCK_STREAM, 0), clients[MANY];
    assert_int_equal(bind(server, (const struct sockaddr *)&name, sizeof name), 0);
    assert_int_equal(listen(server, 1), 0);
    for (int i = 0; i < MANY; i++) {
        clients[i] = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
        (void)connect(clients[i], (const struct sockaddr *)&name, sizeof name);
    }
    int descriptor;
    bool shared;
    struct mh_failure failure;
    assert_int_equal(mh_listen_local(path, NULL, &descriptor, &shared, &failure), MH_BUSY);
    assert_non_null(strstr(failure.detail, "another service answers"));
    for (int i = 0; i < MANY; i++)
        (void)close(clients[i]);
    (void)close(server);
}

static void test_listen_local_refuses(void **state)
{
    char path[PATH_SIZE], lengthy[PATH_SIZE] = "/tmp/";
    int descriptor;
    bool shared;
    struct mh_failure failure;
    write_file(path_in(state, "file", path), "precious");
    assert_int_equal(mh_listen_local(path, NULL, &descriptor, &shared, &failure), MH_EXISTS);
    assert_non_null(strstr(failure.detail, "not a socket"));
    assert_text_of(path, "precious");
    mh_unlisten_local(path);
    assert_text_of(path, "precious");
    memset(lengthy + 5, 'x', 200);
    assert_int_equal(mh_listen_local(lengthy, NULL, &descriptor, &shared, &failure), MH_LIMIT);
    assert_non_null(strstr(failure.detail, "98 octets too long"));
    assert_int_equal(mh_listen_local("", NULL, &descriptor, &shared, &failure), MH_INVALID);
    assert_int_equal(mh_listen_local("/tmp/", NULL, &descriptor, &shared, &failure), MH_INVALID);
    assert_int_equal(
        mh_listen_local(path_in(state, "no/api.sock", path), NULL, &descriptor, &shared, &failure),
        MH_NOT_FOUND);
    assert_int_equal(descriptor, -1);
}

/* A symbolic link to somebody's socket or file is neither followed nor removed. */
static void test_listen_local_symbolic_link(void **state)
{
    char path[PATH_SIZE];
    int descriptor;
    bool shared;
    struct stat status;
    assert_int_equal(symlink("elsewhere", path_in(state, "link", path)), 0);
    assert_int_equal(mh_listen_local(path, NULL, &descriptor, &shared, NULL), MH_EXISTS);
    assert_int_equal(lstat(path, &status), 0);
}

static void test_peer(void **state)
{
    char path[PATH_SIZE];
    int server;
    bool shared;
    struct mh_peer peer;
    assert_int_equal(mh_listen_local(path_in(state, "s", path), NULL, &server, &shared, NULL), MH_OK);
    int client = connect_to(path);
    int accepted = accept(server, NULL, NULL);
    assert_true(accepted >= 0);
    assert_int_equal(mh_peer_of(accepted, &peer), MH_OK);
    assert_int_equal(peer.uid, geteuid());
    assert_int_equal(peer.uid, mh_own_uid());
    assert_int_equal(peer.pid, getpid());
    (void)close(accepted);
    (void)close(client);
    (void)close(server);
    assert_int_equal(mh_peer_of(-1, &peer), MH_INVALID);
    assert_int_equal(peer.uid, UINT32_MAX); /* nobody, and above all not root */
}

/* ---- loopback -------------------------------------------------------------------------------------- */

static void test_listen_loopback(void **state)
{
    (void)state;
    uint16_t port = 0, again;
    int first, second;
    struct mh_peer peer;
    struct mh_failure failure;
    assert_int_equal(mh_listen_loopback("127.0.0.1", &port, &first, &failure), MH_OK);
    assert_int_not_equal(port, 0);
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_port = htons(port)};
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int client = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(client, (const struct sockaddr *)&name, sizeof name), 0);
    assert_int_not_equal(mh_peer_of(client, &peer), MH_OK); /* TCP has no such peer */
    (void)close(client);
    again = port;
    assert_int_equal(mh_listen_loopback("127.0.0.1", &again, &second, &failure), MH_BUSY);
    assert_string_equal(failure.native_name, "EADDRINUSE");
    (void)close(first);
}

static void test_listen_loopback_only(void **state)
{
    (void)state;
    static const char *const refused[] = {"0.0.0.0", "::",    "192.0.2.1",       "localhost",
                                          "",        "127.1", "::ffff:127.0.0.1"};
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        uint16_t port = 0;
        int descriptor = 7;
        assert_int_equal(mh_listen_loopback(refused[i], &port, &descriptor, NULL), MH_INVALID);
        assert_int_equal(descriptor, -1);
    }
}

/* ---- detaching ------------------------------------------------------------------------------------- */

/* The process that the shell waits for. Its child writes its session and its parent's into the file once
 * the shell's process is gone. */
static int detach_and_report(const char *path)
{
    pid_t shell = getpid();
    if (mh_service_detach(NULL) != MH_OK)
        return 10;
    bool leads = getsid(0) == getpid() && getpid() != shell;
    mh_service_detached(leads ? 42 : 43);
    struct stat null, out;
    bool quiet =
        stat("/dev/null", &null) == 0 && fstat(STDOUT_FILENO, &out) == 0 && null.st_rdev == out.st_rdev;
    (void)mh_file_replace(path, quiet ? "quiet" : "loud", quiet ? 5 : 4, 0600, NULL);
    return 0;
}

static int detach_and_fail(const char *argument)
{
    (void)argument;
    if (mh_service_detach(NULL) != MH_OK)
        return 10;
    return 5;
}

static int detach_and_crash(const char *argument)
{
    (void)argument;
    if (mh_service_detach(NULL) != MH_OK)
        return 10;
    (void)kill(getpid(), SIGKILL);
    return 0;
}

static void test_detach(void **state)
{
    char path[PATH_SIZE];
    path_in(state, "report", path);
    assert_int_equal(in_child(detach_and_report, path), 42);
    for (int i = 0; i < 500 && access(path, F_OK) != 0; i++)
        (void)usleep(10000);
    assert_text_of(path, "quiet");
}

static void test_detach_failures(void **state)
{
    (void)state;
    assert_int_equal(in_child(detach_and_fail, NULL), 5);
    assert_int_equal(in_child(detach_and_crash, NULL), EXIT_FAILURE);
    mh_service_detached(0); /* nobody waits: nothing happens */
    assert_true(fcntl(STDOUT_FILENO, F_GETFD) >= 0);
}

#define IN_DIRECTORY(test) cmocka_unit_test_setup_teardown(test, make_directory, remove_directory)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_errno_table),
        cmocka_unit_test(test_fail_errno),
        cmocka_unit_test(test_fail_errno_cuts_long_text),
        cmocka_unit_test(test_clocks),
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_paths_of_root),
        IN_DIRECTORY(test_paths_of_user),
        IN_DIRECTORY(test_read),
        IN_DIRECTORY(test_read_limit),
        IN_DIRECTORY(test_read_large),
        IN_DIRECTORY(test_read_refuses),
        IN_DIRECTORY(test_follow),
        cmocka_unit_test(test_read_stdin),
        IN_DIRECTORY(test_replace),
        IN_DIRECTORY(test_replace_mode_ignores_umask),
        IN_DIRECTORY(test_replace_relative),
        IN_DIRECTORY(test_replace_full),
        IN_DIRECTORY(test_replace_read_only_directory),
        IN_DIRECTORY(test_replace_leaves_nothing_behind),
        IN_DIRECTORY(test_rename_remove_mode),
        cmocka_unit_test(test_incarnation),
        IN_DIRECTORY(test_directory_make),
        IN_DIRECTORY(test_directories_above_have_the_mode_asked_for),
        IN_DIRECTORY(test_lock),
        IN_DIRECTORY(test_lock_refusals),
        IN_DIRECTORY(test_listen_local),
        IN_DIRECTORY(test_listen_local_group),
        IN_DIRECTORY(test_listen_local_busy),
        IN_DIRECTORY(test_listen_local_full_queue),
        IN_DIRECTORY(test_listen_local_refuses),
        IN_DIRECTORY(test_listen_local_symbolic_link),
        IN_DIRECTORY(test_peer),
        cmocka_unit_test(test_listen_loopback),
        cmocka_unit_test(test_listen_loopback_only),
        IN_DIRECTORY(test_detach),
        cmocka_unit_test(test_detach_failures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

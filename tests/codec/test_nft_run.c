/* Running a program, as the packet filter's reader does; and that reader, where it may. */
#include "unit/support.h"

#include "linux/nft.h"
#include "platform.h"
#include "posix/run.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum mh_error run(const char *const *arguments, const char *input, size_t limit, int timeout,
                         struct mh_run_result *result, struct mh_failure *failure)
{
    struct mh_run run = {.arguments = arguments,
                         .input = input,
                         .input_length = input != NULL ? strlen(input) : 0,
                         .output_limit = limit,
                         .timeout = timeout};
    return mh_run(&run, result, failure);
}

#define SHELL(script) ((const char *const[]){"sh", "-c", script, NULL})

static size_t open_descriptors(void)
{
    size_t count = 0;
    DIR *directory = opendir("/proc/self/fd");
    assert_non_null(directory);
    while (readdir(directory) != NULL)
        count++;
    closedir(directory);
    return count;
}

static void test_output_and_status(void **state)
{
    (void)state;
    struct mh_run_result result;
    size_t before = open_descriptors();
    assert_int_equal(
        run(SHELL("echo out; echo first >&2; echo second >&2; exit 3"), NULL, 100, 5000, &result, NULL),
        MH_OK);
    assert_int_equal(result.status, 3);
    assert_string_equal(result.output, "out\n");
    assert_int_equal(result.output_length, 4);
    assert_string_equal(result.error, "first");
    mh_run_clear(&result);
    assert_int_equal(run(SHELL("kill -9 $$"), NULL, 100, 5000, &result, NULL), MH_OK);
    assert_int_equal(result.status, 137);
    assert_string_equal(result.output, "");
    mh_run_clear(&result);
    assert_int_equal(open_descriptors(), before);
}

static void test_input(void **state)
{
    (void)state;
    enum { SIZE = 300000 }; /* more than the pipes hold */
    static char text[SIZE + 1];
    struct mh_run_result result;
    memset(text, 'x', SIZE);
    assert_int_equal(run((const char *const[]){"cat", NULL}, text, SIZE, 5000, &result, NULL), MH_OK);
    assert_int_equal(result.output_length, SIZE);
    assert_string_equal(result.output, text);
    mh_run_clear(&result);
    assert_int_equal(run(SHELL("exit 0"), text, SIZE, 5000, &result, NULL), MH_OK); /* it does not read */
    mh_run_clear(&result);
    assert_int_equal(run((const char *const[]){"cat", NULL}, NULL, SIZE, 5000, &result, NULL), MH_OK);
    assert_int_equal(result.output_length, 0);
    mh_run_clear(&result);
}

/* What any program that is started here gets. */
static size_t inherited_descriptors(void)
{
    size_t count = 3;
    for (int descriptor = 3; descriptor < 1024; descriptor++) {
        int flags = fcntl(descriptor, F_GETFD);
        count += flags >= 0 && (flags & FD_CLOEXEC) == 0;
    }
    return count;
}

static void test_clean_environment(void **state)
{
    (void)state;
    struct mh_run_result result;
    char expected[32];
    assert_int_equal(setenv("MH_SECRET", "yes", 1), 0);
    assert_int_equal(
        run(SHELL("echo \"$MH_SECRET/$LC_ALL\"; ls /proc/self/fd | wc -l"), NULL, 100, 5000, &result, NULL),
        MH_OK);
    (void)snprintf(expected, sizeof expected, "/C\n%zu\n", inherited_descriptors() + 1); /* and that of ls */
    assert_string_equal(result.output, expected);
    mh_run_clear(&result);
}

static void test_limits(void **state)
{
    (void)state;
    struct mh_run_result result;
    struct mh_failure failure;
    size_t before = open_descriptors();
    assert_int_equal(run(SHELL("echo 12345"), NULL, 6, 5000, &result, NULL), MH_OK);
    mh_run_clear(&result);
    assert_int_equal(run(SHELL("echo 12345"), NULL, 5, 5000, &result, &failure), MH_LIMIT);
    assert_int_equal(run(SHELL("while :; do echo 12345; done"), NULL, 100000, 5000, &result, &failure),
                     MH_LIMIT);
    int64_t began = mh_clock_boot();
    assert_int_equal(run(SHELL("exec sleep 20"), NULL, 5, 50, &result, &failure), MH_TIMEOUT);
    assert_int_equal(run(SHELL("exec >&- 2>&-; exec sleep 20"), NULL, 5, 50, &result, &failure), MH_TIMEOUT);
    assert_int_equal(
        run(SHELL("exec 2>&1; while :; do echo; done"), NULL, (size_t)1 << 30, 50, &result, &failure),
        MH_TIMEOUT);
    assert_true(mh_clock_boot() - began < 5000);
    assert_string_equal(failure.detail, "sh did not end within 50 ms");
    assert_int_equal(open_descriptors(), before);
}

static void test_missing_program(void **state)
{
    (void)state;
    struct mh_run_result result;
    struct mh_failure failure;
    assert_int_equal(run((const char *const[]){"no-such-program", NULL}, NULL, 5, 50, &result, &failure),
                     MH_NOT_FOUND);
    assert_string_equal(failure.detail, "there is no program no-such-program");
    assert_int_equal(run((const char *const[]){"/no/such/program", NULL}, NULL, 5, 50, &result, &failure),
                     MH_NOT_FOUND);
}

/* Whatever it says here, it says it well. */
static void test_the_filter_of_this_host(void **state)
{
    (void)state;
    struct mh_filter *filter;
    struct mh_failure failure = {0};
    enum mh_error code = mh_linux_filter(&filter, &failure);
    if (code == MH_OK) {
        assert_non_null(filter);
        mh_filter_free(filter);
        return;
    }
    assert_null(filter);
    assert_true(code == MH_UNSUPPORTED || code == MH_PERMISSION || code == MH_IO);
    assert_string_not_equal(failure.detail, "");
    print_message("this host's filter: %s\n", failure.detail);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_output_and_status), cmocka_unit_test(test_input),
        cmocka_unit_test(test_clean_environment), cmocka_unit_test(test_limits),
        cmocka_unit_test(test_missing_program),   cmocka_unit_test(test_the_filter_of_this_host),
    };
    mh_process_prepare();
    return cmocka_run_group_tests(tests, NULL, NULL);
}

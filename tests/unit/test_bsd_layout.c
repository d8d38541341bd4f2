/* Which layout a BSD's messages have, by what its kernel says of itself. */
#include "unit/support.h"

#include "bsd/bsd.h"

#include <string.h>

enum { ENOENT_OF_BSD = 2 };

/* A kernel that knows the texts of uname(1) only. */
struct kernel {
    struct mh_calls base;
    const char *system, *release;
    const char *machine;      /* hw.machine */
    const char *machine_arch; /* hw.machine_arch; NULL: it has none */
    int32_t machine_arch_number;
};

static const char *text_of(const struct kernel *kernel, const int32_t *numbers)
{
    if (numbers[0] == 1)
        return numbers[1] == 1 ? kernel->system : numbers[1] == 2 ? kernel->release : NULL;
    if (numbers[0] != 6)
        return NULL;
    return numbers[1] == 1                             ? kernel->machine
           : numbers[1] == kernel->machine_arch_number ? kernel->machine_arch
                                                       : NULL;
}

static enum mh_error answer(struct mh_calls *calls, struct mh_call_sysctl *call, struct mh_failure *failure)
{
    const char *text = text_of((struct kernel *)calls, call->numbers);
    assert_int_equal(call->count, 2);
    if (text == NULL)
        return mh_bsd_fail(failure, ENOENT_OF_BSD, "sysctl");
    call->length = strlen(text) + 1;
    if (call->old != NULL) {
        assert_true(call->capacity >= call->length);
        memcpy(call->old, text, call->length);
    }
    return MH_OK;
}

static const struct mh_calls_table table = {.sysctl = answer};

static const char *layout_of(struct kernel kernel)
{
    const struct mh_rt_layout *layout;
    kernel.base.table = &table;
    struct mh_failure failure = {0};
    enum mh_error code = mh_bsd_own_layout(&kernel.base, &layout, &failure);
    if (code == MH_OK)
        return layout->name;
    assert_null(layout);
    assert_int_equal(failure.code, code);
    return mh_error_word(code);
}

static void a_kernel_says_which_layout_it_has(void **state)
{
    static const struct {
        struct kernel kernel;
        const char *layout;
    } rows[] = {
        {{.system = "FreeBSD", .release = "14.1-RELEASE-p3", .machine = "amd64"}, "freebsd-14-amd64"},
        {{.system = "FreeBSD", .release = "15.0-CURRENT", .machine = "arm64"}, "freebsd-14-arm64"},
        {{.system = "FreeBSD", .release = "13.2-RELEASE", .machine = "amd64"}, "freebsd-13-amd64"},
        {{.system = "FreeBSD", .release = "13.2-RELEASE", .machine = "arm64"}, "freebsd-14-arm64"},
        {{.system = "FreeBSD", .release = "12.4-RELEASE", .machine = "amd64"}, "freebsd-12-amd64"},
        {{.system = "FreeBSD",
          .release = "14.0",
          .machine = "powerpc",
          .machine_arch = "powerpc64",
          .machine_arch_number = 11},
         "freebsd-14-powerpc64"},
        {{.system = "NetBSD", .release = "7.2", .machine = "amd64"}, "netbsd-7-amd64"},
        {{.system = "NetBSD", .release = "9.3", .machine = "amd64"}, "netbsd-10-amd64"},
        {{.system = "NetBSD", .release = "10.99.12", .machine = "i386"}, "netbsd-10-i386"},
        {{.system = "NetBSD",
          .release = "10.1",
          .machine = "evbarm",
          .machine_arch = "aarch64",
          .machine_arch_number = 10},
         "netbsd-10-arm64"},
        {{.system = "OpenBSD", .release = "7.8", .machine = "amd64"}, "openbsd-7-amd64"},
        {{.system = "OpenBSD", .release = "8.0", .machine = "macppc"}, "openbsd-8-macppc"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_string_equal(layout_of(rows[i].kernel), rows[i].layout);
}

static void a_kernel_that_is_not_known_is_refused(void **state)
{
    static const struct kernel kernels[] = {
        {.system = "FreeBSD", .release = "11.4-RELEASE", .machine = "amd64"},
        {.system = "FreeBSD", .release = "12.4-RELEASE", .machine = "arm64"}, /* records differ from 13's */
        {.system = "FreeBSD", .release = "", .machine = "amd64"},
        {.system = "OpenBSD", .release = "7.8", .machine = "vax"},
        {.system = "OpenBSD", .release = "7.8", .machine = ""},
        {.system = "OpenBSD", .release = "7.8"},
        {.system = "Plan9", .release = "14", .machine = "amd64"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof kernels / sizeof kernels[0]; i++)
        assert_string_equal(layout_of(kernels[i]), mh_error_word(MH_UNSUPPORTED));
    assert_string_equal(layout_of((struct kernel){.system = "OpenBSD", .machine = "amd64"}),
                        mh_error_word(mh_bsd_fail(NULL, ENOENT_OF_BSD, "x")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_kernel_says_which_layout_it_has),
        cmocka_unit_test(a_kernel_that_is_not_known_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

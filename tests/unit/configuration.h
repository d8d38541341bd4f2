/* What tests of the configuration share. */
#ifndef MH_TESTS_UNIT_CONFIGURATION_H
#define MH_TESTS_UNIT_CONFIGURATION_H

#include "unit/support.h"

#include "core/config.h"

#include <stdio.h>
#include <string.h>

static inline struct mh_config *mh_test_parse(const char *text)
{
    struct mh_config_problem problem;
    struct mh_config *config = mh_config_parse(text, strlen(text), &problem);
    if (config == NULL)
        fail_msg("%s: %s (expected %s, got %s)", problem.pointer, problem.title, problem.expected,
                 problem.got);
    return config;
}

static inline struct mh_config_problem mh_test_refusal(const char *text)
{
    struct mh_config_problem problem = {0};
    if (mh_config_parse(text, strlen(text), &problem) != NULL)
        fail_msg("accepted: %s", text);
    return problem;
}

/* A file below the sources, NUL-terminated. */
static inline const char *mh_test_file(const char *path, char *text, size_t size)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t length = fread(text, 1, size - 1, file);
    assert_int_equal(fclose(file), 0);
    assert_in_range(length, 1, size - 2);
    text[length] = '\0';
    return text;
}

/* The example with every member that there is. */
enum { MH_TEST_EXAMPLE_SIZE = 8192 };
static inline const char *mh_test_example(char text[MH_TEST_EXAMPLE_SIZE])
{
    return mh_test_file(MH_SOURCE_DIRECTORY "/docs/config.example.json", text, MH_TEST_EXAMPLE_SIZE);
}

static inline struct mh_address mh_test_address(const char *text)
{
    struct mh_address address = {0};
    assert_true(mh_address_parse(text, strlen(text), &address));
    return address;
}

static inline struct mh_interface mh_test_interface(const char *name, uint8_t last)
{
    struct mh_interface made = {
        .index = 1, .hardware_address_length = 6, .hardware_address = {2, 0, 0, 0, 0, last}};
    (void)snprintf(made.name, sizeof made.name, "%s", name);
    return made;
}

/* What a text is refused for. NULL: not looked at. */
struct mh_test_refused {
    const char *text, *pointer, *title, *got;
    unsigned line, column; /* 0: not looked at */
};

static inline void mh_test_refusals(const struct mh_test_refused *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct mh_config_problem problem = mh_test_refusal(rows[i].text);
        if (strcmp(problem.pointer, rows[i].pointer) != 0 || strcmp(problem.title, rows[i].title) != 0)
            fail_msg("%s: refused at \"%s\": %s", rows[i].text, problem.pointer, problem.title);
        if (rows[i].got != NULL)
            assert_string_equal(problem.got, rows[i].got);
        if (rows[i].line != 0) {
            assert_int_equal(problem.line, rows[i].line);
            assert_int_equal(problem.column, rows[i].column);
        }
    }
}

#endif

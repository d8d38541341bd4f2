/* The parts of the Linux backend that need no kernel: nexthop objects, what is remembered of routes, names,
 * kinds, readiness. */
#define _GNU_SOURCE
#include "linux/codec.h"
#include "linux/key_set.h"
#include "linux/names.h"
#include "linux/nexthops.h"
#include "linux/route_memory.h"
#include "platform.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- nexthop objects ------------------------------------------------------------------------------- */

static void put(struct mh_nexthops *objects, const struct mh_nexthop *object, bool expect_replaced)
{
    bool replaced;
    assert_int_equal(mh_nexthops_put(objects, object, &replaced), MH_OK);
    assert_int_equal(replaced, expect_replaced);
}

static void put_simple(struct mh_nexthops *objects, uint32_t id, uint32_t interface, bool expect_replaced)
{
    struct mh_nexthop *object = calloc(1, sizeof *object);
    assert_non_null(object);
    object->id = id;
    object->hop = (struct mh_next_hop){.interface = interface, .weight = 1};
    put(objects, object, expect_replaced);
    free(object);
}

static void put_group(struct mh_nexthops *objects, uint32_t id, uint32_t first, uint32_t second,
                      bool expect_replaced)
{
    struct mh_nexthop *object = calloc(1, sizeof *object);
    assert_non_null(object);
    object->id = id;
    object->member_count = 2;
    object->members[0] = (struct mh_nexthop_member){first, 300};
    object->members[1] = (struct mh_nexthop_member){second, 2};
    put(objects, object, expect_replaced);
    free(object);
}

static void objects_expand(void **state)
{
    (void)state;
    struct mh_next_hop hops[MH_NEXT_HOPS_MAX];
    struct mh_nexthops *objects = mh_nexthops_new();
    bool blackhole;
    for (uint32_t id = 40; id > 0; id -= 2) /* out of order */
        put_simple(objects, id, 100 + id, false);
    put_simple(objects, 4, 104, false);
    put_simple(objects, 4, 7, true);
    put_group(objects, 50, 2, 4, false);
    put_group(objects, 50, 2, 6, true);
    assert_int_equal(mh_nexthops_expand(objects, 50, hops, &blackhole), 2);
    assert_false(blackhole);
    assert_int_equal(hops[0].interface, 102);
    assert_int_equal(hops[0].weight, 300);
    assert_int_equal(hops[1].interface, 106);
    assert_int_equal(mh_nexthops_expand(objects, 3, hops, &blackhole), -1);
    assert_true(mh_nexthops_remove(objects, 6));
    assert_false(mh_nexthops_remove(objects, 6));
    assert_int_equal(mh_nexthops_expand(objects, 50, hops, &blackhole), -1);
    mh_nexthops_clear(objects);
    assert_int_equal(mh_nexthops_expand(objects, 2, hops, &blackhole), -1);
    mh_nexthops_free(objects);
}

/* Groups have no groups as members; a kernel that says so is not followed round and round. */
static void a_group_of_itself_expands_to_nothing(void **state)
{
    (void)state;
    struct mh_next_hop hops[MH_NEXT_HOPS_MAX];
    struct mh_nexthops *objects = mh_nexthops_new();
    bool blackhole;
    put_group(objects, 1, 1, 1, false);
    assert_int_equal(mh_nexthops_expand(objects, 1, hops, &blackhole), -1);
    mh_nexthops_free(objects);
}

/* ---- memory of routes ------------------------------------------------------------------------------ */

static void key_sets_hold_what_was_added(void **state)
{
    (void)state;
    struct mh_key_set set = {0}, other = {0};
    for (uint64_t key = 0; key < 5000; key++)
        mh_key_set_add(&set, key * key);
    for (uint64_t key = 0; key < 5000; key++)
        assert_true(mh_key_set_has(&set, key * key));
    assert_false(mh_key_set_has(&set, 2));
    assert_int_equal(set.count, 5000);
    mh_key_set_add(&other, 2);
    mh_key_set_merge(&set, &other);
    assert_true(mh_key_set_has(&set, 2));
    mh_key_set_clear(&set);
    mh_key_set_clear(&other);
    assert_false(mh_key_set_has(&set, 4));
}

static void a_full_key_set_has_everything(void **state)
{
    (void)state;
    struct mh_key_set set = {0};
    for (uint64_t key = 1; key <= MH_KEY_SET_BOUND + 1; key++)
        mh_key_set_add(&set, key << 20);
    assert_true(set.everything);
    assert_true(mh_key_set_has(&set, 3));
    mh_key_set_clear(&set);
    assert_false(mh_key_set_has(&set, 3));
}

static struct mh_route route_to(const char *text, uint32_t metric)
{
    struct mh_route route = {.table = 254, .metric = metric, .protocol = 4};
    assert_true(mh_prefix_parse(text, strlen(text), &route.destination));
    return route;
}

static void rows_are_noticed_in_readings(void **state)
{
    (void)state;
    struct mh_route_memory memory = {0};
    struct mh_route one = route_to("10.0.0.0/8", 1), two = route_to("10.0.0.0/8", 2),
                    three = route_to("10.0.0.0/16", 2);
    mh_route_memory_note(&memory, &one, true);
    mh_route_memory_note(&memory, &two, true);
    mh_route_memory_note(&memory, &three, true);
    assert_int_equal(memory.rows.count, 0);
    mh_route_memory_note(&memory, &three, true);
    assert_true(mh_key_set_has(&memory.rows, mh_route_key(&three)));
    assert_false(mh_key_set_has(&memory.rows, mh_route_key(&two)));
    mh_route_memory_clear(&memory);
}

/* ---- names ----------------------------------------------------------------------------------------- */

static void write_file(const char *directory, const char *name, const char *text)
{
    char path[256];
    (void)snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    (void)fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static void names_come_from_files_and_defaults(void **state)
{
    (void)state;
    char root[] = "/tmp/mh-names-XXXXXX", path[256], command[300];
    uint32_t table = 0;
    assert_non_null(mkdtemp(root));
    (void)snprintf(path, sizeof path, "%s/rt_tables.d", root);
    assert_int_equal(mkdir(path, 0700), 0);
    write_file(root, "rt_tables",
               "# comment\n255\tlocal\n200 isp1 # behind\n0xc9 isp2\n200 again\n300 isp1\nx y\n7\n8 9lives\n"
               "4294967296 big\n-1 minus\n400 caf\xc3\xa9\n");
    write_file(path, "b.conf", "500 fromb\n");
    write_file(path, "a.conf", "500 froma\n");
    write_file(path, "c.txt", "501 no\n");
    write_file(root, "rt_protos", "77 mine\n999 wide\n4 fixed\n");
    const char *const roots[] = {"/nonexistent/iproute2", root, NULL};
    struct mh_names *names = mh_names_read(roots);
    assert_non_null(names);
    assert_string_equal(mh_names_table(names, 254), "main");
    assert_string_equal(mh_names_table(names, 200), "isp1");
    assert_string_equal(mh_names_table(names, 201), "isp2");
    assert_string_equal(mh_names_table(names, 500), "froma");
    assert_null(mh_names_table(names, 300));
    assert_null(mh_names_table(names, 8));
    assert_null(mh_names_table(names, 400));
    assert_null(mh_names_table(names, 501));
    assert_true(mh_names_find_table(names, "isp1", &table));
    assert_int_equal(table, 200);
    assert_false(mh_names_find_table(names, "again", &table));
    assert_false(mh_names_find_table(names, "big", &table));
    assert_string_equal(mh_names_protocol(names, 77), "mine");
    assert_string_equal(mh_names_protocol(names, 4), "fixed");
    assert_string_equal(mh_names_protocol(names, 16), "dhcp");
    assert_string_equal(mh_names_protocol(names, 157), "multihomed");
    assert_null(mh_names_protocol(names, 200));
    mh_names_free(names);
    (void)snprintf(command, sizeof command, "rm -r %s", root);
    assert_int_equal(system(command), 0);
}

static void the_backend_tells_who_it_is(void **state)
{
    (void)state;
    struct mh_platform *platform;
    struct mh_failure failure = {0};
    struct mh_identity identity;
    char word[MH_WORD_SIZE];
    uint32_t table = 0;
    assert_int_equal(mh_platform_open("linux:nonsense", &platform, &failure), MH_INVALID);
    assert_non_null(strstr(failure.detail, "nonsense"));
    assert_int_equal(mh_platform_open("linux:receive-buffer=0", &platform, &failure), MH_INVALID);
    assert_int_equal(mh_platform_open("linux", &platform, &failure), MH_OK);
    mh_platform_identity(platform, &identity);
    assert_string_equal(identity.backend, "linux");
    assert_int_equal(strncmp(identity.system, "Linux ", 6), 0);
    assert_string_equal(mh_platform_table_name(platform, 254, word), "main");
    assert_string_equal(mh_platform_table_name(platform, 4000000000U, word), "4000000000");
    assert_string_equal(mh_platform_protocol_name(platform, 2, word), "kernel");
    assert_true(mh_platform_table_number(platform, "main", &table));
    assert_int_equal(table, 254);
    assert_true(mh_platform_table_number(platform, "5201", &table));
    assert_int_equal(table, 5201);
    assert_false(mh_platform_table_number(platform, "4294967296", &table));
    assert_false(mh_platform_table_number(platform, "", &table));
    assert_false(mh_platform_table_number(platform, "12x", &table));
    const struct mh_capability *capabilities = mh_platform_capabilities(platform);
    assert_non_null(capabilities[0].intent);
    for (; capabilities->intent != NULL; capabilities++)
        assert_true(strlen(capabilities->reason) > 10);
    const struct mh_op op = {.kind = MH_OP_ROUTE_ADD}; /* nothing that could be sent */
    assert_int_equal(mh_platform_apply(platform, &op, &failure), MH_INVALID);
    assert_int_equal(failure.code, MH_INVALID);
    mh_platform_close(platform);
}

/* ---- sd_notify ------------------------------------------------------------------------------------- */

static int listen_at(const char *path, size_t length)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    assert_true(descriptor >= 0);
    memcpy(address.sun_path, path, length);
    assert_int_equal(bind(descriptor, (const struct sockaddr *)&address,
                          (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length)),
                     0);
    return descriptor;
}

static void assert_told(int descriptor, const char *expected)
{
    char text[64] = "";
    ssize_t length = recv(descriptor, text, sizeof text - 1, 0);
    assert_int_equal(length, strlen(expected));
    assert_string_equal(text, expected);
}

static void readiness_is_told(void **state)
{
    (void)state;
    char path[64], abstract[64];
    (void)snprintf(path, sizeof path, "/tmp/mh-notify-%ld", (long)getpid());
    (void)snprintf(abstract, sizeof abstract, "@mh-notify-%ld", (long)getpid());
    assert_int_equal(setenv("NOTIFY_SOCKET", path, 1), 0);
    int file = listen_at(path, strlen(path));
    mh_service_ready();
    assert_told(file, "READY=1");
    assert_int_equal(setenv("NOTIFY_SOCKET", abstract, 1), 0);
    char name[64];
    memcpy(name, abstract, sizeof name);
    name[0] = '\0';
    int hidden = listen_at(name, strlen(abstract));
    mh_service_stopping();
    assert_told(hidden, "STOPPING=1");
    assert_int_equal(setenv("NOTIFY_SOCKET", "nonsense", 1), 0);
    mh_service_ready();
    assert_int_equal(unsetenv("NOTIFY_SOCKET"), 0);
    mh_service_ready();
    (void)close(file);
    (void)close(hidden);
    (void)unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(objects_expand),
        cmocka_unit_test(a_group_of_itself_expands_to_nothing),
        cmocka_unit_test(key_sets_hold_what_was_added),
        cmocka_unit_test(a_full_key_set_has_everything),
        cmocka_unit_test(rows_are_noticed_in_readings),
        cmocka_unit_test(names_come_from_files_and_defaults),
        cmocka_unit_test(the_backend_tells_who_it_is),
        cmocka_unit_test(readiness_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

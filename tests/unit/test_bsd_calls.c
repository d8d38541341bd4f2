/* The forwarded system calls: our half of docs/bsd-calls.md against the agent's, over connections that cut
 * lines anywhere, and each half against hostile bytes. */
#define _GNU_SOURCE
#include "unit/support.h"

#include "bsd/agent_protocol.h"
#include "bsd/calls.h"
#include "bsd/calls_line.h"
#include "platform.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BSD_EAGAIN = 35 };

/* ---- a system to call ------------------------------------------------------------------------------ */

static int peers[64]; /* the far end of each socket that was made, by its number */

static int stub_open(const char *path, int flags)
{
    if (strcmp(path, "/dev/odd name") == 0 && flags == 2)
        return open("/dev/null", O_RDWR);
    errno = ENOENT;
    return -1;
}

static int stub_socket(int domain, int type, int protocol)
{
    int ends[2];
    if (domain != 17 || type != 3 || protocol != 0) {
        errno = 47;
        return -1;
    }
    if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) != 0 || ends[0] >= 64)
        abort();
    peers[ends[0]] = ends[1];
    return ends[0];
}

static int stub_setsockopt(int descriptor, int level, int option, const void *value, size_t length)
{
    (void)descriptor;
    if (level == 0xffff && option == 0x1002 && length == 4 && memcmp(value, "\1\2\3\4", 4) == 0)
        return 0;
    errno = 42;
    return -1;
}

/* Turns every octet of both parts; the second is `data[8]` octets, where data points at its start. */
static int stub_ioctl(int descriptor, unsigned long request, void *data)
{
    unsigned char *octets = data, *buffer;
    (void)descriptor;
    if (request == 0xc0106978) {
        memcpy(&buffer, octets, sizeof buffer);
        for (size_t i = 0; i < octets[8]; i++)
            buffer[i] ^= 0xff;
        octets[9] = 77;
        return 0;
    }
    if (request == 0x80206910) {
        octets[0] ^= 0xff;
        return 0;
    }
    errno = 25;
    return -1;
}

/* The first number is how many octets there are, the second what they begin with. */
static int stub_sysctl(const int *numbers, unsigned count, void *old, size_t *length, void *value,
                       size_t value_length)
{
    size_t there = count > 0 ? (size_t)numbers[0] : 0, room = *length;
    *length = there;
    if (count != 3 || numbers[2] != -7 || (value != NULL && value_length != 2)) {
        errno = 22;
        return -1;
    }
    for (size_t i = 0; old != NULL && i < there && i < room; i++)
        ((unsigned char *)old)[i] = (unsigned char)((size_t)numbers[1] + i);
    errno = 12;
    return old != NULL && room < there ? -1 : 0;
}

static int stub_sysctlbyname(const char *name, void *old, size_t *length, void *value, size_t value_length)
{
    int numbers[] = {4, 1, -7};
    if (strcmp(name, "net.inet.ip.forwarding") == 0)
        return stub_sysctl(numbers, 3, old, length, value, value_length);
    errno = 2;
    return -1;
}

/* What the agent's own calls can give here; the stubs have a BSD's numbers. */
static int stub_number(int code)
{
    return code == EAGAIN ? BSD_EAGAIN : code == EMSGSIZE ? 40 : code == ETIMEDOUT ? 60 : code;
}

static const struct agent_calls stubs = {stub_open,   stub_socket,       stub_setsockopt, stub_ioctl,
                                         stub_sysctl, stub_sysctlbyname, stub_number};

/* ---- connections ----------------------------------------------------------------------------------- */

struct world {
    struct mh_calls *calls;
    int agent_end;
    int relay[2]; /* between the two, when lines are to be cut */
    pthread_t agent, relayer;
    bool relayed;
};

static void *run_agent(void *argument)
{
    struct world *world = argument;
    (void)agent_serve(world->agent_end, world->agent_end, &stubs);
    (void)shutdown(world->agent_end, SHUT_RDWR);
    return NULL;
}

/* Passes on one to nine octets at a time. */
static void *run_relay(void *argument)
{
    struct world *world = argument;
    uint64_t seed = 4711;
    char part[9];
    struct pollfd polled[] = {{.fd = world->relay[0], .events = POLLIN},
                              {.fd = world->relay[1], .events = POLLIN}};
    for (;;) {
        (void)poll(polled, 2, -1);
        for (int i = 0; i < 2; i++) {
            if (polled[i].revents == 0)
                continue;
            ssize_t count = read(polled[i].fd, part, 1 + mh_test_random(&seed) % sizeof part);
            if (count <= 0 || write(polled[!i].fd, part, (size_t)count) != count) {
                (void)shutdown(world->relay[0], SHUT_RDWR);
                (void)shutdown(world->relay[1], SHUT_RDWR);
                return NULL;
            }
        }
    }
}

static void open_world(struct world *world, bool relayed)
{
    int near[2], far[2];
    struct mh_failure failure = {0};
    *world = (struct world){.relayed = relayed};
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, near), 0);
    world->agent_end = near[1];
    if (relayed) {
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, far), 0);
        world->relay[0] = near[1];
        world->relay[1] = far[0];
        world->agent_end = far[1];
        assert_int_equal(pthread_create(&world->relayer, NULL, run_relay, world), 0);
    }
    assert_int_equal(pthread_create(&world->agent, NULL, run_agent, world), 0);
    assert_int_equal(mh_calls_connected(near[0], MH_CALLS_TIMEOUT, &world->calls, &failure), MH_OK);
}

static void close_world(struct world *world)
{
    world->calls->table->end(world->calls);
    pthread_join(world->agent, NULL);
    (void)close(world->agent_end);
    if (world->relayed) {
        pthread_join(world->relayer, NULL);
        (void)close(world->relay[0]);
        (void)close(world->relay[1]);
    }
}

static int make_socket(struct world *world)
{
    int descriptor;
    assert_int_equal(world->calls->table->socket(world->calls, 17, 3, 0, &descriptor, NULL), MH_OK);
    return descriptor;
}

/* ---- calls ----------------------------------------------------------------------------------------- */

static void check_ioctl(struct world *world, int descriptor)
{
    unsigned char data[16] = {[8] = 3}, buffer[3] = {1, 2, 3};
    struct mh_call_ioctl call = {0xc0106978, data, sizeof data, buffer, sizeof buffer, 0};
    struct mh_failure failure = {0};
    assert_int_equal(world->calls->table->ioctl(world->calls, descriptor, &call, &failure), MH_OK);
    assert_memory_equal(buffer, "\xfe\xfd\xfc", 3);
    assert_memory_equal(data, "\0\0\0\0\0\0\0\0\3\115", 10); /* no address of theirs stays in it */
    call = (struct mh_call_ioctl){0x80206910, data, 1, NULL, 0, 0};
    assert_int_equal(world->calls->table->ioctl(world->calls, descriptor, &call, &failure), MH_OK);
    assert_int_equal(data[0], 0xff);
    call.request = 1;
    assert_int_equal(world->calls->table->ioctl(world->calls, descriptor, &call, &failure), MH_INVALID);
    assert_int_equal(failure.native_code, 25);
    assert_string_equal(failure.native_name, "ENOTTY");
    call = (struct mh_call_ioctl){0xc0106978, data, 4, buffer, 3, 0}; /* no room for the address */
    assert_int_equal(world->calls->table->ioctl(world->calls, descriptor, &call, &failure), MH_INVALID);
    assert_int_equal(failure.native_code, 22);
}

static void check_sockets(struct world *world)
{
    const struct mh_calls_table *table = world->calls->table;
    struct mh_failure failure = {0};
    char bytes[8];
    size_t length;
    int descriptor = make_socket(world), other;
    assert_int_equal(table->socket(world->calls, 1, 3, 0, &other, &failure), MH_UNSUPPORTED);
    assert_int_equal(failure.native_code, 47);
    assert_int_equal(table->setsockopt(world->calls, descriptor, 0xffff, 0x1002, "\1\2\3\4", 4, NULL), MH_OK);
    assert_int_equal(table->setsockopt(world->calls, descriptor, 1, 1, "", 0, NULL), MH_UNSUPPORTED);
    assert_int_equal(table->read(world->calls, descriptor, bytes, 8, &length, &failure), MH_BUSY);
    assert_int_equal(failure.native_code, BSD_EAGAIN);
    assert_int_equal(table->write(world->calls, descriptor, "\0\n 7", 4, NULL), MH_OK);
    assert_int_equal(read(peers[descriptor], bytes, 8), 4);
    assert_memory_equal(bytes, "\0\n 7", 4);
    assert_int_equal(write(peers[descriptor], "abc", 3), 3);
    assert_int_equal(table->read(world->calls, descriptor, bytes, 8, &length, &failure), MH_OK);
    assert_int_equal(length, 3);
    assert_memory_equal(bytes, "abc", 3);
    check_ioctl(world, descriptor);
    assert_int_equal(table->close(world->calls, descriptor, NULL), MH_OK);
    assert_int_equal(table->close(world->calls, descriptor, &failure), MH_INVALID);
    assert_int_equal(failure.native_code, 9);
    (void)close(peers[descriptor]);
    /* What the agent itself has open is none of ours. */
    assert_int_equal(table->read(world->calls, 0, bytes, 8, &length, NULL), MH_INVALID);
    assert_int_equal(table->open(world->calls, "/dev/odd name", 2, &other, NULL), MH_OK);
    assert_int_equal(table->open(world->calls, "/x", 2, &other, NULL), MH_NOT_FOUND);
}

static void check_sysctls(struct world *world)
{
    int32_t numbers[] = {300, 5, -7};
    uint8_t *bytes, small[4];
    size_t length;
    struct mh_failure failure = {0};
    assert_int_equal(mh_calls_read_table(world->calls, numbers, 3, &bytes, &length, &failure), MH_OK);
    assert_int_equal(length, 300);
    for (size_t i = 0; i < length; i++)
        assert_int_equal(bytes[i], (uint8_t)(5 + i));
    free(bytes);
    assert_int_equal(mh_calls_read_table(world->calls, numbers, 2, &bytes, &length, &failure), MH_INVALID);
    struct mh_call_sysctl call = {.name = "net.inet.ip.forwarding", .old = small, .capacity = 4};
    assert_int_equal(world->calls->table->sysctlbyname(world->calls, &call, NULL), MH_OK);
    assert_memory_equal(small, "\1\2\3\4", 4);
    call.value = "ab";
    call.value_length = 2;
    assert_int_equal(world->calls->table->sysctlbyname(world->calls, &call, NULL), MH_OK);
    call.value_length = 1;
    assert_int_equal(world->calls->table->sysctlbyname(world->calls, &call, NULL), MH_INVALID);
    call.name = "no.such";
    assert_int_equal(world->calls->table->sysctlbyname(world->calls, &call, &failure), MH_NOT_FOUND);
    assert_string_equal(failure.native_name, "ENOENT");
}

static enum mh_error run_program(struct world *world, const char *program, const char *argument, int timeout,
                                 size_t limit, struct mh_run_result *result, struct mh_failure *failure)
{
    const char *arguments[] = {program, argument, NULL};
    struct mh_run run = {arguments, "a\0b\n", 4, limit, timeout};
    return world->calls->table->run(world->calls, &run, result, failure);
}

static void check_programs(struct world *world)
{
    struct mh_run_result result;
    struct mh_failure failure = {0};
    assert_int_equal(run_program(world, "cat", "-", 10000, 4, &result, &failure), MH_OK);
    assert_int_equal(result.status, 0);
    assert_int_equal(result.output_length, 4);
    assert_memory_equal(result.output, "a\0b\n", 5);
    assert_string_equal(result.error, "");
    mh_run_clear(&result);
    assert_int_equal(run_program(world, "ls", "/no/such", 10000, 99, &result, &failure), MH_OK);
    assert_int_not_equal(result.status, 0);
    assert_non_null(strstr(result.error, "/no/such"));
    mh_run_clear(&result);
    assert_int_equal(run_program(world, "/no/such/program", "x", 10000, 9, &result, &failure), MH_NOT_FOUND);
    assert_int_equal(run_program(world, "cat", "-", 10000, 3, &result, &failure), MH_LIMIT);
    assert_int_equal(run_program(world, "sleep", "30", 50, 9, &result, &failure), MH_TIMEOUT);
}

static void every_call_is_forwarded(void **state)
{
    (void)state;
    for (int relayed = 0; relayed < 2; relayed++) {
        struct world world;
        open_world(&world, relayed == 1);
        check_sockets(&world);
        check_sysctls(&world);
        if (relayed == 0)
            check_programs(&world);
        close_world(&world);
    }
}

/* ---- many at a time -------------------------------------------------------------------------------- */

static void *ask_at_random(void *argument)
{
    struct world *world = argument;
    uint64_t seed = (uint64_t)(uintptr_t)&seed | 1;
    for (int i = 0; i < 150; i++) {
        int32_t numbers[] = {(int32_t)(mh_test_random(&seed) % 700), (int32_t)(mh_test_random(&seed) % 256),
                             -7};
        uint8_t *bytes;
        size_t length;
        if (mh_calls_read_table(world->calls, numbers, 3, &bytes, &length, NULL) != MH_OK ||
            length != (size_t)numbers[0])
            abort();
        for (size_t j = 0; j < length; j++)
            if (bytes[j] != (uint8_t)((size_t)numbers[1] + j))
                abort();
        free(bytes);
    }
    return NULL;
}

static void answers_find_who_asked(void **state)
{
    struct world world;
    pthread_t threads[4];
    (void)state;
    open_world(&world, true);
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, ask_at_random, &world), 0);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    close_world(&world);
}

struct waiting {
    struct world *world;
    int descriptor, timeout, ready;
    enum mh_error code;
    int native;
    pthread_t thread;
};

static void *wait_there(void *argument)
{
    struct waiting *waiting = argument;
    struct mh_failure failure = {0};
    waiting->code = waiting->world->calls->table->poll(waiting->world->calls, waiting->descriptor, MH_CALL_IN,
                                                       waiting->timeout, &waiting->ready, &failure);
    waiting->native = failure.native_code;
    return NULL;
}

static void begin_waiting(struct waiting *waiting, struct world *world, int descriptor, int timeout)
{
    *waiting = (struct waiting){.world = world, .descriptor = descriptor, .timeout = timeout};
    assert_int_equal(pthread_create(&waiting->thread, NULL, wait_there, waiting), 0);
    usleep(20000); /* so that it does wait; not needed for the outcome */
}

static void a_poll_that_waits_blocks_nothing(void **state)
{
    struct world world;
    struct waiting first, second, third;
    (void)state;
    open_world(&world, false);
    int one = make_socket(&world), two = make_socket(&world);
    begin_waiting(&first, &world, one, -1);
    begin_waiting(&second, &world, two, -1);
    check_sysctls(&world);
    assert_int_equal(write(peers[one], "x", 1), 1);
    pthread_join(first.thread, NULL);
    assert_int_equal(first.code, MH_OK);
    assert_int_equal(first.ready, MH_CALL_IN);
    assert_int_equal(world.calls->table->close(world.calls, two, NULL), MH_OK);
    pthread_join(second.thread, NULL); /* a descriptor that goes away ends what waits for it */
    assert_int_equal(second.native, 9);
    two = make_socket(&world);
    begin_waiting(&first, &world, two, 30);
    pthread_join(first.thread, NULL);
    assert_int_equal(first.code, MH_OK);
    assert_int_equal(first.ready, 0);
    begin_waiting(&third, &world, two, -1);
    world.calls->table->stop(world.calls);
    pthread_join(third.thread, NULL);
    assert_int_equal(third.code, MH_INTERRUPTED);
    wait_there(&third);
    assert_int_equal(third.code, MH_INTERRUPTED);
    check_sysctls(&world); /* only polls are stopped */
    close_world(&world);
}

/* ---- a hostile agent ------------------------------------------------------------------------------- */

/* Reads one request, says `answer`, and closes or stays silent. */
struct liar {
    int end;
    const char *answer;
    bool closes;
    pthread_t thread;
};

static void *lie(void *argument)
{
    struct liar *liar = argument;
    char line[256];
    if (read(liar->end, line, sizeof line) <= 0)
        return NULL;
    (void)!write(liar->end, liar->answer, strlen(liar->answer));
    if (liar->closes)
        (void)shutdown(liar->end, SHUT_RDWR);
    return NULL;
}

/* What a sysctl with room for four octets gives when the agent answers so, and the next one then. */
static enum mh_error lied_to(const char *answer, bool closes, enum mh_error *next)
{
    int ends[2];
    uint8_t bytes[4];
    struct mh_calls *calls;
    struct liar liar = {.answer = answer, .closes = closes};
    struct mh_call_sysctl call = {.name = "x", .old = bytes, .capacity = 4};
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    liar.end = ends[1];
    assert_int_equal(pthread_create(&liar.thread, NULL, lie, &liar), 0);
    assert_int_equal(mh_calls_connected(ends[0], 60, &calls, NULL), MH_OK);
    enum mh_error code = calls->table->sysctlbyname(calls, &call, NULL);
    pthread_join(liar.thread, NULL);
    *next = calls->table->sysctlbyname(calls, &call, NULL);
    calls->table->end(calls);
    (void)close(ends[1]);
    return code;
}

static void hostile_answers_are_errors(void **state)
{
    static const struct {
        const char *answer;
        enum mh_error code, next;
    } rows[] = {
        {"1 ok 2 abcd\n", MH_OK, MH_TIMEOUT},
        {"1 ok 2 ABcd\n", MH_OK, MH_TIMEOUT},
        {"1 ok 0 -\n", MH_OK, MH_TIMEOUT},
        {"1 error 55\n", MH_LOST, MH_TIMEOUT},       /* ENOBUFS */
        {"1 error 4711\n", MH_IO, MH_TIMEOUT},       /* a number that nobody knows */
        {"1 ok 3 abcd\n", MH_MALFORMED, MH_TIMEOUT}, /* another length than it says */
        {"1 ok 5 aabbccddee\n", MH_MALFORMED, MH_TIMEOUT},
        {"1 ok -1 abcd\n", MH_MALFORMED, MH_TIMEOUT},
        {"1 ok 2\n", MH_MALFORMED, MH_TIMEOUT},
        {"1 ok 2 abcd abcd\n", MH_MALFORMED, MH_TIMEOUT},
        {"1 ok 2 abc\n", MH_LOST, MH_IO},
        {"1 ok 2 abcg\n", MH_LOST, MH_IO},
        {"1 ok 2 abcd \n", MH_LOST, MH_IO},
        {"1 ok 2  abcd\n", MH_LOST, MH_IO},
        {"1 ok 2 abcd\r\n", MH_LOST, MH_IO},
        {"1 ok 2 ab ab ab\n", MH_LOST, MH_IO},
        {"1 error 0\n", MH_LOST, MH_IO},
        {"1 error -5\n", MH_LOST, MH_IO},
        {"1 error 2 abcd\n", MH_LOST, MH_IO},
        {"1 ok 1234567890123456789\n", MH_LOST, MH_IO},
        {"2 ok 2 abcd\n", MH_LOST, MH_IO}, /* nobody asked that */
        {"0 ok 2 abcd\n", MH_LOST, MH_IO},
        {"1 maybe 2\n", MH_LOST, MH_IO},
        {"1\n", MH_LOST, MH_IO},
        {"\n", MH_LOST, MH_IO},
        {"-1 ok 2 abcd\n", MH_LOST, MH_IO},
        {"1 ok 2 abcd", MH_TIMEOUT, MH_TIMEOUT}, /* the end of the line does not come */
        {"", MH_TIMEOUT, MH_TIMEOUT},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        enum mh_error next, code = lied_to(rows[i].answer, false, &next);
        if (code != rows[i].code || next != rows[i].next)
            fail_msg("\"%s\": %s, then %s", rows[i].answer, mh_error_word(code), mh_error_word(next));
    }
    enum mh_error next;
    assert_int_equal(lied_to("1 ok 2 ab", true, &next), MH_LOST);
    assert_int_equal(next, MH_IO);
}

/* An answer that comes after its time is dropped, and the next one is not taken for it. */
static void late_answers_are_dropped(void **state)
{
    int ends[2];
    uint8_t bytes[4] = {0};
    struct mh_calls *calls;
    struct mh_call_sysctl call = {.name = "x", .old = bytes, .capacity = 4};
    struct liar liar = {.answer = "1 ok 1 aa\n2 ok 1 bb\n"};
    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    assert_int_equal(mh_calls_connected(ends[0], 300, &calls, NULL), MH_OK);
    assert_int_equal(calls->table->sysctlbyname(calls, &call, NULL), MH_TIMEOUT);
    liar.end = ends[1];
    char first[32];
    assert_int_equal(read(ends[1], first, sizeof first), strlen("1 sysctlbyname 78 4\n"));
    assert_memory_equal(first, "1 sysctlbyname 78 4\n", strlen("1 sysctlbyname 78 4\n"));
    assert_int_equal(pthread_create(&liar.thread, NULL, lie, &liar), 0);
    assert_int_equal(calls->table->sysctlbyname(calls, &call, NULL), MH_OK);
    assert_int_equal(bytes[0], 0xbb);
    pthread_join(liar.thread, NULL);
    calls->table->end(calls);
    (void)close(ends[1]);
}

/* A line without an end is not kept for ever. */
static void endless_lines_end_the_connection(void **state)
{
    enum { LONG = 1 << 20 };
    enum mh_error next;
    char *line = malloc(LONG + 1);
    (void)state;
    assert_non_null(line);
    memset(line, '1', LONG);
    line[LONG] = '\0';
    assert_int_equal(lied_to(line, false, &next), MH_LOST);
    assert_int_equal(next, MH_IO);
    free(line);
}

static void any_bytes_are_parsed_or_refused(void **state)
{
    static const char good[] = "18 ok -12 00ff10 -";
    static const char letters[] = "0123456789abcdefABCDEF -okerr\n\t\x80";
    uint64_t seed = 99;
    (void)state;
    for (int i = 0; i < 200000; i++) {
        struct mh_calls_answer answer;
        size_t length = mh_test_random(&seed) % sizeof good;
        char *line = malloc(length + 1); /* of just this size, so that ASan sees the end */
        assert_non_null(line);
        memcpy(line, good, length);
        for (uint64_t changes = mh_test_random(&seed) % 3; changes > 0 && length > 0; changes--)
            line[mh_test_random(&seed) % length] = letters[mh_test_random(&seed) % (sizeof letters - 1)];
        char *exact = realloc(line, length > 0 ? length : 1);
        assert_non_null(exact);
        if (mh_calls_parse(exact, length, &answer) == MH_OK)
            for (size_t j = 0; j < answer.octets_count; j++)
                assert_true(answer.octets[j].length <= length / 2);
        free(exact);
    }
}

/* ---- a hostile client ------------------------------------------------------------------------------ */

static void check_answer(const char *request, const char *expected)
{
    int ends[2];
    char got[256];
    struct world world = {0};
    size_t length = 0;
    ssize_t count;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    world.agent_end = ends[1];
    assert_int_equal(pthread_create(&world.agent, NULL, run_agent, &world), 0);
    assert_int_equal(write(ends[0], request, strlen(request)), strlen(request));
    (void)shutdown(ends[0], SHUT_WR);
    while ((count = read(ends[0], got + length, sizeof got - 1 - length)) > 0)
        length += (size_t)count;
    got[length] = '\0';
    pthread_join(world.agent, NULL);
    if (strcmp(got, expected) != 0)
        fail_msg("%s is answered with %s", request, got);
    (void)close(ends[0]);
    (void)close(ends[1]);
}

static void the_agent_refuses_what_it_does_not_understand(void **state)
{
    (void)state;
    check_answer("7 sysctl 2.5.-7 4\n8 sysctl 2.5.-7 0\n", "7 ok 2 0506\n8 ok 2\n");
    check_answer("7 sysctl 2.5.-7 1\n", "7 error 12\n");
    check_answer("7 sysctl 2.5.-7 4 0102 03\n", "7 error 22\n");
    check_answer("7 sysctl 2..-7 4\n", "7 error 22\n");
    check_answer("7 sysctl 1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1 4\n", "7 error 22\n");
    check_answer("7 sysctl 2.5.-7 99999999999\n", "7 error 22\n");
    check_answer("7 reboot\n", "7 error 22\n");
    check_answer("7\n", "7 error 22\n");
    check_answer("7 socket 17 3\n", "7 error 22\n");
    check_answer("7 socket 17 3 0 0\n", "7 error 22\n");
    check_answer("7 open 2f7800 0\n", "7 error 22\n"); /* a NUL in a path */
    check_answer("7 open 2F 0\n", "7 error 22\n");
    check_answer("7 open 2 0\n", "7 error 22\n");
    check_answer("7 read 1 16\n", "7 error 9\n");
    check_answer("7 poll 1 1 -1\n", "7 error 9\n");
    check_answer("7 run 1000 9 -\n", "7 error 22\n");
    check_answer("x socket 17 3 0\n7 sysctl 2.5.-7 4\n", ""); /* nobody could tell what it answers */
    check_answer("0 sysctl 2.5.-7 4\n", "");
    check_answer("7 sysctl 2.5.-7 4", ""); /* no newline: not said */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_call_is_forwarded),
        cmocka_unit_test(answers_find_who_asked),
        cmocka_unit_test(a_poll_that_waits_blocks_nothing),
        cmocka_unit_test(hostile_answers_are_errors),
        cmocka_unit_test(late_answers_are_dropped),
        cmocka_unit_test(endless_lines_end_the_connection),
        cmocka_unit_test(any_bytes_are_parsed_or_refused),
        cmocka_unit_test(the_agent_refuses_what_it_does_not_understand),
    };
    mh_process_prepare();
    return cmocka_run_group_tests(tests, NULL, NULL);
}

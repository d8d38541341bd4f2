#include "agent_protocol.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { LINE_MAX_LENGTH = 8 << 20, OPEN_MAX_COUNT = 64, POLLS_MAX = 32, NUMBERS_MAX = 24, ARGUMENTS_MAX = 32 };
enum { OCTETS_MAX = 512 << 20 }; /* of one answer */

struct waiting {
    long long id; /* 0: free */
    int descriptor;
    short events;
    long long deadline; /* milliseconds; -1: none */
};

struct agent {
    int in, out;
    const struct agent_calls *calls;
    int broken;
    int opened[OPEN_MAX_COUNT]; /* -1: free */
    struct waiting polls[POLLS_MAX];
    char *input;
    size_t length, capacity;
};

/* A request: `rest` is what is not read yet. */
struct request {
    long long id;
    char *rest;
    int wrong;
};

struct octets {
    unsigned char *bytes; /* to be freed; a NUL follows */
    size_t length;
};

static long long now(void)
{
    struct timespec at = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &at);
    return (long long)at.tv_sec * 1000 + at.tv_nsec / 1000000;
}

/* ---- answers --------------------------------------------------------------------------------------- */

static void put(struct agent *agent, const char *bytes, size_t length)
{
    while (length > 0 && !agent->broken) {
        ssize_t count = write(agent->out, bytes, length);
        if (count > 0) {
            bytes += count;
            length -= (size_t)count;
        } else if (errno == EAGAIN) {
            struct pollfd polled = {.fd = agent->out, .events = POLLOUT};
            (void)poll(&polled, 1, -1);
        } else if (errno != EINTR)
            agent->broken = 1;
    }
}

static void put_octets(struct agent *agent, const void *bytes, size_t length)
{
    const unsigned char *from = bytes;
    char part[4096];
    size_t used = 0;
    put(agent, length == 0 ? " -" : " ", length == 0 ? 2 : 1);
    for (size_t i = 0; i < length; i++) {
        part[used++] = "0123456789abcdef"[from[i] >> 4];
        part[used++] = "0123456789abcdef"[from[i] & 15];
        if (used == sizeof part) {
            put(agent, part, used);
            used = 0;
        }
    }
    put(agent, part, used);
}

static void begin(struct agent *agent, long long id, const char *word, long long value)
{
    char text[80];
    put(agent, text, (size_t)snprintf(text, sizeof text, "%lld %s %lld", id, word, value));
}

static void end(struct agent *agent)
{
    put(agent, "\n", 1);
}

static void refuse(struct agent *agent, long long id, int code)
{
    begin(agent, id, "error", agent->calls->number_of != NULL ? agent->calls->number_of(code) : code);
    end(agent);
}

/* A call that gives a number, or -1 and errno. */
static void answer(struct agent *agent, long long id, long long value)
{
    if (value < 0) {
        refuse(agent, id, errno);
        return;
    }
    begin(agent, id, "ok", value);
    end(agent);
}

/* ---- requests -------------------------------------------------------------------------------------- */

/* The next word, which is cut off; "" and `wrong` at the end. */
static char *word(struct request *request)
{
    char *begin_of = request->rest, *space = strchr(begin_of, ' ');
    if (space != NULL)
        *space = '\0';
    request->rest = space != NULL ? space + 1 : begin_of + strlen(begin_of);
    if (*begin_of == '\0')
        request->wrong = 1;
    return begin_of;
}

static long long number_of(const char *text, long long least, long long most, int *wrong)
{
    const char *digits = text + (*text == '-');
    size_t length = strspn(digits, "0123456789");
    if (length == 0 || length > 18 || digits[length] != '\0') {
        *wrong = 1;
        return 0;
    }
    long long value = strtoll(text, NULL, 10);
    if (value < least || value > most)
        *wrong = 1;
    return value;
}

static long long number(struct request *request, long long least, long long most)
{
    return number_of(word(request), least, most, &request->wrong);
}

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static struct octets octets(struct request *request)
{
    const char *text = word(request);
    size_t length = strcmp(text, "-") == 0 ? 0 : strlen(text);
    struct octets found = {malloc(length / 2 + 1), length / 2};
    if (found.bytes == NULL || length % 2 != 0)
        request->wrong = 1;
    for (size_t i = 0; i < length / 2 && !request->wrong; i++) {
        int high = digit(text[2 * i]), low = digit(text[2 * i + 1]);
        request->wrong |= high < 0 || low < 0;
        found.bytes[i] = (unsigned char)((unsigned)(high & 15) << 4 | (unsigned)(low & 15));
    }
    if (found.bytes != NULL)
        found.bytes[length / 2] = '\0';
    return found;
}

/* Octets that are a text: no NUL inside. */
static struct octets text(struct request *request)
{
    struct octets found = octets(request);
    if (!request->wrong && strlen((char *)found.bytes) != found.length)
        request->wrong = 1;
    return found;
}

/* Answers a request that was read to its end and is wrong, or has more to it. */
static int is_wrong(struct agent *agent, const struct request *request)
{
    if (!request->wrong && *request->rest == '\0')
        return 0;
    refuse(agent, request->id, EINVAL);
    return 1;
}

/* ---- descriptors ----------------------------------------------------------------------------------- */

static int *place_of(struct agent *agent, int descriptor)
{
    for (int i = 0; i < OPEN_MAX_COUNT; i++)
        if (agent->opened[i] == descriptor)
            return &agent->opened[i];
    return NULL;
}

/* One that this client had opened; -1 and errno for others. */
static int descriptor_of(struct agent *agent, long long value)
{
    if (value >= 0 && value <= INT_MAX && place_of(agent, (int)value) != NULL)
        return (int)value;
    errno = EBADF;
    return -1;
}

/* Keeps it, and sees that reading from it never waits. */
static void keep(struct agent *agent, const struct request *request, int descriptor)
{
    int *place = place_of(agent, -1);
    if (descriptor >= 0 && place == NULL) {
        (void)close(descriptor);
        errno = EMFILE;
        descriptor = -1;
    }
    if (descriptor >= 0) {
        *place = descriptor;
        (void)fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK);
        (void)fcntl(descriptor, F_SETFD, FD_CLOEXEC);
    }
    answer(agent, request->id, descriptor);
}

static void do_open(struct agent *agent, struct request *request)
{
    struct octets path = text(request);
    int flags = (int)number(request, 0, INT_MAX);
    if (!is_wrong(agent, request))
        keep(agent, request, agent->calls->open((char *)path.bytes, flags));
    free(path.bytes);
}

static void do_socket(struct agent *agent, struct request *request)
{
    int domain = (int)number(request, 0, INT_MAX), type = (int)number(request, 0, INT_MAX);
    int protocol = (int)number(request, 0, INT_MAX);
    if (!is_wrong(agent, request))
        keep(agent, request, agent->calls->socket(domain, type, protocol));
}

/* Polls of a descriptor that goes away end. */
static void do_close(struct agent *agent, struct request *request)
{
    long long value = number(request, 0, INT_MAX);
    if (is_wrong(agent, request))
        return;
    int descriptor = descriptor_of(agent, value);
    if (descriptor >= 0) {
        *place_of(agent, descriptor) = -1;
        for (int i = 0; i < POLLS_MAX; i++)
            if (agent->polls[i].id != 0 && agent->polls[i].descriptor == descriptor) {
                refuse(agent, agent->polls[i].id, EBADF);
                agent->polls[i].id = 0;
            }
        descriptor = close(descriptor);
    }
    answer(agent, request->id, descriptor);
}

/* ---- calls ----------------------------------------------------------------------------------------- */

static void do_setsockopt(struct agent *agent, struct request *request)
{
    long long value = number(request, 0, INT_MAX);
    int level = (int)number(request, INT_MIN, INT_MAX), option = (int)number(request, INT_MIN, INT_MAX);
    struct octets data = octets(request);
    if (!is_wrong(agent, request)) {
        int descriptor = descriptor_of(agent, value);
        if (descriptor >= 0)
            descriptor = agent->calls->setsockopt(descriptor, level, option, data.bytes, data.length);
        answer(agent, request->id, descriptor);
    }
    free(data.bytes);
}

/* The address of `buffer` stands in `data` during the call only. */
static int ioctl_with(struct agent *agent, int descriptor, unsigned long code, struct octets *data,
                      struct octets *buffer, size_t at)
{
    unsigned char before[sizeof buffer->bytes];
    if (descriptor < 0 || buffer == NULL)
        return descriptor < 0 ? -1 : agent->calls->ioctl(descriptor, code, data->bytes);
    if (data->length < sizeof before || at > data->length - sizeof before) {
        errno = EINVAL;
        return -1;
    }
    memcpy(before, data->bytes + at, sizeof before);
    memcpy(data->bytes + at, &buffer->bytes, sizeof before);
    int result = agent->calls->ioctl(descriptor, code, data->bytes);
    int saved = errno;
    memcpy(data->bytes + at, before, sizeof before);
    errno = saved;
    return result;
}

static void do_ioctl(struct agent *agent, struct request *request)
{
    long long value = number(request, 0, INT_MAX), code = number(request, 0, UINT_MAX);
    struct octets data = octets(request), buffer = {0};
    size_t at = 0;
    int has_buffer = !request->wrong && *request->rest != '\0';
    if (has_buffer) {
        at = (size_t)number(request, 0, INT_MAX);
        buffer = octets(request);
    }
    if (!is_wrong(agent, request)) {
        int result = ioctl_with(agent, descriptor_of(agent, value), (unsigned long)code, &data,
                                has_buffer ? &buffer : NULL, at);
        if (result < 0)
            refuse(agent, request->id, errno);
        else {
            begin(agent, request->id, "ok", result);
            put_octets(agent, data.bytes, data.length);
            if (has_buffer)
                put_octets(agent, buffer.bytes, buffer.length);
            end(agent);
        }
    }
    free(data.bytes);
    free(buffer.bytes);
}

/* Room for an answer; NULL and errno. */
static unsigned char *room(size_t capacity)
{
    unsigned char *bytes = malloc(capacity + 1);
    if (bytes == NULL)
        errno = ENOMEM;
    return bytes;
}

/* `name` or `numbers`; reads the rest of the request, which is alike. */
static void sysctl_with(struct agent *agent, struct request *request, const char *name, const int *numbers,
                        unsigned count)
{
    size_t capacity = (size_t)number(request, 0, OCTETS_MAX), length = capacity;
    struct octets value = {0};
    unsigned char *old = NULL;
    if (!request->wrong && *request->rest != '\0')
        value = octets(request);
    if (!is_wrong(agent, request)) {
        int result = -1;
        if (capacity == 0 || (old = room(capacity)) != NULL)
            result = name != NULL
                         ? agent->calls->sysctlbyname(name, old, &length, value.bytes, value.length)
                         : agent->calls->sysctl(numbers, count, old, &length, value.bytes, value.length);
        if (result < 0 || old == NULL)
            answer(agent, request->id, result < 0 ? -1 : (long long)length);
        else {
            begin(agent, request->id, "ok", (long long)length);
            put_octets(agent, old, length);
            end(agent);
        }
    }
    free(old);
    free(value.bytes);
}

static void do_sysctl(struct agent *agent, struct request *request)
{
    int numbers[NUMBERS_MAX];
    unsigned count = 0;
    char *at = word(request);
    while (!request->wrong && at != NULL) {
        char *dot = strchr(at, '.');
        if (dot != NULL)
            *dot = '\0';
        if (count == NUMBERS_MAX)
            request->wrong = 1;
        else
            numbers[count++] = (int)number_of(at, INT_MIN, INT_MAX, &request->wrong);
        at = dot != NULL ? dot + 1 : NULL;
    }
    sysctl_with(agent, request, NULL, numbers, count);
}

static void do_sysctlbyname(struct agent *agent, struct request *request)
{
    struct octets name = text(request);
    sysctl_with(agent, request, name.bytes != NULL ? (char *)name.bytes : "", NULL, 0);
    free(name.bytes);
}

static void do_read(struct agent *agent, struct request *request)
{
    long long value = number(request, 0, INT_MAX);
    size_t capacity = (size_t)number(request, 1, 1 << 24);
    if (is_wrong(agent, request))
        return;
    int descriptor = descriptor_of(agent, value);
    unsigned char *bytes = descriptor >= 0 ? room(capacity) : NULL;
    ssize_t count = bytes != NULL ? read(descriptor, bytes, capacity) : -1;
    if (count < 0)
        refuse(agent, request->id, errno);
    else {
        begin(agent, request->id, "ok", count);
        put_octets(agent, bytes, (size_t)count);
        end(agent);
    }
    free(bytes);
}

static void do_write(struct agent *agent, struct request *request)
{
    long long value = number(request, 0, INT_MAX);
    struct octets data = octets(request);
    if (!is_wrong(agent, request)) {
        int descriptor = descriptor_of(agent, value);
        answer(agent, request->id, descriptor >= 0 ? write(descriptor, data.bytes, data.length) : -1);
    }
    free(data.bytes);
}

/* ---- poll ------------------------------------------------------------------------------------------ */

static void do_poll(struct agent *agent, struct request *request)
{
    long long value = number(request, 0, INT_MAX);
    short events = (short)number(request, 0, 7);
    long long timeout = number(request, -1, INT_MAX);
    if (is_wrong(agent, request))
        return;
    int descriptor = descriptor_of(agent, value);
    struct waiting *free_one = NULL;
    for (int i = 0; i < POLLS_MAX && free_one == NULL; i++)
        if (agent->polls[i].id == 0)
            free_one = &agent->polls[i];
    if (descriptor < 0 || free_one == NULL) {
        refuse(agent, request->id, descriptor < 0 ? EBADF : EAGAIN);
        return;
    }
    *free_one = (struct waiting){request->id, descriptor, events, timeout < 0 ? -1 : now() + timeout};
}

/* Milliseconds to the next deadline; -1: none. */
static int next_deadline(const struct agent *agent)
{
    long long left = -1, at = now();
    for (int i = 0; i < POLLS_MAX; i++) {
        const struct waiting *waiting = &agent->polls[i];
        if (waiting->id == 0 || waiting->deadline < 0)
            continue;
        long long mine = waiting->deadline > at ? waiting->deadline - at : 0;
        if (left < 0 || mine < left)
            left = mine;
    }
    return (int)left;
}

static void answer_polls(struct agent *agent, const struct pollfd polled[POLLS_MAX])
{
    for (int i = 0; i < POLLS_MAX; i++) {
        struct waiting *waiting = &agent->polls[i];
        int over = waiting->deadline >= 0 && waiting->deadline <= now();
        if (waiting->id == 0 || (polled[i].revents == 0 && !over))
            continue;
        answer(agent, waiting->id, polled[i].revents);
        waiting->id = 0;
    }
}

/* ---- run ------------------------------------------------------------------------------------------- */

struct child {
    pid_t process;
    int ends[3]; /* ours of its input, output and errors; -1: closed */
    struct octets input, output, error;
    size_t written, limit;
};

static void close_end(int *descriptor)
{
    if (*descriptor >= 0)
        (void)close(*descriptor);
    *descriptor = -1;
}

/* In the child. */
static void become(char *const arguments[], int pipes[3][2])
{
    for (int i = 0; i < 3; i++)
        if (dup2(pipes[i][i != 0], i) < 0)
            _exit(127);
    for (int i = 3; i < 256; i++)
        (void)close(i);
    (void)signal(SIGPIPE, SIG_DFL);
    execvp(arguments[0], arguments);
    _exit(127);
}

static int start(struct child *child, char *const arguments[])
{
    int pipes[3][2] = {{-1, -1}, {-1, -1}, {-1, -1}};
    int good = pipe(pipes[0]) == 0 && pipe(pipes[1]) == 0 && pipe(pipes[2]) == 0;
    child->process = good ? fork() : -1;
    if (child->process == 0)
        become(arguments, pipes);
    for (int i = 0; i < 3; i++) {
        close_end(&pipes[i][i != 0]);
        child->ends[i] = pipes[i][i == 0];
        if (child->process < 0)
            close_end(&child->ends[i]);
        else
            (void)fcntl(child->ends[i], F_SETFL, O_NONBLOCK);
    }
    return child->process < 0 ? -1 : 0;
}

static void feed(struct child *child)
{
    ssize_t count =
        child->written < child->input.length
            ? write(child->ends[0], child->input.bytes + child->written, child->input.length - child->written)
            : 0;
    if (count > 0)
        child->written += (size_t)count;
    if (child->written == child->input.length || (count < 0 && errno != EAGAIN && errno != EINTR))
        close_end(&child->ends[0]);
}

/* 0, or what is wrong. */
static int drain(struct octets *into, int *from, size_t limit, int drop)
{
    unsigned char part[4096];
    ssize_t count = read(*from, part, sizeof part);
    if (count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR))
        close_end(from);
    if (count <= 0)
        return 0;
    size_t fits = limit - into->length < (size_t)count ? limit - into->length : (size_t)count;
    if (fits < (size_t)count && !drop)
        return EMSGSIZE;
    unsigned char *bytes = realloc(into->bytes, into->length + fits + 1);
    if (bytes == NULL)
        return ENOMEM;
    memcpy(bytes + into->length, part, fits);
    into->bytes = bytes;
    into->length += fits;
    return 0;
}

/* 0, or errno. */
static int attend(struct child *child, long long deadline)
{
    enum { ERROR_MAX = 255 };
    int wrong = 0;
    while (wrong == 0 && (child->ends[1] >= 0 || child->ends[2] >= 0)) {
        struct pollfd polled[3];
        long long left = deadline - now();
        for (int i = 0; i < 3; i++)
            polled[i] = (struct pollfd){.fd = child->ends[i], .events = i == 0 ? POLLOUT : POLLIN};
        if (left <= 0)
            return ETIMEDOUT;
        if (poll(polled, 3, (int)left) < 0)
            continue;
        if (polled[0].revents != 0)
            feed(child);
        if (polled[1].revents != 0)
            wrong = drain(&child->output, &child->ends[1], child->limit, 0);
        if (polled[2].revents != 0 && wrong == 0)
            wrong = drain(&child->error, &child->ends[2], ERROR_MAX, 1);
    }
    return wrong;
}

static void run_child(struct agent *agent, const struct request *request, struct child *child,
                      char *const arguments[], long long deadline)
{
    int status = 0;
    if (start(child, arguments) != 0) {
        refuse(agent, request->id, errno);
        return;
    }
    int wrong = attend(child, deadline);
    if (wrong != 0)
        (void)kill(child->process, SIGKILL);
    for (int i = 0; i < 3; i++)
        close_end(&child->ends[i]);
    while (waitpid(child->process, &status, 0) < 0 && errno == EINTR)
        continue;
    status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    if (wrong != 0 || status == 127) {
        refuse(agent, request->id, wrong != 0 ? wrong : ENOENT);
        return;
    }
    begin(agent, request->id, "ok", status);
    put_octets(agent, child->output.bytes, child->output.length);
    put_octets(agent, child->error.bytes, child->error.length);
    end(agent);
}

static void do_run(struct agent *agent, struct request *request)
{
    struct octets arguments[ARGUMENTS_MAX] = {{0}};
    char *pointers[ARGUMENTS_MAX + 1] = {0};
    long long deadline = now() + number(request, 1, INT_MAX);
    struct child child = {.ends = {-1, -1, -1}, .limit = (size_t)number(request, 0, OCTETS_MAX)};
    child.input = octets(request);
    size_t count = 0;
    do {
        arguments[count] = text(request);
        pointers[count] = (char *)arguments[count].bytes;
        count++;
    } while (!request->wrong && *request->rest != '\0' && count < ARGUMENTS_MAX);
    if (!is_wrong(agent, request))
        run_child(agent, request, &child, pointers, deadline);
    for (size_t i = 0; i < count; i++)
        free(arguments[i].bytes);
    free(child.input.bytes);
    free(child.output.bytes);
    free(child.error.bytes);
}

/* ---- lines ----------------------------------------------------------------------------------------- */

static void serve(struct agent *agent, char *line)
{
    static const struct {
        const char *name;
        void (*serve)(struct agent *agent, struct request *request);
    } rows[] = {
        {"open", do_open},   {"close", do_close},   {"socket", do_socket}, {"setsockopt", do_setsockopt},
        {"ioctl", do_ioctl}, {"sysctl", do_sysctl}, {"read", do_read},     {"sysctlbyname", do_sysctlbyname},
        {"write", do_write}, {"poll", do_poll},     {"run", do_run}};
    struct request request = {.rest = line};
    request.id = number(&request, 1, LLONG_MAX);
    if (request.wrong) { /* nobody could find the answer */
        agent->broken = 1;
        return;
    }
    const char *name = word(&request);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (strcmp(name, rows[i].name) == 0) {
            rows[i].serve(agent, &request);
            return;
        }
    refuse(agent, request.id, EINVAL);
}

static void serve_lines(struct agent *agent, size_t searched)
{
    char *from = agent->input, *end_of = agent->input + agent->length, *newline;
    while (!agent->broken &&
           (newline = memchr(from + searched, '\n', (size_t)(end_of - from) - searched)) != NULL) {
        *newline = '\0';
        if (strlen(from) != (size_t)(newline - from)) /* a NUL inside */
            agent->broken = 1;
        else
            serve(agent, from);
        from = newline + 1;
        searched = 0;
    }
    agent->length = (size_t)(end_of - from);
    memmove(agent->input, from, agent->length);
}

/* False at the end. */
static int read_input(struct agent *agent)
{
    if (agent->length == agent->capacity) {
        size_t capacity = agent->capacity == 0 ? 65536 : agent->capacity * 2;
        char *input = capacity <= LINE_MAX_LENGTH ? realloc(agent->input, capacity) : NULL;
        if (input == NULL) {
            agent->broken = 1;
            return 0;
        }
        agent->input = input;
        agent->capacity = capacity;
    }
    ssize_t count = read(agent->in, agent->input + agent->length, agent->capacity - agent->length);
    if (count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR))
        return 0;
    size_t searched = agent->length;
    agent->length += count > 0 ? (size_t)count : 0;
    serve_lines(agent, searched);
    return !agent->broken;
}

/* Waits for requests and for what polls wait for. False at the end. */
static int turn(struct agent *agent)
{
    struct pollfd polled[POLLS_MAX + 1];
    for (int i = 0; i < POLLS_MAX; i++)
        polled[i] = (struct pollfd){.fd = agent->polls[i].id != 0 ? agent->polls[i].descriptor : -1,
                                    .events = agent->polls[i].events};
    polled[POLLS_MAX] = (struct pollfd){.fd = agent->in, .events = POLLIN};
    if (poll(polled, POLLS_MAX + 1, next_deadline(agent)) < 0)
        return errno == EINTR;
    answer_polls(agent, polled);
    return polled[POLLS_MAX].revents == 0 || read_input(agent);
}

int agent_serve(int in, int out, const struct agent_calls *calls)
{
    struct agent agent = {.in = in, .out = out, .calls = calls};
    for (int i = 0; i < OPEN_MAX_COUNT; i++)
        agent.opened[i] = -1;
    (void)signal(SIGPIPE, SIG_IGN);
    while (!agent.broken && turn(&agent))
        continue;
    for (int i = 0; i < OPEN_MAX_COUNT; i++)
        close_end(&agent.opened[i]);
    free(agent.input);
    return agent.broken;
}

/* A small load generator: N connections over a UNIX socket, each kept open, each with one GET outstanding at
 * a time, until COUNT answers have come.
 *
 *     bench_load SOCKET PATH CONNECTIONS COUNT
 *
 * Prints requests per second and the octets of one answer, head and body. Any status but 200, any answer
 * without Content-Length and any connection that ends early fails the run. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { ANSWER_MAX = 1 << 20, CONNECTIONS_MAX = 256 };

struct connection {
    int descriptor;
    size_t filled, expected; /* octets of the answer so far, and in all; 0: its head is not complete */
    char *answer;
};

struct load {
    int epoll;
    char request[1024];
    size_t request_length, answer_length;
    size_t to_send, to_receive;
};

static void fail(const char *what)
{
    fprintf(stderr, "bench_load: %s: %s\n", what, errno != 0 ? strerror(errno) : "unexpected answer");
    exit(1);
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void send_request(struct load *load, struct connection *connection)
{
    if (load->to_send == 0)
        return;
    load->to_send--;
    connection->filled = connection->expected = 0;
    /* A request is far smaller than the socket's buffer, so it goes out whole. */
    if (write(connection->descriptor, load->request, load->request_length) != (ssize_t)load->request_length)
        fail("write");
}

/* Length of the answer once its head is there, else 0. */
static size_t answer_length(struct load *load, const struct connection *connection)
{
    static const char field[] = "\r\nContent-Length:";
    char *end = memmem(connection->answer, connection->filled, "\r\n\r\n", 4);
    if (end == NULL)
        return 0;
    errno = 0;
    if (memcmp(connection->answer, "HTTP/1.1 200 ", 13) != 0)
        fail("status");
    char *length = NULL;
    for (char *at = connection->answer; at < end && length == NULL; at++) {
        if (strncasecmp(at, field, sizeof(field) - 1) == 0)
            length = at + sizeof(field) - 1;
    }
    if (length == NULL)
        fail("no Content-Length");
    load->answer_length = (size_t)(end + 4 - connection->answer) + strtoul(length, NULL, 10);
    return load->answer_length;
}

static void receive(struct load *load, struct connection *connection)
{
    ssize_t got = read(connection->descriptor, connection->answer + connection->filled,
                       ANSWER_MAX - connection->filled);
    if (got <= 0) {
        errno = got == 0 ? ECONNRESET : errno;
        fail("read");
    }
    connection->filled += (size_t)got;
    if (connection->expected == 0)
        connection->expected = answer_length(load, connection);
    if (connection->expected > ANSWER_MAX)
        fail("answer too long");
    if (connection->expected != 0 && connection->filled >= connection->expected) {
        load->to_receive--;
        send_request(load, connection);
    }
}

static void open_connection(struct load *load, struct connection *connection, const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
    connection->descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    connection->answer = malloc(ANSWER_MAX);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
    if (connection->answer == NULL || connection->descriptor < 0 ||
        connect(connection->descriptor, (struct sockaddr *)&address, sizeof(address)) != 0 ||
        epoll_ctl(load->epoll, EPOLL_CTL_ADD, connection->descriptor, &event) != 0)
        fail(path);
}

static void run(struct load *load, struct connection *connections, size_t count)
{
    for (size_t i = 0; i < count; i++)
        send_request(load, &connections[i]);
    while (load->to_receive > 0) {
        struct epoll_event events[64];
        int ready = epoll_wait(load->epoll, events, 64, 10000);
        if (ready <= 0)
            fail("no answer");
        for (int i = 0; i < ready; i++)
            receive(load, events[i].data.ptr);
    }
}

int main(int argc, char **argv)
{
    static struct connection connections[CONNECTIONS_MAX];
    size_t count = argc == 5 ? strtoul(argv[3], NULL, 10) : 0;
    if (count < 1 || count > CONNECTIONS_MAX) {
        fputs("usage: bench_load SOCKET PATH CONNECTIONS COUNT\n", stderr);
        return 2;
    }
    struct load load = {.epoll = epoll_create1(EPOLL_CLOEXEC)};
    load.to_send = load.to_receive = strtoul(argv[4], NULL, 10);
    int length =
        snprintf(load.request, sizeof(load.request), "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", argv[2]);
    load.request_length = (size_t)length;
    if (load.epoll < 0 || load.request_length >= sizeof(load.request))
        fail("request");
    for (size_t i = 0; i < count; i++)
        open_connection(&load, &connections[i], argv[1]);
    size_t requests = load.to_receive;
    double begun = now();
    run(&load, connections, count);
    printf("%.0f %zu\n", (double)requests / (now() - begun), load.answer_length);
    for (size_t i = 0; i < count; i++) {
        close(connections[i].descriptor);
        free(connections[i].answer);
    }
    close(load.epoll);
    return 0;
}

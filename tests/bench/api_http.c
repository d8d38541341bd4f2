/* The least that a libmicrohttpd program can do: one static body of LENGTH octets for every GET, on a UNIX
 * socket, with the flags and threads that multihomed uses. Runs until a signal ends it.
 *
 *     bench_http SOCKET LENGTH */
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum {
    THREADS = 4,
    CONNECTIONS = 512,
    CONNECTION_MEMORY = 16384,
    IDLE_SECONDS = 30
}; /* as in api/server.c */

static enum MHD_Result answer(void *context, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *upload,
                              size_t *upload_size, void **state)
{
    static int begun;
    (void)url, (void)method, (void)version, (void)upload, (void)upload_size;
    if (*state == NULL) {
        *state = &begun;
        return MHD_YES;
    }
    return MHD_queue_response(connection, MHD_HTTP_OK, context);
}

static int listen_on(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    (void)unlink(path);
    int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor < 0 || bind(descriptor, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(descriptor, CONNECTIONS) != 0)
        return -1;
    return descriptor;
}

static struct MHD_Response *body_of(size_t length)
{
    char *body = malloc(length);
    if (body == NULL)
        return NULL;
    memset(body, 'x', length);
    struct MHD_Response *response = MHD_create_response_from_buffer(length, body, MHD_RESPMEM_MUST_FREE);
    if (response != NULL)
        (void)MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, "application/json");
    return response;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        (void)fputs("usage: bench_http SOCKET LENGTH\n", stderr);
        return 2;
    }
    struct MHD_Response *response = body_of(strtoul(argv[2], NULL, 10));
    int descriptor = listen_on(argv[1]);
    unsigned flags = MHD_USE_EPOLL | MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_ITC | MHD_ALLOW_SUSPEND_RESUME;
    struct MHD_Daemon *daemon = NULL;
    if (response != NULL && descriptor >= 0)
        daemon = MHD_start_daemon(flags, 0, NULL, NULL, answer, response, MHD_OPTION_LISTEN_SOCKET,
                                  descriptor, MHD_OPTION_THREAD_POOL_SIZE, (unsigned)THREADS,
                                  MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS,
                                  MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
                                  MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_SECONDS, MHD_OPTION_END);
    if (daemon == NULL) {
        (void)fputs("bench_http: it does not start\n", stderr);
        return 1;
    }
    (void)pause();
    MHD_stop_daemon(daemon);
    MHD_destroy_response(response);
    return 0;
}

#include "client.h"

#include "common/errno_map.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

enum {
    CONNECT_SECONDS = 5,
    ANSWER_SECONDS = 60,
    BODY_MAX = 256 << 20, /* octets of one answer; pages are far smaller */
    LINE_MAX_OCTETS = 4 << 20
};

struct mh_client {
    CURL *curl;
    char *place; /* path or URL */
    char *base;  /* "http://localhost" */
    char *authorization;
    bool local;
    char error[CURL_ERROR_SIZE];
};

/* ---- make ------------------------------------------------------------------------------------------ */

static char *copy_text(const char *first, const char *second)
{
    struct mh_text text = {0};
    mh_text_add(&text, first);
    mh_text_add(&text, second);
    return mh_text_take(&text);
}

/* "http://127.0.0.1:8642/" and the same without its slash are one. */
static char *copy_base(const char *url)
{
    char *base = copy_text(url, "");
    size_t length = base != NULL ? strlen(base) : 0;
    while (length > 0 && base[length - 1] == '/')
        base[--length] = '\0';
    return base;
}

struct mh_client *mh_client_new(const char *socket, const char *url, const char *token)
{
    struct mh_client *client = calloc(1, sizeof *client);
    if (client == NULL)
        return NULL;
    client->local = url == NULL;
    client->place = copy_text(url != NULL ? url : socket, "");
    client->base = copy_base(url != NULL ? url : "http://localhost");
    if (token != NULL)
        client->authorization = copy_text("Authorization: Bearer ", token);
    client->curl = curl_easy_init();
    if (client->curl == NULL || client->place == NULL || client->base == NULL ||
        (token != NULL && client->authorization == NULL)) {
        mh_client_free(client);
        return NULL;
    }
    return client;
}

void mh_client_free(struct mh_client *client)
{
    if (client == NULL)
        return;
    if (client->curl != NULL)
        curl_easy_cleanup(client->curl);
    free(client->place);
    free(client->base);
    free(client->authorization);
    free(client);
}

const char *mh_client_place(const struct mh_client *client)
{
    return client->place;
}

bool mh_client_is_local(const struct mh_client *client)
{
    return client->local;
}

/* RFC 3986 2.3: everything but unreserved characters. */
void mh_client_encode(struct mh_text *target, const char *text)
{
    static const char unreserved[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    for (; *text != '\0'; text++)
        if (strchr(unreserved, *text) != NULL)
            mh_text_add_bytes(target, text, 1);
        else
            mh_text_format(target, "%%%02X", (unsigned)(unsigned char)*text);
}

/* ---- receive --------------------------------------------------------------------------------------- */

/* What arrives during one request: a body, or the lines of a stream. */
struct reception {
    CURL *curl;
    struct mh_response *response;
    struct mh_text line;   /* the part of a line that is here */
    mh_line_reader reader; /* NULL: a body */
    void *context;
    bool stopped; /* the reader has had enough */
    bool too_large;
};

static bool keep(struct reception *reception, struct mh_text *text, const char *bytes, size_t length,
                 size_t most)
{
    if (length > most - text->length) {
        reception->too_large = true;
        return false;
    }
    mh_text_add_bytes(text, bytes, length);
    return !text->failed;
}

static bool read_lines(struct reception *reception, const char *bytes, size_t length)
{
    while (length > 0) {
        const char *end = memchr(bytes, '\n', length);
        size_t part = end != NULL ? (size_t)(end - bytes) : length;
        if (!keep(reception, &reception->line, bytes, part, LINE_MAX_OCTETS))
            return false;
        if (end == NULL)
            return true;
        reception->stopped =
            !reception->reader(reception->context, reception->line.bytes == NULL ? "" : reception->line.bytes,
                               reception->line.length);
        mh_text_clear(&reception->line);
        if (reception->stopped)
            return false;
        bytes += part + 1;
        length -= part + 1;
    }
    return true;
}

static size_t receive(char *bytes, size_t size, size_t count, void *context)
{
    struct reception *reception = context;
    size_t length = size * count;
    long status = 0;
    (void)curl_easy_getinfo(reception->curl, CURLINFO_RESPONSE_CODE, &status);
    bool is_stream = reception->reader != NULL && status == 200;
    bool good = is_stream ? read_lines(reception, bytes, length)
                          : keep(reception, &reception->response->body, bytes, length, BODY_MAX);
    return good ? length : 0; /* less than `length` makes libcurl give up */
}

/* "ETag: \"...\"" with its line end; every header line comes here. */
static size_t receive_header(char *bytes, size_t size, size_t count, void *context)
{
    static const char name[] = "etag:";
    struct reception *reception = context;
    size_t length = size * count, begin = sizeof name - 1, end = length;
    if (length < begin || !curl_strnequal(bytes, name, begin))
        return length;
    while (begin < end && strchr(" \t", bytes[begin]) != NULL)
        begin++;
    while (end > begin && strchr(" \t\r\n", bytes[end - 1]) != NULL)
        end--;
    if (end - begin < MH_RESPONSE_TAG_SIZE && memchr(bytes + begin, '\0', end - begin) == NULL) {
        memcpy(reception->response->tag, bytes + begin, end - begin);
        reception->response->tag[end - begin] = '\0';
    }
    return length;
}

/* ---- ask ------------------------------------------------------------------------------------------- */

/* No proxy: the environment's would be shown the token, and could not reach this host's loopback anyway. */
static void set_request(struct mh_client *client, const char *url, struct curl_slist *headers,
                        struct reception *reception)
{
    CURL *curl = client->curl;
    client->error[0] = '\0';
    curl_easy_reset(curl);
    if (client->local)
        curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, client->place);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "multihomectl/" MH_VERSION);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, client->error);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
    if (reception->reader == NULL)
        curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)ANSWER_SECONDS);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, receive);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, reception);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, receive_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, reception);
}

/* POST sends an empty body with its length, so that no server waits for one. */
static void set_sent(struct mh_client *client, const struct mh_client_request *sent)
{
    bool is_post = strcmp(sent->method, "POST") == 0;
    if (sent->body != NULL || is_post) {
        curl_easy_setopt(client->curl, CURLOPT_POSTFIELDS, sent->body != NULL ? sent->body : "");
        curl_easy_setopt(client->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)sent->length);
    }
    if (!is_post && strcmp(sent->method, "GET") != 0)
        curl_easy_setopt(client->curl, CURLOPT_CUSTOMREQUEST, sent->method);
    if (sent->seconds > 0)
        curl_easy_setopt(client->curl, CURLOPT_TIMEOUT, sent->seconds);
}

static enum mh_client_outcome explain(struct mh_client *client, CURLcode code,
                                      const struct reception *reception)
{
    struct mh_failure *failure = &reception->response->failure;
    long reason = 0;
    (void)curl_easy_getinfo(client->curl, CURLINFO_OS_ERRNO, &reason);
    const char *text = client->error[0] != '\0' ? client->error : curl_easy_strerror(code);
    if (reception->too_large) {
        (void)mh_fail(failure, MH_LIMIT, "the answer is too large");
        return MH_CLIENT_FAILED;
    }
    if (code == CURLE_COULDNT_CONNECT && reason != 0)
        (void)mh_fail_errno(failure, (int)reason, "cannot connect");
    else
        (void)mh_fail(failure, code == CURLE_OPERATION_TIMEDOUT ? MH_TIMEOUT : MH_IO, "%s", text);
    bool here = code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL ||
                code == CURLE_OUT_OF_MEMORY || code == CURLE_WRITE_ERROR;
    return here ? MH_CLIENT_FAILED : MH_CLIENT_UNREACHABLE;
}

static enum mh_client_outcome perform(struct mh_client *client, const struct mh_client_request *sent,
                                      const char *url, struct curl_slist *headers,
                                      struct reception *reception)
{
    set_request(client, url, headers, reception);
    set_sent(client, sent);
    CURLcode code = curl_easy_perform(client->curl);
    (void)curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &reception->response->status);
    mh_text_clear(&reception->line);
    if (code == CURLE_OK || reception->stopped)
        return MH_CLIENT_ANSWERED;
    return explain(client, code, reception);
}

static bool add_header(struct curl_slist **headers, const char *line)
{
    struct curl_slist *longer = curl_slist_append(*headers, line);
    if (longer != NULL)
        *headers = longer;
    return longer != NULL;
}

/* "Name: value", or nothing when the value is NULL. */
static bool add_value(struct curl_slist **headers, const char *name, const char *value)
{
    if (value == NULL)
        return true;
    char *line = copy_text(name, value);
    bool added = line != NULL && add_header(headers, line);
    free(line);
    return added;
}

/* Without "Expect" libcurl would wait for a go-ahead before it sends a long body. */
static bool add_headers(const struct mh_client *client, const struct mh_client_request *sent,
                        const char *accept, struct curl_slist **headers)
{
    return add_value(headers, "Accept: ", accept) && add_value(headers, "If-Match: ", sent->match) &&
           add_header(headers, sent->body != NULL ? "Content-Type: application/json" : "Content-Type:") &&
           add_header(headers, "Expect:") &&
           (client->authorization == NULL || add_header(headers, client->authorization));
}

static enum mh_client_outcome request(struct mh_client *client, const struct mh_client_request *sent,
                                      const char *accept, struct reception *reception)
{
    struct curl_slist *headers = NULL;
    char *url = copy_text(client->base, sent->target);
    enum mh_client_outcome outcome = MH_CLIENT_FAILED;
    if (url != NULL && add_headers(client, sent, accept, &headers))
        outcome = perform(client, sent, url, headers, reception);
    else
        (void)mh_fail(&reception->response->failure, MH_NO_MEMORY, "out of memory");
    curl_slist_free_all(headers);
    free(url);
    return outcome;
}

enum mh_client_outcome mh_client_get(struct mh_client *client, const char *target, const char *accept,
                                     struct mh_response *response)
{
    const struct mh_client_request sent = {.method = "GET", .target = target};
    *response = (struct mh_response){0};
    struct reception reception = {.curl = client->curl, .response = response};
    return request(client, &sent, accept, &reception);
}

enum mh_client_outcome mh_client_send(struct mh_client *client, const struct mh_client_request *sent,
                                      struct mh_response *response)
{
    *response = (struct mh_response){0};
    struct reception reception = {.curl = client->curl, .response = response};
    return request(client, sent, "application/json", &reception);
}

enum mh_client_outcome mh_client_stream(struct mh_client *client, const char *target, const char *accept,
                                        mh_line_reader reader, void *context, struct mh_response *response)
{
    const struct mh_client_request sent = {.method = "GET", .target = target};
    *response = (struct mh_response){0};
    struct reception reception = {
        .curl = client->curl, .response = response, .reader = reader, .context = context};
    return request(client, &sent, accept, &reception);
}

void mh_response_clear(struct mh_response *response)
{
    mh_text_clear(&response->body);
}

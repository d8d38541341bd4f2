#include "link.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_QUESTION = 512, MAX_ANSWER = 4 << 20, MAX_ROWS = 1 << 16, PIECE = 16 << 10 };

/* ---- connections ----------------------------------------------------------------------------------- */

static u_short port(void)
{
    char text[8];
    DWORD length = GetEnvironmentVariableA("MH_IPHLP_HELPER", text, sizeof text);
    return length > 0 && length < sizeof text ? (u_short)strtoul(text, NULL, 10) : 0;
}

static SOCKET open_socket(void)
{
    WSADATA unused;
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port())};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (WSAStartup(MAKEWORD(2, 2), &unused) != 0)
        return INVALID_SOCKET;
    SOCKET connected = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
    if (connected != INVALID_SOCKET && connect(connected, (struct sockaddr *)&to, sizeof to) != 0) {
        (void)closesocket(connected);
        return INVALID_SOCKET;
    }
    return connected;
}

SOCKET bed_connect(const char *question)
{
    SOCKET connected = open_socket();
    int length = (int)strlen(question);
    if (connected != INVALID_SOCKET && send(connected, question, length, 0) != length) {
        (void)closesocket(connected);
        return INVALID_SOCKET;
    }
    return connected;
}

/* ---- answers --------------------------------------------------------------------------------------- */

/* Everything until the end, as a string; NULL when there is too much of it, or an error. */
static char *read_all(SOCKET connected)
{
    char *text = NULL;
    size_t length = 0;
    for (;;) {
        char *longer = length < MAX_ANSWER ? realloc(text, length + PIECE + 1) : NULL;
        int got = longer != NULL ? recv(connected, longer + length, PIECE, 0) : -1;
        text = longer != NULL ? longer : text;
        if (got < 0) {
            free(text);
            return NULL;
        }
        length += (size_t)got;
        text[length] = '\0';
        if (got == 0)
            return text;
    }
}

static DWORD take_head(struct bed_answer *answer)
{
    if (answer->text[0] == '\0')
        return ERROR_INVALID_DATA;
    DWORD code = bed_number(answer);
    answer->rows = bed_number(answer);
    return answer->rows <= MAX_ROWS ? code : ERROR_INVALID_DATA;
}

static DWORD exchange(struct bed_answer *answer, const char *question)
{
    SOCKET connected = bed_connect(question);
    if (connected == INVALID_SOCKET)
        return ERROR_SERVICE_NOT_ACTIVE;
    answer->text = answer->at = read_all(connected);
    (void)closesocket(connected);
    return answer->text != NULL ? take_head(answer) : ERROR_INVALID_DATA;
}

DWORD bed_ask(struct bed_answer *answer, const char *format, ...)
{
    char question[MAX_QUESTION];
    struct bed_answer unused;
    va_list values;
    va_start(values, format);
    int length = vsnprintf(question, sizeof question, format, values);
    va_end(values);
    struct bed_answer *wanted = answer != NULL ? answer : &unused;
    *wanted = (struct bed_answer){0};
    if (length < 0 || (size_t)length >= sizeof question)
        return ERROR_INVALID_PARAMETER;
    DWORD code = exchange(wanted, question);
    if (answer == NULL)
        bed_end(&unused);
    return code;
}

void bed_end(struct bed_answer *answer)
{
    free(answer->text);
    *answer = (struct bed_answer){0};
}

/* ---- words ----------------------------------------------------------------------------------------- */

static const char *next_word(struct bed_answer *answer, size_t *length)
{
    answer->at += strspn(answer->at, " \n");
    const char *word = answer->at;
    *length = strcspn(word, " \n");
    answer->at += *length;
    return word;
}

ULONG bed_number(struct bed_answer *answer)
{
    size_t length;
    const char *word = next_word(answer, &length);
    return length > 0 ? strtoul(word, NULL, 10) : 0;
}

static bool take_octets(const char *word, size_t count, unsigned char *octets)
{
    for (size_t i = 0; i < count; i++) {
        char digits[3] = {word[2 * i], word[2 * i + 1]}, *end;
        octets[i] = (unsigned char)strtoul(digits, &end, 16);
        if (end != digits + 2)
            return false;
    }
    return true;
}

void bed_address(struct bed_answer *answer, SOCKADDR_INET *address)
{
    size_t length;
    const char *word = next_word(answer, &length);
    memset(address, 0, sizeof *address);
    if (length == 9 && take_octets(word + 1, 4, (unsigned char *)&address->Ipv4.sin_addr))
        address->si_family = AF_INET;
    else if (length == 33 && take_octets(word + 1, 16, (unsigned char *)&address->Ipv6.sin6_addr))
        address->si_family = AF_INET6;
}

const char *bed_hex(const SOCKADDR_INET *address, char text[BED_ADDRESS_SIZE])
{
    const unsigned char *octets = address->si_family == AF_INET ? (const void *)&address->Ipv4.sin_addr
                                                                : (const void *)&address->Ipv6.sin6_addr;
    size_t count = bed_family(address->si_family) == 4 ? 4 : 16;
    if (bed_family(address->si_family) == 0)
        return "-";
    text[0] = '@';
    for (size_t i = 0; i < count; i++)
        (void)snprintf(text + 1 + 2 * i, 3, "%02x", octets[i]);
    return text;
}

ULONG bed_index(const NET_LUID *luid, NET_IFINDEX index)
{
    NET_IFINDEX found = index;
    if (luid->Value != 0 && ConvertInterfaceLuidToIndex(luid, &found) != NO_ERROR)
        return ULONG_MAX;
    return found;
}

unsigned bed_family(ADDRESS_FAMILY family)
{
    if (family == AF_INET)
        return 4;
    return family == AF_INET6 ? 6 : 0;
}

void *bed_table(size_t size)
{
    return HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, size);
}

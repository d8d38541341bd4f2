/* A library with the functions of iphlpapi.dll for tests under Wine, which has no writes, no settings and no
 * notices, and of routes half the truth. Those are asked of a helper (tests/wine/iphlp_helper.py) that runs
 * outside of Wine in the same network namespace; all others are Wine's (exports.def).
 *
 * The helper listens on 127.0.0.1 at the port of the environment variable MH_IPHLP_HELPER. One connection is
 * one question: a line of words. The answer is read to its end: a line "CODE ROWS", CODE one of winerror.h,
 * then ROWS lines of words. Numbers are decimal; an address is "@" and all its octets in hexadecimal, "-" for
 * none. The helper's page lists the questions.
 *
 * What is wrong of arguments whatever the host is like is refused here, with the codes that
 * learn.microsoft.com documents for each function. */
#ifndef MH_TESTS_WINE_IPHLP_LINK_H
#define MH_TESTS_WINE_IPHLP_LINK_H

#include <winsock2.h>

/* These need what stands before them. */
#include <ws2ipdef.h>

#include <iphlpapi.h>

#include <netioapi.h>

#undef interface /* COM's, which comes with them */

#include <stdbool.h>
#include <stddef.h>

enum { BED_ADDRESS_SIZE = 1 + 2 * 16 + 1 };

struct bed_answer {
    char *text; /* of the heap */
    char *at;   /* what was not taken yet */
    ULONG rows;
};

/* Asks, and answers the helper's code; ERROR_SERVICE_NOT_ACTIVE when there is none, ERROR_INVALID_DATA when
 * its answer is no answer. The caller ends *answer whatever comes; NULL: only the code is wanted. */
DWORD bed_ask(struct bed_answer *answer, const char *format, ...) __attribute__((format(gnu_printf, 2, 3)));
void bed_end(struct bed_answer *answer);

/* A connection on which the question is asked already, or INVALID_SOCKET; the caller closes it. */
SOCKET bed_connect(const char *question);

/* The next word as a number, or address; 0, or AF_UNSPEC, where there is none. */
ULONG bed_number(struct bed_answer *answer);
void bed_address(struct bed_answer *answer, SOCKADDR_INET *address);

const char *bed_hex(const SOCKADDR_INET *address, char text[BED_ADDRESS_SIZE]);

/* The index of the interface that a row names: by its LUID, else by its index; 0 when it names none. One that
 * is not there has the index ULONG_MAX. */
ULONG bed_index(const NET_LUID *luid, NET_IFINDEX index);

/* 4, 6, or 0 for any. */
unsigned bed_family(ADDRESS_FAMILY family);

/* Zeroed memory that FreeMibTable of Wine gives back: it is of the process's heap. */
void *bed_table(size_t size);

#endif

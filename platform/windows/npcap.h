/* Npcap (npcap.com): frames as they are on the wire, sent and seen. Its wpcap.dll is looked for in
 * System32\Npcap only, when it is needed; nothing is linked against it, and a host without it does without
 * what needs it. The functions are those of pcap(3PCAP). Private to platform/windows. */
#ifndef MH_WINDOWS_NPCAP_H
#define MH_WINDOWS_NPCAP_H

#include <winsock2.h>

/* This needs what stands before it. */
#include <windows.h>

#undef interface

#include "core/error.h"
#include "core/model.h"

/* What is said where it is absent. */
#define MH_NPCAP_ABSENT "Npcap is not installed"

struct pcap;
enum { MH_PCAP_ERROR_SIZE = 256 }; /* PCAP_ERRBUF_SIZE */

/* struct pcap_pkthdr, whose struct timeval has 32-bit members on Windows. */
struct mh_pcap_header {
    int32_t seconds, microseconds;
    uint32_t captured, length; /* octets that are here, and that there were */
};

/* X(name, result, parameters) */
#define MH_NPCAP_FUNCTIONS(X)                                                                                \
    X(pcap_open_live, struct pcap *,                                                                         \
      (const char *device, int length, int promiscuous, int timeout, char *error))                           \
    X(pcap_setnonblock, int, (struct pcap * pcap, int on, char *error))                                      \
    X(pcap_next_ex, int, (struct pcap * pcap, struct mh_pcap_header * *header, const uint8_t **frame))       \
    X(pcap_sendpacket, int, (struct pcap * pcap, const uint8_t *frame, int length))                          \
    X(pcap_geterr, char *, (struct pcap * pcap))                                                             \
    X(pcap_close, void, (struct pcap * pcap))

struct mh_npcap {
    HMODULE library;
#define MH_NPCAP_MEMBER(name, result, parameters) result(__cdecl *name) parameters;
    MH_NPCAP_FUNCTIONS(MH_NPCAP_MEMBER)
#undef MH_NPCAP_MEMBER
};

/* Loads the library and finds its functions; the caller closes it. `path` is NULL but in tests.
 * MH_UNSUPPORTED: it is not installed, or lacks a function; `failure` says which. */
enum mh_error mh_npcap_open(const wchar_t *path, struct mh_npcap *npcap, struct mh_failure *failure);
/* A zeroed one is allowed. */
void mh_npcap_close(struct mh_npcap *npcap);

/* "\Device\NPF_{6B29FC40-...}" of an adapter's GUID in braces; returns `device`. */
enum { MH_NPCAP_DEVICE_SIZE = 64 };
const char *mh_npcap_device(const char *guid, char device[MH_NPCAP_DEVICE_SIZE]);

/* Opens a device, which then never blocks; the caller ends it with npcap->pcap_close. */
enum mh_error mh_npcap_listen(const struct mh_npcap *npcap, const char *device, struct pcap **pcap,
                              struct mh_failure *failure);
/* MH_LIMIT: longer than MH_NPCAP_FRAME_MAX, or empty. */
enum { MH_NPCAP_FRAME_MAX = 65535 };
enum mh_error mh_npcap_send(const struct mh_npcap *npcap, struct pcap *pcap, const uint8_t *frame,
                            size_t length, struct mh_failure *failure);
/* The next frame, cut at `size` octets. MH_OK: *length octets of it are in `frame`; MH_MORE: there is none
 * yet. */
enum mh_error mh_npcap_next(const struct mh_npcap *npcap, struct pcap *pcap, uint8_t *frame, size_t size,
                            size_t *length, struct mh_failure *failure);

#endif

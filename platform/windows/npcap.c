#include "windows/npcap.h"

#include "common/errno_map.h"
#include "windows/system_library.h"

#include <stdio.h>
#include <string.h>

/* ---- loading --------------------------------------------------------------------------------------- */

/* Its own directory has the packet.dll that it needs: the search goes there, and to System32, and nowhere
 * else. */
static HMODULE load(const wchar_t *path)
{
    return LoadLibraryExW(path, NULL, LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR | LOAD_LIBRARY_SEARCH_SYSTEM32);
}

/* The pointers of one library are those of one size, whatever they point to. */
static bool find(HMODULE library, const char *name, void *member, size_t size)
{
    FARPROC found = GetProcAddress(library, name);
    memcpy(member, &found, size);
    return found != NULL;
}

static const char *find_all(struct mh_npcap *npcap)
{
    const char *missing = NULL;
#define FIND(name, result, parameters)                                                                       \
    if (!find(npcap->library, #name, &npcap->name, sizeof npcap->name))                                      \
        missing = #name;
    MH_NPCAP_FUNCTIONS(FIND)
#undef FIND
    return missing;
}

enum mh_error mh_npcap_open(const wchar_t *path, struct mh_npcap *npcap, struct mh_failure *failure)
{
    *npcap = (struct mh_npcap){.library = path != NULL ? load(path)
                                                       : mh_windows_system_library(L"Npcap\\wpcap.dll")};
    if (npcap->library == NULL) {
        (void)mh_fail_errno(failure, (int)GetLastError(), MH_NPCAP_ABSENT);
        if (failure != NULL)
            failure->code = MH_UNSUPPORTED;
        return MH_UNSUPPORTED;
    }
    const char *missing = find_all(npcap);
    if (missing == NULL)
        return MH_OK;
    mh_npcap_close(npcap);
    return mh_fail(failure, MH_UNSUPPORTED, "this Npcap has no %s", missing);
}

void mh_npcap_close(struct mh_npcap *npcap)
{
    if (npcap->library != NULL)
        (void)FreeLibrary(npcap->library);
    *npcap = (struct mh_npcap){0};
}

/* ---- devices --------------------------------------------------------------------------------------- */

const char *mh_npcap_device(const char *guid, char device[MH_NPCAP_DEVICE_SIZE])
{
    (void)snprintf(device, MH_NPCAP_DEVICE_SIZE, "\\Device\\NPF_%s", guid);
    return device;
}

/* Npcap's own words, which end wherever its buffer does. */
static enum mh_error fail(struct mh_failure *failure, const char *function, const char *text)
{
    return mh_fail(failure, MH_IO, "%s: %.200s", function, text != NULL ? text : "no reason was given");
}

enum mh_error mh_npcap_listen(const struct mh_npcap *npcap, const char *device, struct pcap **pcap,
                              struct mh_failure *failure)
{
    enum { NOT_PROMISCUOUS = 0, AT_ONCE = 1 };
    char error[MH_PCAP_ERROR_SIZE + 1] = "";
    *pcap = npcap->pcap_open_live(device, MH_NPCAP_FRAME_MAX, NOT_PROMISCUOUS, AT_ONCE, error);
    error[MH_PCAP_ERROR_SIZE] = '\0';
    if (*pcap == NULL)
        return fail(failure, "pcap_open_live", error);
    if (npcap->pcap_setnonblock(*pcap, 1, error) == 0)
        return MH_OK;
    npcap->pcap_close(*pcap);
    *pcap = NULL;
    return fail(failure, "pcap_setnonblock", error);
}

/* ---- frames ---------------------------------------------------------------------------------------- */

enum mh_error mh_npcap_send(const struct mh_npcap *npcap, struct pcap *pcap, const uint8_t *frame,
                            size_t length, struct mh_failure *failure)
{
    if (length == 0 || length > MH_NPCAP_FRAME_MAX)
        return mh_fail(failure, MH_LIMIT, "a frame of %zu octets", length);
    if (npcap->pcap_sendpacket(pcap, frame, (int)length) == 0)
        return MH_OK;
    return fail(failure, "pcap_sendpacket", npcap->pcap_geterr(pcap));
}

enum mh_error mh_npcap_next(const struct mh_npcap *npcap, struct pcap *pcap, uint8_t *frame, size_t size,
                            size_t *length, struct mh_failure *failure)
{
    struct mh_pcap_header *header = NULL;
    const uint8_t *bytes = NULL;
    int answer = npcap->pcap_next_ex(pcap, &header, &bytes);
    *length = 0;
    if (answer == 0)
        return MH_MORE;
    if (answer != 1)
        return fail(failure, "pcap_next_ex", npcap->pcap_geterr(pcap));
    if (header == NULL || bytes == NULL || header->captured > MH_NPCAP_FRAME_MAX)
        return mh_fail(failure, MH_MALFORMED, "pcap_next_ex: a frame that is none");
    *length = header->captured < size ? header->captured : size;
    memcpy(frame, bytes, *length);
    return MH_OK;
}

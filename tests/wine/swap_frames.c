/* swap_frames INDEX: sends a frame by the interface through wpcap.dll, waits for one of the same type, and
 * says it in a line: "got 02000000ff01..." (hexadecimal). For tests under Wine, whose wpcap.dll stands in
 * System32 itself. */
#include "windows/iphlp.h"
#include "windows/npcap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TYPE_AT = 12, PATIENCE = 100, PAUSE = 100 /* milliseconds */ };

/* To everybody; of EtherType 0x88b5, for experiments (IEEE 802). */
static const uint8_t question[60] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2,   0,
                                     0,    0,    0,    9,    0x88, 0xb5, 'm', 'h'};

/* "{6B29FC40-...}"; "" when there is no such interface. */
static void guid_of(NET_IFINDEX index, char guid[64])
{
    struct mh_iphlp iphlp;
    MIB_IF_TABLE2 *table = NULL;
    guid[0] = '\0';
    if (mh_iphlp_open(NULL, &iphlp, NULL) != MH_OK)
        return;
    if (MH_IPHLP_CALL(&iphlp, GetIfTable2, &table) == NO_ERROR)
        for (ULONG i = 0; i < table->NumEntries; i++) {
            const GUID *id = &table->Table[i].InterfaceGuid;
            if (table->Table[i].InterfaceIndex == index)
                (void)snprintf(guid, 64, "{%08lX-%04X-%04X-%02X%02X-%02X%02X%02X%02X%02X%02X}", id->Data1,
                               id->Data2, id->Data3, id->Data4[0], id->Data4[1], id->Data4[2], id->Data4[3],
                               id->Data4[4], id->Data4[5], id->Data4[6], id->Data4[7]);
        }
    mh_iphlp_free(&iphlp, table);
    mh_iphlp_close(&iphlp);
}

static bool is_answer(const uint8_t *frame, size_t length)
{
    return length >= sizeof question && memcmp(frame + TYPE_AT, question + TYPE_AT, 2) == 0 &&
           memcmp(frame, question, sizeof question) != 0;
}

static enum mh_error wait_for_answer(const struct mh_npcap *npcap, struct pcap *pcap,
                                     struct mh_failure *failure)
{
    uint8_t frame[128];
    size_t length;
    enum mh_error code = MH_MORE;
    for (int turn = 0; turn < PATIENCE && (code == MH_OK || code == MH_MORE); turn++) {
        code = mh_npcap_next(npcap, pcap, frame, sizeof frame, &length, failure);
        if (code == MH_OK && is_answer(frame, length)) {
            (void)printf("got ");
            for (size_t i = 0; i < length; i++)
                (void)printf("%02x", frame[i]);
            (void)printf("\n");
            return MH_OK;
        }
        if (code == MH_MORE)
            Sleep(PAUSE);
    }
    return code == MH_OK || code == MH_MORE ? mh_fail(failure, MH_MORE, "no frame came") : code;
}

static enum mh_error swap(const struct mh_npcap *npcap, const char *device, struct mh_failure *failure)
{
    struct pcap *pcap = NULL;
    enum mh_error code = mh_npcap_listen(npcap, device, &pcap, failure);
    if (code != MH_OK)
        return code;
    code = mh_npcap_send(npcap, pcap, question, sizeof question, failure);
    if (code == MH_OK)
        code = wait_for_answer(npcap, pcap, failure);
    npcap->pcap_close(pcap);
    return code;
}

int main(int count, char **words)
{
    struct mh_npcap npcap;
    struct mh_failure failure = {0};
    char guid[64], device[MH_NPCAP_DEVICE_SIZE];
    if (count != 2)
        return 2;
    guid_of((NET_IFINDEX)strtoul(words[1], NULL, 10), guid);
    enum mh_error code = mh_npcap_open(L"C:\\windows\\system32\\wpcap.dll", &npcap, &failure);
    if (code == MH_OK)
        code = swap(&npcap, mh_npcap_device(guid, device), &failure);
    if (code != MH_OK)
        (void)printf("%s: %s\n", mh_error_word(code), failure.detail);
    mh_npcap_close(&npcap);
    return 0;
}

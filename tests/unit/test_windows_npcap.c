/* Npcap's functions, of the test's own: what they are given, what they say, and what is missing. */
#include "unit/support.h"

#include "windows/npcap.h"

#include <string.h>

static struct {
    int open, sent, answer, refusal;
    struct mh_pcap_header header;
    const uint8_t *frame;
} fake;

static const uint8_t frame[] = {1, 2, 3, 4, 5, 6, 7, 8};

static struct pcap *__cdecl open_live(const char *device, int length, int promiscuous, int timeout,
                                      char *error)
{
    assert_true(length == MH_NPCAP_FRAME_MAX && promiscuous == 0 && timeout > 0);
    if (strcmp(device, "none") == 0) {
        memset(error, 'x', MH_PCAP_ERROR_SIZE); /* without an end */
        return NULL;
    }
    fake.open++;
    return (struct pcap *)&fake;
}

static int __cdecl set_nonblock(struct pcap *pcap, int on, char *error)
{
    assert_ptr_equal(pcap, &fake);
    assert_int_equal(on, 1);
    (void)error;
    return fake.refusal;
}

static int __cdecl next_ex(struct pcap *pcap, struct mh_pcap_header **header, const uint8_t **bytes)
{
    assert_ptr_equal(pcap, &fake);
    *header = &fake.header;
    *bytes = fake.frame;
    return fake.answer;
}

static int __cdecl send_packet(struct pcap *pcap, const uint8_t *bytes, int length)
{
    assert_ptr_equal(pcap, &fake);
    assert_memory_equal(bytes, frame, (size_t)length);
    fake.sent += length;
    return fake.refusal;
}

static char *__cdecl get_error(struct pcap *pcap)
{
    static char text[] = "the adapter is gone";
    (void)pcap;
    return text;
}

static void __cdecl close_pcap(struct pcap *pcap)
{
    (void)pcap;
    fake.open--;
}

static const struct mh_npcap npcap = {.pcap_open_live = open_live,
                                      .pcap_setnonblock = set_nonblock,
                                      .pcap_next_ex = next_ex,
                                      .pcap_sendpacket = send_packet,
                                      .pcap_geterr = get_error,
                                      .pcap_close = close_pcap};

static int start(void **state)
{
    (void)state;
    memset(&fake, 0, sizeof fake);
    fake.frame = frame;
    fake.header = (struct mh_pcap_header){.captured = sizeof frame, .length = sizeof frame};
    return 0;
}

static struct pcap *fake_pcap(void)
{
    struct pcap *pcap = NULL;
    assert_int_equal(mh_npcap_listen(&npcap, "some", &pcap, NULL), MH_OK);
    return pcap;
}

static void test_devices(void **state)
{
    char device[MH_NPCAP_DEVICE_SIZE];
    struct pcap *pcap;
    struct mh_failure failure;
    (void)state;
    assert_string_equal(mh_npcap_device("{6B29FC40-CA47-1067-B31D-00DD010662DA}", device),
                        "\\Device\\NPF_{6B29FC40-CA47-1067-B31D-00DD010662DA}");
    assert_int_equal(mh_npcap_listen(&npcap, "none", &pcap, &failure), MH_IO);
    assert_null(pcap);
    assert_non_null(strstr(failure.detail, "pcap_open_live: xxx"));
    fake.refusal = -1;
    assert_int_equal(mh_npcap_listen(&npcap, "some", &pcap, &failure), MH_IO);
    assert_null(pcap);
    assert_int_equal(fake.open, 0);
}

static void test_sending(void **state)
{
    struct mh_failure failure;
    (void)state;
    struct pcap *pcap = fake_pcap();
    assert_int_equal(mh_npcap_send(&npcap, pcap, frame, sizeof frame, &failure), MH_OK);
    assert_int_equal(fake.sent, sizeof frame);
    assert_int_equal(mh_npcap_send(&npcap, pcap, frame, 0, &failure), MH_LIMIT);
    assert_int_equal(mh_npcap_send(&npcap, pcap, frame, MH_NPCAP_FRAME_MAX + 1, &failure), MH_LIMIT);
    assert_int_equal(fake.sent, sizeof frame);
    fake.refusal = -1;
    assert_int_equal(mh_npcap_send(&npcap, pcap, frame, sizeof frame, &failure), MH_IO);
    assert_non_null(strstr(failure.detail, "the adapter is gone"));
}

static void test_hearing(void **state)
{
    uint8_t heard[sizeof frame];
    size_t length = 77;
    struct mh_failure failure;
    (void)state;
    struct pcap *pcap = fake_pcap();
    assert_int_equal(mh_npcap_next(&npcap, pcap, heard, sizeof heard, &length, &failure), MH_MORE);
    assert_int_equal(length, 0);
    fake.answer = 1;
    assert_int_equal(mh_npcap_next(&npcap, pcap, heard, sizeof heard, &length, &failure), MH_OK);
    assert_int_equal(length, sizeof frame);
    assert_memory_equal(heard, frame, sizeof frame);
    assert_int_equal(mh_npcap_next(&npcap, pcap, heard, 3, &length, &failure), MH_OK);
    assert_int_equal(length, 3); /* cut */
    fake.header.captured = UINT32_MAX;
    assert_int_equal(mh_npcap_next(&npcap, pcap, heard, sizeof heard, &length, &failure), MH_MALFORMED);
    fake.header.captured = 1;
    fake.frame = NULL;
    assert_int_equal(mh_npcap_next(&npcap, pcap, heard, sizeof heard, &length, &failure), MH_MALFORMED);
    fake.answer = -1;
    assert_int_equal(mh_npcap_next(&npcap, pcap, heard, sizeof heard, &length, &failure), MH_IO);
    assert_int_equal(length, 0);
}

/* A library that is no Npcap, and none at all. */
static void test_absent(void **state)
{
    struct mh_npcap loaded;
    struct mh_failure failure;
    (void)state;
    assert_int_equal(mh_npcap_open(L"C:\\nowhere\\wpcap.dll", &loaded, &failure), MH_UNSUPPORTED);
    assert_int_equal(failure.code, MH_UNSUPPORTED);
    assert_non_null(strstr(failure.detail, MH_NPCAP_ABSENT));
    assert_null(loaded.library);
    assert_int_equal(mh_npcap_open(L"C:\\windows\\system32\\iphlpapi.dll", &loaded, &failure),
                     MH_UNSUPPORTED);
    assert_non_null(strstr(failure.detail, "this Npcap has no pcap_"));
    assert_null(loaded.library);
    mh_npcap_close(&loaded);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_devices, start),
        cmocka_unit_test_setup(test_sending, start),
        cmocka_unit_test_setup(test_hearing, start),
        cmocka_unit_test_setup(test_absent, start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

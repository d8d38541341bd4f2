/* Recorded rulesets (fixtures/nft/rulesets.txt), and packets to send through them. */
#ifndef MH_TESTS_CODEC_NFT_FIXTURE_H
#define MH_TESTS_CODEC_NFT_FIXTURE_H

#include "unit/support.h"

#include "linux/nft.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NFT_RULESETS MH_TEST_DIRECTORY "/codec/fixtures/nft/rulesets.recorded"

static inline char *nft_read_all(void)
{
    FILE *file = fopen(NFT_RULESETS, "rb");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    long size = ftell(file);
    char *text = calloc(1, (size_t)size + 1);
    assert_non_null(text);
    rewind(file);
    assert_int_equal(fread(text, 1, (size_t)size, file), size);
    (void)fclose(file);
    return text;
}

/* The JSON of one ruleset; the caller frees. */
static inline char *nft_ruleset(const char *name)
{
    char *all = nft_read_all(), *rest = NULL, *found = NULL;
    size_t length = strlen(name);
    for (char *line = strtok_r(all, "\n", &rest); line != NULL && found == NULL;
         line = strtok_r(NULL, "\n", &rest))
        if (strncmp(line, name, length) == 0 && line[length] == '\t') {
            found = calloc(1, strlen(line) + 1);
            assert_non_null(found);
            memcpy(found, line + length + 1, strlen(line + length + 1));
        }
    free(all);
    if (found == NULL)
        fail_msg("there is no ruleset \"%s\" in %s", name, NFT_RULESETS);
    return found;
}

static inline struct mh_address nft_address(const char *text)
{
    struct mh_address address;
    assert_true(mh_address_parse(text, strlen(text), &address));
    return address;
}

/* The first datagram of a connection from 10.0.0.1 port 1000 to 192.0.2.1 port 53, which came in on eth0. */
static inline struct mh_filter_packet nft_packet(void)
{
    return (struct mh_filter_packet){.source = nft_address("10.0.0.1"),
                                     .destination = nft_address("192.0.2.1"),
                                     .input = 2,
                                     .input_name = "eth0",
                                     .output_name = "",
                                     .protocol = 17,
                                     .protocol_known = true,
                                     .source_port = 1000,
                                     .destination_port = 53,
                                     .source_port_known = true,
                                     .destination_port_known = true,
                                     .connection_mark_known = true};
}

static inline struct mh_filter_packet nft_from(const char *source)
{
    struct mh_filter_packet packet = nft_packet();
    packet.source = nft_address(source);
    if (packet.source.family == MH_IPV6)
        packet.destination = nft_address("2001:db8::1");
    return packet;
}

static inline struct mh_filter_packet nft_to(const char *destination)
{
    struct mh_filter_packet packet = nft_packet();
    packet.destination = nft_address(destination);
    return packet;
}

static inline struct mh_filter_packet nft_udp(uint16_t port)
{
    struct mh_filter_packet packet = nft_packet();
    packet.destination_port = port;
    return packet;
}

static inline struct mh_filter_packet nft_tcp(uint16_t port, bool syn)
{
    struct mh_filter_packet packet = nft_udp(port);
    packet.protocol = 6;
    packet.tcp_syn = syn;
    return packet;
}

static inline struct mh_filter_packet nft_by(const char *interface)
{
    struct mh_filter_packet packet = nft_packet();
    packet.input_name = interface;
    return packet;
}

static inline struct mh_filter_packet nft_state(enum mh_filter_state state)
{
    struct mh_filter_packet packet = nft_packet();
    packet.state = state;
    return packet;
}

static inline struct mh_filter_packet nft_mark(uint32_t mark)
{
    struct mh_filter_packet packet = nft_packet();
    packet.mark = mark;
    return packet;
}

static inline struct mh_filter *nft_parse(const char *json)
{
    static const struct mh_nft_legacy none;
    struct mh_filter *filter;
    struct mh_failure failure = {0};
    if (mh_nft_parse(json, strlen(json), &none, &filter, &failure) != MH_OK)
        fail_msg("%s", failure.detail);
    return filter;
}

static inline struct mh_filter *nft_load(const char *name)
{
    char *json = nft_ruleset(name);
    struct mh_filter *filter = nft_parse(json);
    free(json);
    return filter;
}

static inline struct mh_filter_result nft_run(const char *name, enum mh_filter_hook hook,
                                              struct mh_filter_packet *packet)
{
    struct mh_filter_result result;
    struct mh_filter *filter = nft_load(name);
    mh_filter_run(filter, hook, packet, &result);
    mh_filter_free(filter);
    return result;
}

static inline struct mh_filter_result nft_expect_at(const char *name, enum mh_filter_hook hook,
                                                    struct mh_filter_packet packet,
                                                    enum mh_filter_verdict verdict, const char *file,
                                                    int line)
{
    static const char *const words[] = {"passes", "is dropped", "is indeterminate"};
    struct mh_filter_result result = nft_run(name, hook, &packet);
    if (result.verdict != verdict)
        fail_msg("%s:%d: ruleset \"%s\": the packet %s, not %s; chain \"%s\", rule \"%s\", reason \"%s\"",
                 file, line, name, words[result.verdict], words[verdict], result.chain, result.rule,
                 result.reason);
    return result;
}

#define passes(name, packet)                                                                                 \
    nft_expect_at(name, MH_FILTER_INPUT, packet, MH_FILTER_PASSES, __FILE__, __LINE__)
#define drops(name, packet) nft_expect_at(name, MH_FILTER_INPUT, packet, MH_FILTER_DROPS, __FILE__, __LINE__)
#define unclear(name, packet)                                                                                \
    nft_expect_at(name, MH_FILTER_INPUT, packet, MH_FILTER_INDETERMINATE, __FILE__, __LINE__)
#define at_hook(name, hook, packet, verdict)                                                                 \
    nft_expect_at(name, MH_FILTER_##hook, packet, MH_FILTER_##verdict, __FILE__, __LINE__)

#endif

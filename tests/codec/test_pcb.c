/* Sockets, open files and processes as a BSD tells them: tables that tests/bsd/made_sockets.py makes, by the
 * members of the headers' structures, are read and compared, and then cut and changed at every octet: the
 * codec must come back, and read nothing beyond the bytes that it was given (AddressSanitizer watches). */
#include "bsd/pcb.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum kind { SOCKETS, FILES, PROCESS, NODES };

struct made_table {
    enum kind kind;
    uint8_t protocol;
    size_t length;
    const uint8_t *bytes;
};

struct made {
    const char *layout, *sockets, *files;
    size_t count;
    const struct made_table *tables;
};

#include "made_sockets.h"

enum {
    MADE = sizeof made / sizeof made[0],
    ALL = MH_ENDPOINT_LISTENING | MH_ENDPOINT_CONNECTED,
    TEXT_SIZE = 8192,
    MADE_PCBLIST = 1042
};

/* ---- as made --------------------------------------------------------------------------------------- */

static struct mh_pcb_table table_of(const struct made *one, const struct made_table *table)
{
    const struct mh_rt_layout *layout = mh_rt_layout_find(one->layout);
    assert_non_null(layout);
    return (struct mh_pcb_table){layout, table->bytes, table->length};
}

static void add_endpoint(char *text, const struct mh_endpoint *endpoint)
{
    char local[MH_ADDRESS_TEXT_SIZE], remote[MH_ADDRESS_TEXT_SIZE];
    size_t length = strlen(text);
    (void)snprintf(text + length, TEXT_SIZE - length,
                   "%s %s %s %u %s %u interface=%u table=%u key=%llx only=%d tos=%u uid=%u\n",
                   mh_endpoint_protocol_word(endpoint->protocol), mh_endpoint_state_word(endpoint->state),
                   mh_address_format(&endpoint->local, local), endpoint->local_port,
                   mh_address_format(&endpoint->remote, remote), endpoint->remote_port, endpoint->interface,
                   endpoint->table, (unsigned long long)endpoint->inode, endpoint->ipv6_only, endpoint->tos,
                   endpoint->uid);
}

static void read_all(const struct made *one, unsigned states, struct mh_endpoints *endpoints)
{
    for (size_t i = 0; i < one->count; i++) {
        const struct mh_pcb_table table = table_of(one, &one->tables[i]);
        if (one->tables[i].kind == SOCKETS)
            assert_int_equal(mh_pcb_read_sockets(&table, one->tables[i].protocol, states, endpoints, NULL),
                             MH_OK);
    }
}

static void sockets_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < MADE; i++) {
        struct mh_endpoints endpoints = {0};
        char text[TEXT_SIZE] = "";
        read_all(&made[i], ALL, &endpoints);
        for (size_t j = 0; j < endpoints.count; j++)
            add_endpoint(text, &endpoints.items[j]);
        assert_string_equal(text, made[i].sockets);
        mh_endpoints_clear(&endpoints);
    }
}

static void states_are_chosen(void **state)
{
    (void)state;
    for (size_t i = 0; i < MADE; i++) {
        struct mh_endpoints every = {0}, some = {0};
        read_all(&made[i], ALL, &every);
        read_all(&made[i], MH_ENDPOINT_CONNECTED, &some);
        for (size_t j = 0; j < some.count; j++)
            assert_int_equal(some.items[j].state, MH_ENDPOINT_CONNECTED);
        assert_true(some.count > 0 && some.count < every.count);
        mh_endpoints_clear(&every);
        mh_endpoints_clear(&some);
    }
}

static void files_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < MADE; i++)
        for (size_t j = 0; j < made[i].count; j++) {
            const struct mh_pcb_table table = table_of(&made[i], &made[i].tables[j]);
            struct mh_pcb_file file;
            char text[TEXT_SIZE] = "";
            size_t offset = 0;
            if (made[i].tables[j].kind != FILES)
                continue;
            while (mh_pcb_next_file(&table, &offset, &file) == MH_OK)
                (void)snprintf(text + strlen(text), sizeof text - strlen(text), "%u %llx %s\n", file.pid,
                               (unsigned long long)file.key, file.process);
            assert_int_equal(offset, table.length);
            assert_string_equal(text, made[i].files);
        }
}

static void processes_and_nodes_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < MADE; i++)
        for (size_t j = 0; j < made[i].count; j++) {
            const struct mh_pcb_table table = table_of(&made[i], &made[i].tables[j]);
            struct mh_pcb_process process;
            int32_t number;
            if (made[i].tables[j].kind == PROCESS) {
                assert_int_equal(mh_pcb_read_process(&table, &process), MH_OK);
                assert_int_equal(process.pid, 812);
                assert_int_equal(process.parent, 811);
                assert_string_equal(process.name, "sshd-session");
            } else if (made[i].tables[j].kind == NODES) {
                assert_int_equal(mh_pcb_find_node(&table, "pcblist", &number), MH_OK);
                assert_int_equal(number, MADE_PCBLIST);
                assert_int_equal(mh_pcb_find_node(&table, "pcb", &number), MH_NOT_FOUND);
            }
        }
}

/* Each layout of messages has one of these, whose fields lie within what is asked for. */
static void layouts_are_whole(void **state)
{
    const struct mh_rt_layout *layout;
    (void)state;
    for (size_t i = 0; (layout = mh_rt_layout_at(i)) != NULL; i++) {
        const struct mh_pcb_layout *pcb = mh_pcb_layout_of(layout);
        assert_int_equal(pcb->system, layout->system);
        for (int field = MH_PCB_KEY; field <= MH_PCB_NAME; field++) {
            size_t end = (size_t)pcb->places[field].offset + pcb->places[field].width;
            size_t size = field < MH_PCB_FILE_TYPE ? pcb->socket_size
                          : field < MH_PCB_PID     ? pcb->file_size
                                                   : pcb->process_size;
            if (field == MH_PCB_STATE && pcb->tcp_size != 0)
                size = pcb->tcp_size;
            assert_true(end <= size);
        }
        assert_true(pcb->tcp_size == 0 || pcb->tcp_size >= pcb->tcp_offset + pcb->socket_size);
    }
}

/* ---- hostile --------------------------------------------------------------------------------------- */

static void check_endpoints(const struct mh_endpoints *endpoints)
{
    for (size_t i = 0; i < endpoints->count; i++) {
        const struct mh_endpoint *one = &endpoints->items[i];
        assert_true(one->local.family == MH_IPV4 || one->local.family == MH_IPV6);
        assert_true(one->protocol == MH_ENDPOINT_TCP || one->protocol == MH_ENDPOINT_UDP);
        assert_true(one->state == MH_ENDPOINT_CONNECTED || one->remote.family == MH_FAMILY_NONE);
    }
}

/* The bytes in memory of exactly their number. Returns the code of the list of sockets. */
static enum mh_error survive(const struct mh_rt_layout *layout, const struct made_table *table,
                             const uint8_t *bytes, size_t length)
{
    uint8_t *copy = malloc(length > 0 ? length : 1);
    assert_non_null(copy);
    memcpy(copy, bytes, length);
    const struct mh_pcb_table given = {layout, copy, length};
    struct mh_endpoints endpoints = {0};
    struct mh_pcb_file file;
    struct mh_pcb_process process;
    int32_t number;
    size_t offset = 0, before = 0, steps = 0;
    enum mh_error code = mh_pcb_read_sockets(&given, table->protocol, ALL, &endpoints, NULL);
    check_endpoints(&endpoints);
    while (mh_pcb_next_file(&given, &offset, &file) == MH_OK) {
        assert_true(offset > before && offset <= length && file.pid != 0 && file.key != 0);
        before = offset;
        steps++;
    }
    assert_true(steps <= length);
    if (mh_pcb_read_process(&given, &process) == MH_OK)
        assert_true(strlen(process.name) < sizeof process.name);
    (void)mh_pcb_find_node(&given, "pcblist", &number);
    mh_endpoints_clear(&endpoints);
    free(copy);
    return code;
}

static bool is_a_whole_list(const struct mh_rt_layout *layout, const struct made_table *table, size_t length)
{
    if (layout->system == MH_RT_FREEBSD)
        return length == table->length || length == 64; /* xinpgen alone: there are none */
    return length % mh_pcb_layout_of(layout)->socket_size == 0;
}

static void cut_anywhere(void **state)
{
    (void)state;
    for (size_t i = 0; i < MADE; i++)
        for (size_t j = 0; j < made[i].count; j++) {
            const struct made_table *table = &made[i].tables[j];
            const struct mh_rt_layout *layout = mh_rt_layout_find(made[i].layout);
            for (size_t length = 0; length <= table->length; length++) {
                enum mh_error code = survive(layout, table, table->bytes, length);
                if (table->kind == SOCKETS)
                    assert_int_equal(code, is_a_whole_list(layout, table, length) ? MH_OK : MH_MALFORMED);
            }
        }
}

static void changed_anywhere(void **state)
{
    static const uint8_t changes[] = {0xff, 0x01, 0x80};
    (void)state;
    for (size_t i = 0; i < MADE; i++)
        for (size_t j = 0; j < made[i].count; j++) {
            const struct made_table *table = &made[i].tables[j];
            const struct mh_rt_layout *layout = mh_rt_layout_find(made[i].layout);
            uint8_t *bytes = malloc(table->length + 1);
            assert_non_null(bytes);
            memcpy(bytes, table->bytes, table->length);
            for (size_t at = 0; at < 3 * table->length; at++) {
                bytes[at / 3] ^= changes[at % 3];
                (void)survive(layout, table, bytes, table->length);
                bytes[at / 3] ^= changes[at % 3];
            }
            free(bytes);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layouts_are_whole),
        cmocka_unit_test(sockets_are_read),
        cmocka_unit_test(states_are_chosen),
        cmocka_unit_test(files_are_read),
        cmocka_unit_test(processes_and_nodes_are_read),
        cmocka_unit_test(cut_anywhere),
        cmocka_unit_test(changed_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

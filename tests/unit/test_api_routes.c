/* /v1/routes over a table so large that a rare filter takes several pages, and that changes between them. The
 * handler, the store and the table are the service's own. */
#include "unit/support.h"

#include "api/handlers/handlers.h"
#include "api/request.h"
#include "core/host.h"
#include "daemon/view.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

enum { ROUTES = 66000, RARE = 1000, MAIN = 254, OTHER = 100 };

struct fixture {
    struct mh_api api;
    struct mh_host *host;
    struct mh_view view;
    struct mh_platform *platform;
    struct mh_route_store *store;
};

static void add_interface(struct mh_host *host, uint32_t index)
{
    struct mh_interface interface = {.index = index, .up = true, .carrier = true};
    const struct mh_fact fact = {
        .section = MH_SECTION_INTERFACES, .change = MH_PRESENT, .of.interface = &interface};
    (void)snprintf(interface.name, sizeof interface.name, "eth%u", (unsigned)index);
    assert_int_equal(mh_host_fact(host, &fact), MH_OK);
}

/* Route n: every RAREth leads out of eth2, every tenth is in another table. */
static struct mh_route route_of(uint32_t n, struct mh_next_hop *hop)
{
    const uint8_t bytes[4] = {(uint8_t)(20 + (n >> 16)), (uint8_t)(n >> 8), (uint8_t)n, 0};
    const struct mh_address address = mh_address_from_bytes(MH_IPV4, bytes);
    *hop = (struct mh_next_hop){.interface = n % RARE == 7 ? 2 : 1, .weight = 1};
    return (struct mh_route){.destination = mh_prefix_of(&address, 24),
                             .table = n % 10 == 3 ? OTHER : MAIN,
                             .type = MH_ROUTE_UNICAST,
                             .owner = MH_OWNER_STATIC,
                             .next_hop_count = 1,
                             .next_hops = hop};
}

static void change_route(struct fixture *fixture, uint32_t n, bool there)
{
    struct mh_next_hop hop;
    const struct mh_route route = route_of(n, &hop);
    struct mh_route_table *table = mh_route_store_write(fixture->store);
    enum mh_error code =
        there ? mh_route_table_put(table, &route, MH_PRESENT) : mh_route_table_remove(table, &route);
    mh_route_store_written(fixture->store);
    assert_int_equal(code, MH_OK);
}

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    struct mh_failure failure;
    assert_non_null(fixture);
    if (mh_platform_open("sim:" MH_SOURCE_DIRECTORY "/platform/sim/hosts/single-homed.json",
                         &fixture->platform, &failure) != MH_OK)
        fail_msg("%s", failure.detail);
    fixture->host = mh_host_new();
    add_interface(fixture->host, 1);
    add_interface(fixture->host, 2);
    mh_host_snapshot(fixture->host, &fixture->view.snapshot);
    fixture->view.generation = 7;
    fixture->store = mh_route_store_new();
    for (uint32_t n = 0; n < ROUTES; n++)
        change_route(fixture, n, true);
    fixture->api.sources = (struct mh_api_sources){.routes = fixture->store, .platform = fixture->platform};
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    mh_snapshot_clear(&fixture->view.snapshot);
    mh_host_free(fixture->host);
    mh_route_store_free(fixture->store);
    mh_platform_close(fixture->platform);
    free(fixture);
    return 0;
}

/* One page; the caller frees it. */
static json_t *ask(struct fixture *fixture, struct mh_query query, const char *cursor)
{
    struct mh_request *request = calloc(1, sizeof *request);
    struct mh_problem problem;
    struct mh_json json;
    size_t length = 0;
    assert_non_null(request);
    request->api = &fixture->api;
    request->query = query;
    request->query.value[MH_PARAMETER_CURSOR] = cursor;
    mh_json_init(&json);
    if (!mh_render_routes(request, &fixture->view, &json, &problem))
        fail_msg("%s", problem.detail);
    free(request);
    char *text = mh_json_take(&json, &length);
    json_t *page = json_loadb(text, length, 0, NULL);
    free(text);
    assert_non_null(page);
    return page;
}

struct total {
    size_t items, pages, short_pages;
};

static void count_page(struct total *total, json_t *page, size_t limit)
{
    json_t *items = json_object_get(page, "items");
    total->pages++;
    total->items += json_array_size(items);
    assert_true(json_array_size(items) <= limit);
    if (json_array_size(items) < limit && !json_is_null(json_object_get(page, "next")))
        total->short_pages++;
}

/* Follows the pages to the end; `between` is called after each. */
static struct total follow(struct fixture *fixture, struct mh_query query, size_t limit,
                           void (*between)(struct fixture *, size_t page))
{
    struct total total = {0};
    char cursor[MH_PROBLEM_WORD_SIZE] = "";
    for (bool more = true; more; assert_true(total.pages < 1000)) {
        json_t *page = ask(fixture, query, cursor[0] == '\0' ? NULL : cursor);
        count_page(&total, page, limit);
        const char *next = json_string_value(json_object_get(page, "next"));
        more = next != NULL;
        (void)snprintf(cursor, sizeof cursor, "%s", next == NULL ? "" : next);
        json_decref(page);
        if (between != NULL)
            between(fixture, total.pages);
    }
    return total;
}

static void everything_is_listed_once(void **state)
{
    struct total total =
        follow(*state, (struct mh_query){.value = {[MH_PARAMETER_LIMIT] = "1000"}}, 1000, NULL);
    assert_int_equal(total.items, ROUTES);
    assert_int_equal(total.pages, ROUTES / 1000);
}

static void rare_filter_takes_pieces(void **state)
{
    const struct mh_query query = {.value = {[MH_PARAMETER_INTERFACE] = "eth2"}};
    struct total total = follow(*state, query, MH_LIMIT_DEFAULT, NULL);
    assert_int_equal(total.items, ROUTES / RARE);
    assert_true(total.short_pages > 1);
}

static void nothing_fits(void **state)
{
    const struct mh_query query = {.value = {[MH_PARAMETER_OWNER] = "nobody"}};
    struct total total = follow(*state, query, MH_LIMIT_DEFAULT, NULL);
    assert_int_equal(total.items, 0);
    assert_true(total.pages > 1);
}

static void table_is_jumped_to(void **state)
{
    struct mh_query query = {.value = {[MH_PARAMETER_TABLE] = "main", [MH_PARAMETER_LIMIT] = "1"}};
    json_t *page = ask(*state, query, NULL);
    assert_int_equal(json_array_size(json_object_get(page, "items")), 1);
    json_decref(page);
    query.value[MH_PARAMETER_TABLE] = "100";
    query.value[MH_PARAMETER_LIMIT] = "1000";
    assert_int_equal(follow(*state, query, 1000, NULL).items, ROUTES / 10);
    query.value[MH_PARAMETER_FAMILY] = "ipv6";
    struct total none = follow(*state, query, 1000, NULL);
    assert_int_equal(none.items, 0);
    assert_int_equal(none.pages, 1);
}

static void big_pages_end_early(void **state)
{
    json_t *page = ask(*state, (struct mh_query){.value = {[MH_PARAMETER_LIMIT] = "1000"}}, NULL);
    size_t length = json_dumpb(page, NULL, 0, JSON_COMPACT);
    assert_true(length < 600 * 1024);
    json_decref(page);
}

/* Takes away what was just listed and what comes next, and puts back what was taken before. */
static void churn(struct fixture *fixture, size_t page)
{
    uint32_t at = (uint32_t)page * 1000;
    if (at + 1 < ROUTES) {
        change_route(fixture, at - 1, false);
        change_route(fixture, at - 1, true);
        change_route(fixture, at + 1, false);
    }
}

static void changes_between_pages(void **state)
{
    struct fixture *fixture = *state;
    const struct mh_query query = {.value = {[MH_PARAMETER_LIMIT] = "1000", [MH_PARAMETER_TABLE] = "main"}};
    size_t before = follow(fixture, query, 1000, NULL).items;
    size_t during = follow(fixture, query, 1000, churn).items;
    size_t after = follow(fixture, query, 1000, NULL).items;
    assert_true(after < before);
    assert_true(during >= after && during <= before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_is_listed_once),
        cmocka_unit_test(rare_filter_takes_pieces),
        cmocka_unit_test(nothing_fits),
        cmocka_unit_test(table_is_jumped_to),
        cmocka_unit_test(big_pages_end_early),
        cmocka_unit_test(changes_between_pages),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

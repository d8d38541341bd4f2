/* multihomectl interfaces [NAME] */
#include "address_words.h"
#include "commands.h"
#include "fetch.h"
#include "listing.h"
#include "prose.h"
#include "safe_text.h"

#include <stdlib.h>
#include <string.h>

static const char *state_of(const json_t *interface, enum mh_style *style)
{
    bool up = mh_member_true(interface, "up"), carrier = mh_member_true(interface, "carrier");
    *style = !up ? MH_STYLE_BAD : !carrier ? MH_STYLE_WARNING : MH_STYLE_GOOD;
    return !up ? "down" : !carrier ? "no carrier" : "up";
}

/* ---- the list -------------------------------------------------------------------------------------- */

static void cell_of_address(struct mh_table *table, const json_t *address, const char *name)
{
    struct mh_text text = {0};
    if (address != NULL)
        mh_address_words_add_object(&text, address, name);
    char *taken = mh_text_take(&text);
    mh_table_cell(table, MH_STYLE_PLAIN, taken != NULL ? taken : "?");
    free(taken);
}

/* The second and further addresses take lines of their own. */
static void interface_row(struct mh_table *table, const json_t *interface)
{
    enum { CELLS_BEFORE = 4 };
    enum mh_style style;
    const char *state = state_of(interface, &style);
    const char *role = mh_member_text(interface, "role");
    const char *name = mh_member_text(interface, "name");
    const json_t *addresses = mh_member_array(interface, "addresses");
    mh_table_cell(table, MH_STYLE_PLAIN, name);
    mh_table_cell(table, MH_STYLE_PLAIN, mh_member_text(interface, "kind"));
    mh_table_cell(table, strcmp(role, "internal") == 0 ? MH_STYLE_FAINT : MH_STYLE_PLAIN, role);
    mh_table_cell(table, style, state);
    cell_of_address(table, json_array_get(addresses, 0), name);
    for (size_t i = 1; i < json_array_size(addresses); i++) {
        for (int j = 0; j < CELLS_BEFORE; j++)
            mh_table_cell(table, MH_STYLE_PLAIN, "");
        cell_of_address(table, json_array_get(addresses, i), name);
    }
}

static enum mh_exit run_list(struct mh_ctl *ctl)
{
    static const struct mh_column columns[] = {{"INTERFACE", false}, {"KIND", false},      {"ROLE", false},
                                               {"STATE", false},     {"ADDRESSES", false}, {NULL, false}};
    static const struct mh_listing listing = {"/v1/interfaces", "interfaces", columns, interface_row};
    return mh_listing_run(ctl, &listing);
}

/* ---- the names, for scripts and completion --------------------------------------------------------- */

static void add_name(void *context, const json_t *interface)
{
    struct mh_text *text = context;
    mh_safe_add(text, mh_member_text(interface, "name"));
    mh_text_add(text, "\n");
}

static enum mh_exit run_names(struct mh_ctl *ctl)
{
    struct mh_text text = {0};
    enum mh_exit status = mh_listing_read(ctl, "/v1/interfaces", add_name, &text);
    if (status != MH_EXIT_DONE)
        mh_text_clear(&text);
    return mh_screen_put(ctl->screen, &text) ? status : MH_EXIT_FAILED;
}

/* ---- one ------------------------------------------------------------------------------------------- */

/* A member that is text or a number. */
static void add_member(struct mh_text *text, const char *label, const json_t *value, size_t width)
{
    struct mh_text number = {0};
    if (json_is_integer(value)) {
        mh_text_format(&number, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
        mh_safe_field(text, 2, label, number.failed ? "?" : number.bytes, width);
        mh_text_clear(&number);
    } else if (json_is_string(value)) {
        mh_safe_field(text, 2, label, json_string_value(value), width);
    }
}

static void add_addresses(struct mh_text *text, const json_t *interface, size_t width)
{
    const json_t *addresses = mh_member_array(interface, "addresses");
    size_t index, flag_index;
    json_t *address, *flag;
    json_array_foreach(addresses, index, address)
    {
        struct mh_text line = {0};
        mh_address_words_add_object(&line, address, mh_member_text(interface, "name"));
        mh_text_format(&line, " (%s, %s", mh_member_text(address, "scope"), mh_member_text(address, "owner"));
        json_array_foreach(mh_member_array(address, "flags"), flag_index, flag)
            mh_text_format(&line, ", %s", json_is_string(flag) ? json_string_value(flag) : "?");
        mh_text_add(&line, ")");
        mh_safe_field(text, 2, index == 0 ? "addresses" : "", line.failed ? "?" : line.bytes, width);
        mh_text_clear(&line);
    }
}

static void add_role(struct mh_text *text, const json_t *interface, size_t width)
{
    struct mh_text line = {0};
    const char *reason = mh_member_text(interface, "role_reason");
    mh_text_format(&line, "%s%s%s", mh_member_text(interface, "role"), reason[0] != '\0' ? ": " : "", reason);
    mh_safe_field(text, 2, "role", line.failed ? "?" : line.bytes, width);
    mh_text_clear(&line);
}

static void describe(struct mh_screen *screen, struct mh_text *text, const json_t *interface)
{
    static const char *const members[][2] = {
        {"mac", "mac"}, {"mtu", "mtu"}, {"index", "index"}, {"master", "master"}, {"domain", "domain"}};
    size_t width = mh_prose_width(screen->width);
    enum mh_style style;
    const char *state = state_of(interface, &style);
    mh_style_begin(screen, text, MH_STYLE_HEADING);
    mh_safe_add(text, mh_member_text(interface, "name"));
    mh_style_end(screen, text, MH_STYLE_HEADING);
    mh_text_add(text, "\n");
    mh_safe_field(text, 2, "kind", mh_member_text(interface, "kind"), width);
    add_role(text, interface, width);
    mh_safe_field(text, 2, "state", state, width);
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
        add_member(text, members[i][0], json_object_get(interface, members[i][1]), width);
    add_addresses(text, interface, width);
}

static enum mh_exit fetch_one(struct mh_ctl *ctl, const char *target)
{
    if ((ctl->options->given & MH_OPTION_JSON) != 0)
        return mh_fetch_and_print_json(ctl, target);
    struct mh_response response;
    json_t *interface;
    struct mh_text text = {0};
    enum mh_exit status = mh_fetch_json(ctl, target, &response, &interface);
    if (status == MH_EXIT_DONE) {
        describe(ctl->screen, &text, interface);
        status = mh_screen_put(ctl->screen, &text) ? MH_EXIT_DONE : MH_EXIT_FAILED;
    }
    json_decref(interface);
    mh_response_clear(&response);
    return status;
}

static enum mh_exit run_one(struct mh_ctl *ctl, const char *name)
{
    static const char by_index[] = "index:";
    struct mh_text target = {0};
    bool indexed = strncmp(name, by_index, sizeof by_index - 1) == 0;
    mh_text_add(&target, indexed ? "/v1/interfaces/index:" : "/v1/interfaces/");
    mh_client_encode(&target, indexed ? name + sizeof by_index - 1 : name);
    char *path = mh_text_take(&target);
    if (path == NULL)
        return mh_ctl_complain(MH_EXIT_FAILED, "out of memory");
    enum mh_exit status = fetch_one(ctl, path);
    free(path);
    return status;
}

enum mh_exit mh_ctl_interfaces(struct mh_ctl *ctl)
{
    bool names = (ctl->options->given & MH_OPTION_NAMES) != 0;
    if (names && ctl->options->argument_count > 0)
        return mh_ctl_complain(MH_EXIT_USAGE, "--names lists all interfaces; it does not go with a name");
    if (ctl->options->argument_count > 0)
        return run_one(ctl, ctl->options->arguments[0]);
    return names ? run_names(ctl) : run_list(ctl);
}

/* The table on the host. The kernel is asked whether it has one; nft, which alone knows what its messages
 * mean, lists it and writes it. What must not wait for a plan follows here, when settings are read: addresses
 * that come and go on loopback and dummy interfaces, and names of interfaces that are gone. */
#define _GNU_SOURCE
#include "own_host.h"

#include "common/errno_map.h"
#include "linux.h"
#include "posix/run.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

enum { OUTPUT_MAX = 4 << 20, TIMEOUT = 10000 };

/* ---- nft ------------------------------------------------------------------------------------------- */

static enum mh_error fail_run(const struct mh_run_result *result, const char *what,
                              struct mh_failure *failure)
{
    bool permission = strstr(result->error, "Operation not permitted") != NULL;
    bool absent = strstr(result->error, "No such file or directory") != NULL;
    return mh_fail(failure,
                   permission ? MH_PERMISSION
                   : absent   ? MH_NOT_FOUND
                              : MH_IO,
                   "nft cannot %s the table inet multihomed: %s", what,
                   result->error[0] != '\0' ? result->error : "it ended without a word");
}

static enum mh_error run_nft(const struct mh_run *run, const char *what, struct mh_run_result *result,
                             struct mh_failure *failure)
{
    enum mh_error code = mh_run(run, result, failure);
    if (code == MH_NOT_FOUND)
        return mh_fail(failure, MH_UNSUPPORTED, "the nft program is not installed");
    if (code == MH_OK && result->status != 0) {
        code = fail_run(result, what, failure);
        mh_run_clear(result);
    }
    return code;
}

/* One that is gone by now is absent. */
static enum mh_error list_table(struct mh_own_table *table, struct mh_failure *failure)
{
    static const char *const arguments[] = {"nft", "-j", "list", "table", "inet", "multihomed", NULL};
    const struct mh_run run = {.arguments = arguments, .output_limit = OUTPUT_MAX, .timeout = TIMEOUT};
    struct mh_run_result result;
    enum mh_error code = run_nft(&run, "list", &result, failure);
    if (code != MH_OK)
        return code == MH_NOT_FOUND ? MH_OK : code;
    code = mh_own_parse(result.output, result.output_length, table, failure);
    mh_run_clear(&result);
    return code;
}

static enum mh_error write_table(struct mh_linux *host, const struct mh_own_table *table,
                                 enum mh_own_condition is, struct mh_failure *failure)
{
    static const char *const arguments[] = {"nft", "-f", "-", NULL};
    struct mh_run run = {.arguments = arguments, .output_limit = OUTPUT_MAX, .timeout = TIMEOUT};
    struct mh_run_result result;
    char *script = mh_own_script(table, is);
    if (script == NULL)
        return mh_fail(failure, MH_NO_MEMORY, "out of memory");
    run.input = script;
    run.input_length = strlen(script);
    host->own.doubted = true; /* whether it was done is for the kernel to tell */
    enum mh_error code = run_nft(&run, "write", &result, failure);
    if (code == MH_OK)
        mh_run_clear(&result);
    free(script);
    return code;
}

/* ---- what is there --------------------------------------------------------------------------------- */

static enum mh_own_table_state state_of(enum mh_error code)
{
    switch (code) {
    case MH_OK:
    case MH_NOT_FOUND:
        return MH_OWN_TABLE_USABLE;
    case MH_PERMISSION:
        return MH_OWN_TABLE_NOT_PERMITTED;
    default:
        return MH_OWN_TABLE_UNREADABLE;
    }
}

/* Into a table that mh_own_init made. MH_NO_MEMORY alone is an error: others are a state. */
static enum mh_error read_table(struct mh_own_table *table, enum mh_own_table_state *state)
{
    enum mh_error code = mh_own_find();
    *state = state_of(code);
    if (*state == MH_OWN_TABLE_USABLE && !mh_run_finds("nft"))
        *state = MH_OWN_TABLE_NO_PROGRAM;
    if (*state != MH_OWN_TABLE_USABLE || code == MH_NOT_FOUND)
        return MH_OK;
    code = list_table(table, NULL);
    *state = table->condition == MH_OWN_FOREIGN ? MH_OWN_TABLE_FOREIGN : state_of(code);
    return code == MH_NO_MEMORY ? code : MH_OK;
}

static enum mh_error refresh(struct mh_linux *host)
{
    struct mh_own_host *own = &host->own;
    struct mh_own_table table;
    enum mh_own_table_state state;
    if (!own->doubted && own->watch.descriptor >= 0)
        return MH_OK;
    enum mh_error code = mh_own_init(&table);
    if (code != MH_OK)
        return code;
    own->doubted = false;
    code = read_table(&table, &state);
    if (code != MH_OK) {
        own->doubted = true;
        mh_own_clear(&table);
        return code;
    }
    mh_own_clear(&own->table);
    own->table = table;
    own->state = state;
    return MH_OK;
}

/* ---- what the table has to know of the host -------------------------------------------------------- */

struct finding {
    struct mh_linux *host;
    struct mh_own_table *table;
    struct mh_list *links; /* uint32_t */
};

static bool has_link(const struct mh_list *links, uint32_t index)
{
    const uint32_t *items = mh_list_items(links);
    for (size_t i = 0; i < mh_list_count(links); i++)
        if (items[i] == index)
            return true;
    return false;
}

static enum mh_error find_link(void *context, const struct nlmsghdr *message, size_t length)
{
    struct finding *finding = context;
    struct mh_link link;
    if (message->nlmsg_type != RTM_NEWLINK || mh_decode_link(message, length, &link) != MH_OK)
        return MH_OK;
    if (link.interface.kind != MH_KIND_LOOPBACK && link.interface.kind != MH_KIND_DUMMY)
        return MH_OK;
    return mh_list_insert(&finding->links, mh_list_count(finding->links), &link.interface.index)
               ? MH_OK
               : MH_NO_MEMORY;
}

/* Loopback addresses have rules of their own. */
static enum mh_error find_address(void *context, const struct nlmsghdr *message, size_t length)
{
    const struct finding *finding = context;
    struct mh_interface_address address;
    if (message->nlmsg_type != RTM_NEWADDR || mh_decode_address(message, length, &address) != MH_OK)
        return MH_OK;
    if (!has_link(finding->links, address.interface) || mh_address_is_loopback(&address.address) ||
        (address.address.family == MH_IPV6 && mh_address_is_link_local(&address.address)))
        return MH_OK;
    return mh_own_exempt(finding->table, &address.address) ? MH_OK : MH_NO_MEMORY;
}

/* Tables that change while they are read are told of again. */
static enum mh_error dump(struct finding *finding, uint16_t type, size_t fixed_size, mh_netlink_take take,
                          struct mh_failure *failure)
{
    union {
        struct nlmsghdr header;
        uint8_t octets[128];
    } request;
    struct nlmsghdr *header = mnl_nlmsg_put_header(request.octets);
    header->nlmsg_type = type;
    (void)mnl_nlmsg_put_extra_header(header, fixed_size);
    return mh_netlink_dump(&finding->host->netlink, header, take, finding, failure);
}

/* Puts the addresses that anybody may come to into table->exempt, in place of those that are there. */
static enum mh_error find_exempt(struct mh_linux *host, struct mh_own_table *table,
                                 struct mh_failure *failure)
{
    struct finding finding = {host, table, mh_list_new(sizeof(uint32_t))};
    struct mh_list *fresh = mh_list_new(sizeof(struct mh_address));
    if (finding.links == NULL || fresh == NULL) {
        mh_list_release(finding.links);
        mh_list_release(fresh);
        return mh_fail(failure, MH_NO_MEMORY, "out of memory");
    }
    mh_list_release(table->exempt);
    table->exempt = fresh;
    enum mh_error code = dump(&finding, RTM_GETLINK, sizeof(struct ifinfomsg), find_link, failure);
    if (code == MH_OK)
        code = dump(&finding, RTM_GETADDR, sizeof(struct ifaddrmsg), find_address, failure);
    mh_list_release(host->own.exempt_links);
    host->own.exempt_links = finding.links;
    return code;
}

/* Takes names out that no interface has. False: out of memory. */
static bool forget_gone(struct mh_own_table *table)
{
    for (size_t i = 0; i < mh_list_count(table->members);) {
        const struct mh_own_member *members = mh_list_items(table->members);
        const struct mh_own_member member = members[i];
        if (if_nametoindex(member.name) != 0)
            i++;
        else if (!mh_own_forget(table, member.name))
            return false;
    }
    return true;
}

bool mh_own_follows(const struct mh_linux *host, uint32_t interface)
{
    const struct mh_own_host *own = &host->own;
    return own->exempt_links != NULL && own->table.members != NULL && mh_list_count(own->table.members) > 0 &&
           has_link(own->exempt_links, interface);
}

/* A table that somebody has altered is left to the plan, which puts it right as a whole. What cannot be
 * written now is found again at the next reading. */
static enum mh_error follow(struct mh_linux *host, struct mh_failure *failure)
{
    struct mh_own_host *own = &host->own;
    struct mh_own_table target;
    if (own->state != MH_OWN_TABLE_USABLE || own->table.condition != MH_OWN_WHOLE)
        return MH_OK;
    (void)mh_own_copy(&own->table, &target);
    enum mh_error code = find_exempt(host, &target, failure);
    if (code == MH_OK && !forget_gone(&target))
        code = MH_NO_MEMORY;
    bool is_same = mh_own_same(&target, &own->table);
    if (code == MH_OK && !is_same && write_table(host, &target, MH_OWN_WHOLE, NULL) == MH_OK) {
        mh_own_clear(&own->table);
        own->table = target;
        own->table.condition = mh_list_count(target.members) > 0 ? MH_OWN_WHOLE : MH_OWN_ABSENT;
        return MH_OK;
    }
    mh_own_clear(&target);
    return code;
}

/* ---- telling --------------------------------------------------------------------------------------- */

/* What is told has no stray padding: what is as it was is seen to be. */
static enum mh_error tell_value(struct mh_linux *host, const struct mh_feed *feed,
                                const struct mh_setting *setting)
{
    struct mh_setting told;
    memset(&told, 0, sizeof told);
    told.interface = setting->interface;
    told.value = setting->value;
    told.family = setting->family;
    told.id = setting->id;
    const struct mh_fact fact = {.section = MH_SECTION_SETTINGS, .change = MH_PRESENT, .of.setting = &told};
    return mh_linux_tell(host, feed, &fact);
}

static enum mh_error tell_link(struct mh_linux *host, const struct mh_feed *feed,
                               const struct mh_own_link *link)
{
    static const struct mh_setting held[] = {{.family = MH_IPV4, .id = MH_SETTING_STRONG_RECEIVE},
                                             {.family = MH_IPV6, .id = MH_SETTING_STRONG_RECEIVE},
                                             {.family = MH_IPV6, .id = MH_SETTING_REVERSE_FILTER}};
    enum mh_error code = MH_OK;
    for (size_t i = 0; i < sizeof held / sizeof held[0] && code == MH_OK; i++) {
        struct mh_setting setting = held[i];
        setting.interface = link->index;
        setting.value = mh_own_value(&host->own.table, &setting, link->name);
        code = tell_value(host, feed, &setting);
    }
    return code;
}

enum mh_error mh_own_tell(struct mh_linux *host, const struct mh_feed *feed, const struct mh_own_link *links,
                          size_t count, struct mh_failure *failure)
{
    enum mh_error code = refresh(host);
    if (code == MH_OK)
        code = follow(host, failure);
    const struct mh_setting state = {.interface = MH_SETTING_ALL,
                                     .value = (int32_t)host->own.state,
                                     .family = MH_IPV4,
                                     .id = MH_SETTING_OWN_TABLE};
    if (code == MH_OK)
        code = tell_value(host, feed, &state);
    bool usable = host->own.state == MH_OWN_TABLE_USABLE;
    for (size_t i = 0; i < count && code == MH_OK && usable; i++)
        if (mh_own_can_name(links[i].name))
            code = tell_link(host, feed, &links[i]);
    return code;
}

/* ---- ops ------------------------------------------------------------------------------------------- */

static enum mh_error fail_state(enum mh_own_table_state state, struct mh_failure *failure)
{
    static const char *const reasons[] = {
        [MH_OWN_TABLE_USABLE] = "",
        [MH_OWN_TABLE_NO_PROGRAM] = "the nft program is not installed",
        [MH_OWN_TABLE_NOT_PERMITTED] = "nftables may not be used (CAP_NET_ADMIN)",
        [MH_OWN_TABLE_FOREIGN] = "there is a table inet multihomed that this service has not made",
        [MH_OWN_TABLE_UNREADABLE] = "nftables cannot be read",
    };
    return mh_fail(failure, state == MH_OWN_TABLE_NOT_PERMITTED ? MH_PERMISSION : MH_UNSUPPORTED, "%s",
                   reasons[state]);
}

static enum mh_error set_one(struct mh_own_table *table, const struct mh_setting *setting,
                             struct mh_failure *failure)
{
    char name[IF_NAMESIZE];
    if (if_indextoname(setting->interface, name) == NULL)
        return mh_fail_errno(failure, ENODEV, "there is no interface %u", setting->interface);
    if (!mh_own_can_name(name))
        return mh_fail(failure, MH_UNSUPPORTED, "nft cannot name the interface %s", name);
    enum mh_error code = mh_own_set(table, setting, name);
    return code == MH_OK ? MH_OK
                         : mh_fail(failure, code, "%s cannot be %d",
                                   mh_setting_name((enum mh_setting_id)setting->id), setting->value);
}

/* Of `is`, made to what the ops want; the error of the op behind the last that could be. */
static enum mh_error aim(struct mh_own_table *target, const struct mh_op *ops, size_t count, size_t *done,
                         struct mh_failure *failure)
{
    enum mh_error code = MH_OK;
    for (*done = 0; *done < count && ops[*done].kind == MH_OP_SETTING_SET &&
                    mh_own_holds(&ops[*done].of.setting) && code == MH_OK;
         *done += code == MH_OK)
        code = set_one(target, &ops[*done].of.setting, failure);
    return code;
}

static enum mh_error write_target(struct mh_linux *host, const struct mh_own_table *is,
                                  struct mh_own_table *target, struct mh_failure *failure)
{
    enum mh_error code = MH_OK;
    if (!forget_gone(target))
        return mh_fail(failure, MH_NO_MEMORY, "out of memory");
    if (mh_list_count(target->members) > 0)
        code = find_exempt(host, target, failure);
    bool is_so = is->condition == MH_OWN_ABSENT ? mh_list_count(target->members) == 0
                                                : is->condition == MH_OWN_WHOLE && mh_own_same(is, target);
    return code == MH_OK && !is_so ? write_table(host, target, is->condition, failure) : code;
}

static enum mh_error apply(struct mh_linux *host, const struct mh_own_table *is, const struct mh_op *ops,
                           size_t count, size_t *applied, struct mh_failure *failure)
{
    struct mh_own_table target;
    size_t done;
    (void)mh_own_copy(is, &target);
    enum mh_error code = aim(&target, ops, count, &done, failure);
    enum mh_error written =
        done > 0 ? write_target(host, is, &target, code == MH_OK ? failure : NULL) : MH_OK;
    mh_own_clear(&target);
    *applied = written == MH_OK ? done : 0;
    return written == MH_OK ? code : written;
}

enum mh_error mh_own_apply(struct mh_linux *host, const struct mh_op *ops, size_t count, size_t *applied,
                           struct mh_failure *failure)
{
    struct mh_own_table is;
    enum mh_own_table_state state;
    *applied = 0;
    enum mh_error code = mh_own_init(&is);
    if (code != MH_OK)
        return mh_fail(failure, code, "out of memory");
    code = read_table(&is, &state);
    if (code == MH_OK)
        code = state == MH_OWN_TABLE_USABLE ? apply(host, &is, ops, count, applied, failure)
                                            : fail_state(state, failure);
    mh_own_clear(&is);
    return code;
}

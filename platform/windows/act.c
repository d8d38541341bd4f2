/* Ops, each by the one function that is for it. A row is initialised first, so that members which a later
 * Windows adds have the values that mean "as it is"; what is changed is read first, for the same reason. A
 * new address is tentative until duplicate address detection is done: that is seen as any other change is. */
#include "windows/act.h"

#include "windows/act_rows.h"

/* A call that is to be judged. */
static enum mh_error outcome(DWORD code, const char *function, struct mh_failure *failure)
{
    return code == NO_ERROR ? MH_OK : mh_iphlp_fail(failure, code, function);
}

/* ---- addresses ------------------------------------------------------------------------------------- */

static enum mh_error begin_unicast(const struct mh_iphlp *iphlp, MIB_UNICASTIPADDRESS_ROW *row,
                                   struct mh_failure *failure)
{
    *row = (MIB_UNICASTIPADDRESS_ROW){0};
    return outcome(MH_IPHLP_DO(iphlp, InitializeUnicastIpAddressEntry, row),
                   "InitializeUnicastIpAddressEntry", failure);
}

static enum mh_error check_flags(const struct mh_interface_address *address, struct mh_failure *failure)
{
    return (address->flags & MH_ADDRESS_PREFERRED_SOURCE) == 0
               ? MH_OK
               : mh_fail(failure, MH_UNSUPPORTED, "no address is a whole table's preferred source here");
}

static enum mh_error add_address(const struct mh_iphlp *iphlp, const struct mh_interface_address *address,
                                 struct mh_failure *failure)
{
    MIB_UNICASTIPADDRESS_ROW row;
    enum mh_error code = check_flags(address, failure);
    if (code == MH_OK)
        code = begin_unicast(iphlp, &row, failure);
    if (code != MH_OK)
        return code;
    mh_windows_fill_unicast(address, &row);
    return outcome(MH_IPHLP_CALL(iphlp, CreateUnicastIpAddressEntry, &row), "CreateUnicastIpAddressEntry",
                   failure);
}

static enum mh_error delete_address(const struct mh_iphlp *iphlp, const struct mh_interface_address *address,
                                    struct mh_failure *failure)
{
    MIB_UNICASTIPADDRESS_ROW row;
    enum mh_error code = begin_unicast(iphlp, &row, failure);
    if (code != MH_OK)
        return code;
    mh_windows_key_unicast(address, &row);
    return outcome(MH_IPHLP_CALL(iphlp, DeleteUnicastIpAddressEntry, &row), "DeleteUnicastIpAddressEntry",
                   failure);
}

static enum mh_error set_flags(const struct mh_iphlp *iphlp, const struct mh_interface_address *address,
                               struct mh_failure *failure)
{
    MIB_UNICASTIPADDRESS_ROW row;
    enum mh_error code = check_flags(address, failure);
    if (code == MH_OK)
        code = begin_unicast(iphlp, &row, failure);
    if (code != MH_OK)
        return code;
    mh_windows_key_unicast(address, &row);
    code = outcome(MH_IPHLP_CALL(iphlp, GetUnicastIpAddressEntry, &row), "GetUnicastIpAddressEntry", failure);
    if (code != MH_OK)
        return code;
    mh_windows_flag_unicast(address, &row);
    return outcome(MH_IPHLP_CALL(iphlp, SetUnicastIpAddressEntry, &row), "SetUnicastIpAddressEntry", failure);
}

/* ---- routes ---------------------------------------------------------------------------------------- */

static enum mh_error begin_route(const struct mh_iphlp *iphlp, const struct mh_route *route,
                                 MIB_IPFORWARD_ROW2 *row, struct mh_failure *failure)
{
    const char *why = mh_windows_why_no_route(route);
    if (why != NULL)
        return mh_fail(failure, MH_UNSUPPORTED, "%s", why);
    *row = (MIB_IPFORWARD_ROW2){0};
    return outcome(MH_IPHLP_DO(iphlp, InitializeIpForwardEntry, row), "InitializeIpForwardEntry", failure);
}

static enum mh_error add_route(const struct mh_iphlp *iphlp, const struct mh_route *route,
                               struct mh_failure *failure)
{
    MIB_IPFORWARD_ROW2 row;
    enum mh_error code = begin_route(iphlp, route, &row, failure);
    if (code != MH_OK)
        return code;
    mh_windows_fill_route(route, &row);
    return outcome(MH_IPHLP_CALL(iphlp, CreateIpForwardEntry2, &row), "CreateIpForwardEntry2", failure);
}

/* Of a route the metric alone can change: the rest is its key. Those that the system or a protocol has made
 * are theirs. */
static enum mh_error replace_route(const struct mh_iphlp *iphlp, const struct mh_route *route,
                                   struct mh_failure *failure)
{
    MIB_IPFORWARD_ROW2 row;
    char text[MH_PREFIX_TEXT_SIZE];
    enum mh_error code = begin_route(iphlp, route, &row, failure);
    if (code != MH_OK)
        return code;
    mh_windows_key_route(route, &row);
    code = outcome(MH_IPHLP_CALL(iphlp, GetIpForwardEntry2, &row), "GetIpForwardEntry2", failure);
    if (code != MH_OK)
        return code;
    if ((uint32_t)row.Protocol != route->protocol)
        return mh_fail(failure, MH_CONFLICT, "the route to %s is another program's (protocol %u)",
                       mh_prefix_format(&route->destination, text), (unsigned)row.Protocol);
    row.Metric = route->metric;
    return outcome(MH_IPHLP_CALL(iphlp, SetIpForwardEntry2, &row), "SetIpForwardEntry2", failure);
}

static enum mh_error delete_route(const struct mh_iphlp *iphlp, const struct mh_route *route,
                                  struct mh_failure *failure)
{
    MIB_IPFORWARD_ROW2 row;
    enum mh_error code = begin_route(iphlp, route, &row, failure);
    if (code != MH_OK)
        return code;
    mh_windows_key_route(route, &row);
    return outcome(MH_IPHLP_CALL(iphlp, DeleteIpForwardEntry2, &row), "DeleteIpForwardEntry2", failure);
}

/* ---- settings -------------------------------------------------------------------------------------- */

static enum mh_error set_setting(const struct mh_iphlp *iphlp, const struct mh_setting *setting,
                                 struct mh_failure *failure)
{
    MIB_IPINTERFACE_ROW row = {0};
    if (!mh_windows_has_setting(setting))
        return mh_fail(failure, MH_UNSUPPORTED, "Windows has no %s there",
                       mh_setting_name((enum mh_setting_id)setting->id));
    enum mh_error code =
        outcome(MH_IPHLP_DO(iphlp, InitializeIpInterfaceEntry, &row), "InitializeIpInterfaceEntry", failure);
    if (code != MH_OK)
        return code;
    mh_windows_key_interface(setting, &row);
    code = outcome(MH_IPHLP_CALL(iphlp, GetIpInterfaceEntry, &row), "GetIpInterfaceEntry", failure);
    if (code != MH_OK)
        return code;
    mh_windows_change_interface(setting, &row);
    return outcome(MH_IPHLP_CALL(iphlp, SetIpInterfaceEntry, &row), "SetIpInterfaceEntry", failure);
}

/* ---- all ------------------------------------------------------------------------------------------- */

enum mh_error mh_windows_act(const struct mh_iphlp *iphlp, const struct mh_op *op, struct mh_failure *failure)
{
    switch (op->kind) {
    case MH_OP_ADDRESS_ADD:
        return add_address(iphlp, &op->of.address, failure);
    case MH_OP_ADDRESS_DELETE:
        return delete_address(iphlp, &op->of.address, failure);
    case MH_OP_ADDRESS_FLAGS:
        return set_flags(iphlp, &op->of.address, failure);
    case MH_OP_ROUTE_ADD:
        return add_route(iphlp, &op->of.route, failure);
    case MH_OP_ROUTE_REPLACE:
        return replace_route(iphlp, &op->of.route, failure);
    case MH_OP_ROUTE_DELETE:
        return delete_route(iphlp, &op->of.route, failure);
    case MH_OP_SETTING_SET:
        return set_setting(iphlp, &op->of.setting, failure);
    default:
        return mh_fail(failure, MH_UNSUPPORTED, "this version does not carry out %s on Windows",
                       mh_op_word(op->kind));
    }
}

enum mh_error mh_windows_apply(struct mh_platform *platform, const struct mh_op *op,
                               struct mh_failure *failure)
{
    if (op->kind == MH_OP_LABEL_ADD || op->kind == MH_OP_LABEL_DELETE)
        return mh_windows_policy_apply(mh_windows_of(platform)->policy, op, failure);
    return mh_windows_act(&mh_windows_of(platform)->iphlp, op, failure);
}

enum mh_error mh_windows_apply_all(struct mh_platform *platform, const struct mh_op *ops, size_t count,
                                   size_t *applied, struct mh_failure *failure)
{
    enum mh_error code = MH_OK;
    for (*applied = 0; *applied < count && code == MH_OK; *applied += code == MH_OK) {
        code = mh_windows_apply(platform, &ops[*applied], failure);
        mh_service_progress();
    }
    return code;
}

/* What this Windows can do: of a function that it lacks, the intents that need it are unsupported. Those are
 * counted by all that an intent may come to: what is made must be taken back, too. */
#include "windows/able.h"

#include <stddef.h>
#include <string.h>

struct need {
    const char *intent;
    size_t member; /* of struct mh_iphlp: a pointer */
    const char *reason;
};

/* As act.c calls them; reading is not here: without it the service does not start. */
#define NEED(name, function)                                                                                 \
    {                                                                                                        \
        name, offsetof(struct mh_iphlp, function), "This Windows has no " #function "."                      \
    }
#define ADDRESSES(name)                                                                                      \
    NEED(name, InitializeUnicastIpAddressEntry), NEED(name, CreateUnicastIpAddressEntry),                    \
        NEED(name, DeleteUnicastIpAddressEntry)
#define ROUTES(name)                                                                                         \
    NEED(name, InitializeIpForwardEntry), NEED(name, CreateIpForwardEntry2), NEED(name, GetIpForwardEntry2), \
        NEED(name, SetIpForwardEntry2), NEED(name, DeleteIpForwardEntry2)
#define SETTINGS(name)                                                                                       \
    NEED(name, InitializeIpInterfaceEntry), NEED(name, GetIpInterfaceEntry), NEED(name, SetIpInterfaceEntry)

static const struct need needs[] = {
    ADDRESSES("addresses"),
    ADDRESSES("addresses.skip_as_source"),
    NEED("addresses.skip_as_source", GetUnicastIpAddressEntry),
    NEED("addresses.skip_as_source", SetUnicastIpAddressEntry),
    ROUTES("routes"),
    ROUTES("uplinks"),
    ROUTES("sharing"),
    SETTINGS("interfaces.metric"),
    SETTINGS("host_model.receive"),
    SETTINGS("host_model.send"),
    SETTINGS("source_routing"),
};

static bool is_missing(const struct mh_iphlp *iphlp, const struct need *need)
{
    FARPROC function;
    memcpy(&function, (const char *)iphlp + need->member, sizeof function);
    return function == NULL;
}

static void learn(const struct mh_iphlp *iphlp, struct mh_capability *row)
{
    for (size_t i = 0; i < sizeof needs / sizeof needs[0]; i++)
        if (row->support != MH_NOT_SUPPORTED && strcmp(needs[i].intent, row->intent) == 0 &&
            is_missing(iphlp, &needs[i])) {
            row->support = MH_NOT_SUPPORTED;
            row->reason = needs[i].reason;
        }
}

void mh_windows_learn_capabilities(const struct mh_iphlp *iphlp, const char *no_policies,
                                   struct mh_capability rows[MH_WINDOWS_CAPABILITIES_MAX])
{
    for (size_t i = 0; i < MH_WINDOWS_CAPABILITIES_MAX && mh_windows_capability_rows[i].intent != NULL; i++) {
        rows[i] = mh_windows_capability_rows[i];
        learn(iphlp, &rows[i]);
        if (no_policies != NULL && strcmp(rows[i].intent, "address_policy") == 0) {
            rows[i].support = MH_NOT_SUPPORTED;
            rows[i].reason = no_policies;
        }
    }
}

/* Settings where the system has them for the whole host only (FreeBSD, NetBSD), or where what is asked for is
 * how the system is built: then there is nothing to do. A setting of the whole host needs `host_wide`. */
#include "core/plan_builder.h"

#include <stddef.h>

/* ---- what an intent means there -------------------------------------------------------------------- */

/* What carries an intent out. */
struct answer {
    enum mh_setting_id id; /* MH_SETTING_COUNT: nothing has to be done */
    int32_t value;
    const char *why_not; /* NULL: it can be done */
};

static const struct answer built_in = {MH_SETTING_COUNT, 0, NULL};

static struct answer refuse(const char *why_not)
{
    return (struct answer){MH_SETTING_COUNT, 0, why_not};
}

static const struct mh_setting *current(const struct mh_plan_builder *builder, enum mh_setting_id id,
                                        enum mh_family family)
{
    return mh_snapshot_setting(builder->input->snapshot, MH_SETTING_ALL, family, id);
}

static bool forwards(const struct mh_plan_builder *builder, enum mh_family family)
{
    const struct mh_setting *is = current(builder, MH_SETTING_FORWARDING, family);
    return is != NULL && is->value != 0;
}

static bool has_addresses(const struct mh_plan_builder *builder, enum mh_family family)
{
    const struct mh_snapshot *snapshot = builder->input->snapshot;
    for (size_t i = 0; i < snapshot->address_count; i++)
        if (snapshot->addresses[i].address.family == (uint8_t)family &&
            !mh_address_is_link_local(&snapshot->addresses[i].address) &&
            !mh_address_is_loopback(&snapshot->addresses[i].address))
            return true;
    return false;
}

/* OpenBSD compares the interface with the destination by itself while it does not forward (ip_input.c,
 * ip6_input.c). */
static struct answer receive_of_openbsd(const struct mh_plan_builder *builder, enum mh_family family,
                                        uint8_t intent)
{
    bool is_strong = !forwards(builder, family);
    if (is_strong == (intent == MH_HOST_MODEL_STRONG))
        return built_in;
    return refuse(is_strong ? "OpenBSD takes packets by the interface of their destination only, as long as "
                              "it does not forward."
                            : "OpenBSD forwards here, and so takes packets to any of its addresses by every "
                              "interface.");
}

/* FreeBSD from 14 on, before it, and NetBSD. */
static struct answer receive_of_freebsd(const struct mh_plan_builder *builder, enum mh_family family,
                                        uint8_t intent)
{
    int32_t value = intent == MH_HOST_MODEL_STRONG;
    if (family == MH_IPV6 && (!value || !has_addresses(builder, family)))
        return built_in;
    if (family == MH_IPV6)
        return refuse("IPv6 packets to any address of the host are taken by every interface: this system has "
                      "the strong model for IPv4 only.");
    if (current(builder, MH_SETTING_STRONG_END_SYSTEM, family) != NULL)
        return (struct answer){MH_SETTING_STRONG_END_SYSTEM, value, NULL};
    if (current(builder, MH_SETTING_CHECK_INTERFACE, family) != NULL)
        return (struct answer){MH_SETTING_CHECK_INTERFACE, value, NULL};
    return value ? refuse("This host has no setting for it.") : built_in;
}

static struct answer answer_receive(const struct mh_plan_builder *builder, enum mh_family family,
                                    uint8_t intent)
{
    if (builder->traits->has_weak_host)
        return built_in; /* interfaces have it: plan_interface_settings.c */
    return builder->input->dialect == MH_DIALECT_OPENBSD ? receive_of_openbsd(builder, family, intent)
                                                         : receive_of_freebsd(builder, family, intent);
}

static struct answer answer_reverse_path(const struct mh_plan_builder *builder, enum mh_family family,
                                         uint8_t intent)
{
    (void)family;
    return intent == MH_REVERSE_PATH_OFF ? built_in : refuse(builder->traits->no_reverse_path);
}

/* The three answer for the addresses of the interface that was asked (in_arpinput), and ask with the one that
 * the route to the neighbour has as its source. */
static struct answer answer_reply(const struct mh_plan_builder *builder, enum mh_family family,
                                  uint8_t intent)
{
    (void)family;
    if (builder->traits->no_arp_reply != NULL)
        return refuse(builder->traits->no_arp_reply);
    return intent == MH_ARP_REPLY_INTERFACE
               ? built_in
               : refuse("This system answers for the addresses of the interface only, whoever asks.");
}

static struct answer answer_announce(const struct mh_plan_builder *builder, enum mh_family family,
                                     uint8_t intent)
{
    (void)builder;
    (void)family;
    return intent == MH_ARP_ANNOUNCE_BEST
               ? built_in
               : refuse("This system asks with the interface's best address only.");
}

static struct answer answer_filter(const struct mh_plan_builder *builder, enum mh_family family,
                                   uint8_t intent)
{
    (void)builder;
    (void)family;
    return intent == MH_SWITCH_OFF ? built_in : refuse("This system answers without a look at its routes.");
}

static struct answer answer_proxy(const struct mh_plan_builder *builder, enum mh_family family,
                                  uint8_t intent)
{
    if (builder->traits->no_proxy == NULL && current(builder, MH_SETTING_PROXY_ARP, family) != NULL)
        return (struct answer){MH_SETTING_PROXY_ARP, intent == MH_SWITCH_ON, NULL};
    if (intent == MH_SWITCH_OFF)
        return built_in;
    return refuse(builder->traits->no_proxy != NULL ? builder->traits->no_proxy
                                                    : "This host has no setting for it.");
}

struct intent {
    const char *member;
    size_t offset; /* in struct mh_intents */
    bool of_ipv4_only;
    struct answer (*answer)(const struct mh_plan_builder *builder, enum mh_family family, uint8_t intent);
};

static const struct intent intents[] = {
    {"host_model/receive", offsetof(struct mh_intents, receive), false, answer_receive},
    {"reverse_path", offsetof(struct mh_intents, reverse_path), false, answer_reverse_path},
    {"arp/reply", offsetof(struct mh_intents, arp_reply), true, answer_reply},
    {"arp/announce", offsetof(struct mh_intents, arp_announce), true, answer_announce},
    {"arp/filter", offsetof(struct mh_intents, arp_filter), true, answer_filter},
    {"arp/proxy", offsetof(struct mh_intents, arp_proxy), true, answer_proxy},
};
enum { INTENT_COUNT = sizeof intents / sizeof intents[0] };

static uint8_t value_of(const struct mh_intents *of, const struct intent *intent)
{
    return *((const uint8_t *)of + intent->offset);
}

/* ---- the host's ------------------------------------------------------------------------------------ */

/* What the value is without us. */
static int32_t own_value(const struct mh_plan_builder *builder, const struct mh_setting *is)
{
    const struct mh_ledger_setting *entry = mh_ledger_setting_of(&builder->ledger, is);
    return entry != NULL ? entry->earlier.value : is->value;
}

static void want(struct mh_plan_builder *builder, const struct answer *answer, enum mh_family family,
                 const char *member, struct mh_list **wanted)
{
    const struct mh_wanted_setting item = {
        {MH_SETTING_ALL, answer->value, (uint8_t)family, (uint8_t)answer->id}, member};
    const struct mh_setting *is = current(builder, answer->id, family);
    if (is == NULL || (own_value(builder, is) == answer->value && is->value == answer->value))
        return;
    if (builder->input->config->host_wide)
        mh_plan_push(builder, wanted, &item);
    else
        mh_plan_note(builder, &builder->unsupported, member,
                     "%s of %s concerns the whole host, and is %d: only \"host_wide\": true changes it.",
                     mh_setting_name(answer->id), builder->traits->name, (int)is->value);
}

static void want_intent(struct mh_plan_builder *builder, const struct intent *intent, enum mh_family family,
                        struct mh_list **wanted)
{
    uint8_t value = value_of(&builder->input->config->intents, intent);
    const char *member = mh_arena_print(builder->memory, "/%s", intent->member);
    if (member == NULL)
        builder->error = MH_NO_MEMORY;
    if (value == 0 || member == NULL)
        return;
    const struct answer answer = intent->answer(builder, family, value);
    if (answer.why_not != NULL && family == MH_IPV6 &&
        intent->answer(builder, MH_IPV4, value).why_not == answer.why_not)
        return; /* said already */
    if (answer.why_not != NULL)
        mh_plan_note(builder, &builder->unsupported, member, "%s", answer.why_not);
    else if (answer.id != MH_SETTING_COUNT)
        want(builder, &answer, family, member, wanted);
}

/* ---- interfaces' ----------------------------------------------------------------------------------- */

/* An interface that wants what the host has is served. */
static void note_entry(struct mh_plan_builder *builder, const struct mh_config_interface *entry,
                       const struct intent *intent, enum mh_family family)
{
    uint8_t value = value_of(family == MH_IPV4 ? &entry->ipv4 : &entry->ipv6, intent);
    if (value == 0)
        return;
    const struct answer answer = intent->answer(builder, family, value);
    const char *member =
        mh_arena_print(builder->memory, "%s/%s/%s", mh_plan_member(builder, "interfaces", entry->interface),
                       mh_family_name(family), intent->member);
    const struct mh_setting *is = answer.id == MH_SETTING_COUNT ? NULL : current(builder, answer.id, family);
    if (member == NULL)
        builder->error = MH_NO_MEMORY;
    else if (answer.why_not != NULL)
        mh_plan_note(builder, &builder->unsupported, member, "%s", answer.why_not);
    else if (is != NULL && own_value(builder, is) != answer.value &&
             value_of(&builder->input->config->intents, intent) != value)
        mh_plan_note(builder, &builder->unsupported, member,
                     "%s has it for the whole host only: /%s with \"host_wide\": true sets it.",
                     builder->traits->name, intent->member);
}

/* ---- all ------------------------------------------------------------------------------------------- */

/* ip_input.c of FreeBSD and NetBSD: the check is for hosts that do not forward. */
static void warn_forwarding(struct mh_plan_builder *builder)
{
    static const char text[] = "This host forwards IPv4: the strong model has no effect before "
                               "net.inet.ip.forwarding is 0.";
    if (builder->input->config->intents.receive != MH_HOST_MODEL_STRONG || !forwards(builder, MH_IPV4))
        return;
    const struct answer answer = answer_receive(builder, MH_IPV4, MH_HOST_MODEL_STRONG);
    if (answer.id != MH_SETTING_COUNT)
        mh_plan_warn_strictly(builder, "/host_model/receive", text);
}

void mh_plan_want_host_settings(struct mh_plan_builder *builder, struct mh_list **wanted)
{
    const struct mh_config *config = builder->input->config;
    for (size_t i = 0; i < INTENT_COUNT && builder->error == MH_OK; i++) {
        want_intent(builder, &intents[i], MH_IPV4, wanted);
        if (!intents[i].of_ipv4_only)
            want_intent(builder, &intents[i], MH_IPV6, wanted);
        for (size_t k = 0; k < config->interface_count; k++) {
            note_entry(builder, &config->interfaces[k], &intents[i], MH_IPV4);
            if (!intents[i].of_ipv4_only)
                note_entry(builder, &config->interfaces[k], &intents[i], MH_IPV6);
        }
    }
    warn_forwarding(builder);
}

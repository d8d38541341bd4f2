/* The life of a configuration, and what is asked of it. */
#include "core/config.h"

#include "core/config_parts.h"
#include "core/selector.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- life ------------------------------------------------------------------------------------------ */

/* Memory that ends with the configuration. */
struct mh_config_block {
    struct mh_config_block *next;
    max_align_t bytes[];
};

struct mh_config_held *mh_config_held(const struct mh_config *config)
{
    return (struct mh_config_held *)(uintptr_t)config; /* its first member */
}

void *mh_config_allocate(struct mh_config_held *held, size_t count, size_t size)
{
    if (size != 0 && count > (SIZE_MAX - sizeof(struct mh_config_block)) / size)
        return NULL;
    struct mh_config_block *block = calloc(1, sizeof *block + count * size);
    if (block == NULL)
        return NULL;
    block->next = held->blocks;
    held->blocks = block;
    return block->bytes;
}

struct mh_config *mh_config_empty(void)
{
    struct mh_config_problem problem;
    return mh_config_parse("{}", 2, &problem);
}

struct mh_config *mh_config_retain(struct mh_config *config)
{
    atomic_fetch_add_explicit(&mh_config_held(config)->references, 1, memory_order_relaxed);
    return config;
}

void mh_config_release(struct mh_config *config)
{
    struct mh_config_held *held = mh_config_held(config);
    if (held == NULL || atomic_fetch_sub_explicit(&held->references, 1, memory_order_acq_rel) != 1)
        return;
    while (held->blocks != NULL) {
        struct mh_config_block *block = held->blocks;
        held->blocks = block->next;
        free(block);
    }
    free(held->unsupported);
    free(held->text);
    free(held);
}

/* ---- asking ---------------------------------------------------------------------------------------- */

bool mh_config_selects(const char *selector, const struct mh_interface *interface)
{
    return strcmp(selector, interface->name) == 0 || mh_selector_means(selector, interface);
}

const struct mh_config_interface *mh_config_interface(const struct mh_config *config,
                                                      const struct mh_interface *interface)
{
    const struct mh_config_interface *lasting = NULL;
    for (size_t i = 0; i < config->interface_count; i++) {
        const struct mh_config_interface *entry = &config->interfaces[i];
        if (strcmp(entry->interface, interface->name) == 0)
            return entry;
        if (lasting == NULL && mh_selector_means(entry->interface, interface))
            lasting = entry;
    }
    return lasting;
}

enum mh_role mh_config_role(const struct mh_config *config, const struct mh_interface *interface)
{
    const struct mh_config_interface *entry = mh_config_interface(config, interface);
    return entry == NULL ? MH_ROLE_AUTO : (enum mh_role)entry->role;
}

static uint8_t first_set(uint8_t own, uint8_t general)
{
    return own != 0 ? own : general;
}

/* What `own` leaves open is as in `general`. */
static struct mh_intents complete(const struct mh_intents *own, const struct mh_intents *general)
{
    return (struct mh_intents){
        .send = first_set(own->send, general->send),
        .receive = first_set(own->receive, general->receive),
        .arp_reply = first_set(own->arp_reply, general->arp_reply),
        .arp_announce = first_set(own->arp_announce, general->arp_announce),
        .arp_filter = first_set(own->arp_filter, general->arp_filter),
        .arp_proxy = first_set(own->arp_proxy, general->arp_proxy),
        .reverse_path = first_set(own->reverse_path, general->reverse_path),
    };
}

struct mh_intents mh_config_intents(const struct mh_config *config, const struct mh_interface *interface,
                                    enum mh_role role, enum mh_family family)
{
    static const struct mh_intents nothing;
    const struct mh_config_interface *entry = mh_config_interface(config, interface);
    const struct mh_intents *general = role == MH_ROLE_EXTERNAL ? &config->intents : &nothing;
    const struct mh_intents *own = entry == NULL ? &nothing : family == MH_IPV6 ? &entry->ipv6 : &entry->ipv4;
    struct mh_intents intents = complete(own, general);
    if (family == MH_IPV6) {
        intents.arp_reply = MH_ARP_REPLY_UNSET;
        intents.arp_announce = MH_ARP_ANNOUNCE_UNSET;
        intents.arp_filter = MH_SWITCH_UNSET;
        intents.arp_proxy = MH_SWITCH_UNSET;
    }
    return intents;
}

const struct mh_config_uplink *mh_config_uplink(const struct mh_config *config, const char *name)
{
    for (size_t i = 0; i < config->uplink_count; i++)
        if (strcmp(config->uplinks[i].name, name) == 0)
            return &config->uplinks[i];
    return NULL;
}

const char *mh_config_pointer(const char *section, const char *name, char pointer[MH_CONFIG_POINTER_SIZE])
{
    struct mh_place outer = {NULL, section};
    return mh_place_pointer(&(struct mh_place){&outer, name}, pointer);
}

size_t mh_config_unsupported_count(const struct mh_config *config)
{
    return mh_config_held(config)->unsupported_count;
}

const char *mh_config_unsupported(const struct mh_config *config, size_t index)
{
    return mh_config_held(config)->unsupported[index];
}

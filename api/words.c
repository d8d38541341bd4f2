#include "api/words.h"

#include <stdio.h>

const char *mh_zoned_address(const struct mh_snapshot *snapshot, const struct mh_address *address,
                             uint32_t interface, char text[MH_ZONED_TEXT_SIZE])
{
    char plain[MH_ADDRESS_TEXT_SIZE];
    mh_address_format(address, plain);
    bool zoned = address->family == MH_IPV6 && !mh_address_is_loopback(address) &&
                 mh_address_scope(address) == MH_SCOPE_LINK_LOCAL;
    const char *name = zoned ? mh_snapshot_interface_name(snapshot, interface) : "";
    (void)snprintf(text, MH_ZONED_TEXT_SIZE, "%s%s%s", plain, name[0] == '\0' ? "" : "%", name);
    return text;
}

void mh_put_address(struct mh_json *json, const char *name, const struct mh_snapshot *snapshot,
                    const struct mh_address *address, uint32_t interface)
{
    char text[MH_ZONED_TEXT_SIZE];
    bool given = address->family != MH_FAMILY_NONE;
    mh_json_put_string(json, name, given ? mh_zoned_address(snapshot, address, interface, text) : NULL);
}

void mh_put_prefix(struct mh_json *json, const char *name, const struct mh_prefix *prefix)
{
    char text[MH_PREFIX_TEXT_SIZE];
    bool given = prefix->address.family != MH_FAMILY_NONE;
    mh_json_put_string(json, name, given ? mh_prefix_format(prefix, text) : NULL);
}

void mh_put_interface(struct mh_json *json, const char *name, const struct mh_snapshot *snapshot,
                      uint32_t index)
{
    const struct mh_interface *interface = index == 0 ? NULL : mh_snapshot_interface(snapshot, index);
    mh_json_put_string(json, name, interface == NULL ? NULL : interface->name);
}

void mh_put_domain(struct mh_json *json, const struct mh_snapshot *snapshot, uint32_t domain)
{
    char number[16];
    const struct mh_interface *vrf = domain == 0 ? NULL : mh_snapshot_interface(snapshot, domain);
    (void)snprintf(number, sizeof number, "%u", (unsigned)domain);
    if (domain == 0)
        mh_json_put_null(json, "domain");
    else
        mh_json_put_string(json, "domain", vrf != NULL && vrf->kind == MH_KIND_VRF ? vrf->name : number);
}

void mh_put_hardware_address(struct mh_json *json, const uint8_t *bytes, size_t length)
{
    char text[MH_HARDWARE_TEXT_SIZE];
    mh_json_put_string(json, "mac", length == 0 ? NULL : mh_hardware_address_format(bytes, length, text));
}

const char *mh_owner_word(const struct mh_platform *platform, enum mh_owner owner, uint8_t protocol,
                          char word[MH_WORD_SIZE])
{
    if (owner == MH_OWNER_MANAGER && protocol != 0)
        return mh_platform_protocol_name(platform, protocol, word);
    return mh_owner_name(owner);
}

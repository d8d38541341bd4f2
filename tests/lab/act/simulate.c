#include "act.h"

static void write_settings(FILE *out, const struct mh_snapshot *snapshot, uint32_t interface)
{
    for (int family = MH_IPV4; family <= MH_IPV6; family += MH_IPV6 - MH_IPV4) {
        const char *comma = "";
        (void)fprintf(out, "%s\"ipv%d\": {", family == MH_IPV4 ? "{" : ", ", family);
        for (size_t i = 0; i < snapshot->setting_count; i++) {
            const struct mh_setting *setting = &snapshot->settings[i];
            if (setting->interface != interface || setting->family != family)
                continue;
            (void)fprintf(out, "%s\"%s\": %d", comma, mh_setting_name((enum mh_setting_id)setting->id),
                          setting->value);
            comma = ", ";
        }
        (void)fputs("}", out);
    }
    (void)fputs("}", out);
}

static void write_interface(FILE *out, const struct mh_snapshot *snapshot,
                            const struct mh_interface *interface)
{
    char mac[MH_HARDWARE_TEXT_SIZE];
    (void)fprintf(out, "%s\n  \"%s\": {\"index\": %u, ", interface->index == 1 ? "" : ",", interface->name,
                  interface->index);
    if (interface->index != 1)
        (void)fprintf(
            out, "\"mac\": \"%s\", ",
            mh_hardware_address_format(interface->hardware_address, interface->hardware_address_length, mac));
    (void)fprintf(out, "\"settings\": ");
    write_settings(out, snapshot, interface->index);
    (void)fputs("}", out);
}

bool act_write_host(const struct oracle_world *world, const char *path)
{
    FILE *out = fopen(path, "w");
    if (out == NULL)
        return false;
    (void)fputs("{\"system\": \"linux\", \"settings\": {\"all\": ", out);
    write_settings(out, &world->snapshot, MH_SETTING_ALL);
    (void)fputs(", \"default\": ", out);
    write_settings(out, &world->snapshot, MH_SETTING_DEFAULT);
    (void)fputs("}, \"interfaces\": {", out);
    for (size_t i = 0; i < world->snapshot.interface_count; i++)
        write_interface(out, &world->snapshot, &world->snapshot.interfaces[i]);
    (void)fputs("}}\n", out);
    return fclose(out) == 0;
}

#include "rtmsg_layout_parts.h"

#include <string.h>

static const struct mh_rt_layout *const systems[] = {mh_rt_freebsd_layouts, mh_rt_netbsd_layouts,
                                                     mh_rt_openbsd_layouts};

static const char *const field_names[MH_RT_FIELD_COUNT] = {
#define FIELD_NAME(name, text) [MH_RT_##name] = text,
    MH_RT_HEADER_FIELDS(FIELD_NAME) MH_RT_METRIC_FIELDS(FIELD_NAME) MH_RT_DATA_FIELDS(FIELD_NAME)
#undef FIELD_NAME
};

const char *mh_rt_field_name(enum mh_rt_field field)
{
    return field < MH_RT_FIELD_COUNT ? field_names[field] : "unknown";
}

enum mh_rt_group mh_rt_field_group(enum mh_rt_field field)
{
    if (field < MH_RT_RMX_LOCKS)
        return MH_RT_HEADER;
    return field < MH_RT_IFI_TYPE ? MH_RT_METRICS : MH_RT_DATA;
}

const struct mh_rt_layout *mh_rt_layout_at(size_t index)
{
    for (size_t i = 0; i < MH_RT_COUNT(systems); i++)
        for (const struct mh_rt_layout *layout = systems[i]; layout->name != NULL; layout++)
            if (index-- == 0)
                return layout;
    return NULL;
}

/* "openbsd-8-powerpc" for "openbsd-8-macppc": the machine in the words of `target`. */
static bool is_called(const struct mh_rt_layout *layout, const char *name)
{
    size_t common = (size_t)(strrchr(layout->name, '-') + 1 - layout->name);
    size_t machine = (size_t)(strchr(layout->target, '-') - layout->target);
    if (strcmp(layout->name, name) == 0)
        return true;
    return strncmp(layout->name, name, common) == 0 && strlen(name) == common + machine &&
           strncmp(layout->target, name + common, machine) == 0;
}

const struct mh_rt_layout *mh_rt_layout_find(const char *name)
{
    const struct mh_rt_layout *layout;
    for (size_t i = 0; (layout = mh_rt_layout_at(i)) != NULL; i++)
        if (is_called(layout, name))
            return layout;
    return NULL;
}

const struct mh_rt_type *mh_rt_type_find(const struct mh_rt_layout *layout, unsigned number)
{
    for (const struct mh_rt_type *type = layout->types; type->name != NULL; type++)
        if (type->number == number)
            return type;
    return NULL;
}

const struct mh_rt_type *mh_rt_type_meaning(const struct mh_rt_layout *layout, enum mh_rt_meaning meaning)
{
    for (const struct mh_rt_type *type = layout->types; type->name != NULL; type++)
        if (type->meaning == meaning)
            return type;
    return NULL;
}

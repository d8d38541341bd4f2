#include "core/ledger_json.h"

#include "core/field_json.h"

#include <stdlib.h>

static const struct mh_field ledger_setting_fields[] = {
    MH_ROW_NEEDED(struct mh_ledger_setting, earlier.interface, MH_FIELD_U32),
    MH_ROW_TEXT(struct mh_ledger_setting, interface_name),
    MH_ROW_NEEDED(struct mh_ledger_setting, earlier.family, MH_FIELD_FAMILY),
    MH_ROW_NEEDED(struct mh_ledger_setting, earlier.id, MH_FIELD_SETTING),
    MH_ROW_NEEDED(struct mh_ledger_setting, earlier.value, MH_FIELD_I32),
    MH_ROW_NEEDED(struct mh_ledger_setting, value, MH_FIELD_I32),
    MH_FIELDS_END,
};

static const struct mh_field ledger_address_fields[] = {
    MH_ROW_NEEDED(struct mh_ledger_address, interface, MH_FIELD_U32),
    MH_ROW_TEXT(struct mh_ledger_address, interface_name),
    MH_ROW_NEEDED(struct mh_ledger_address, address, MH_FIELD_ADDRESS),
    MH_ROW_NEEDED(struct mh_ledger_address, prefix_length, MH_FIELD_U8),
    MH_FIELDS_END,
};

static const struct mh_field ledger_label_fields[] = {
    MH_ROW_NEEDED(struct mh_ledger_label, prefix, MH_FIELD_PREFIX),
    MH_ROW_NEEDED(struct mh_ledger_label, label, MH_FIELD_U32),
    MH_ROW_NUMBER(struct mh_ledger_label, had_earlier, MH_FIELD_BOOL),
    MH_ROW_NUMBER(struct mh_ledger_label, earlier, MH_FIELD_U32),
    MH_ROW_NUMBER(struct mh_ledger_label, precedence, MH_FIELD_U32),
    MH_FIELDS_END,
};

static const struct mh_field ledger_source_fields[] = {
    MH_ROW_NEEDED(struct mh_ledger_source, value, MH_FIELD_ADDRESS),
    MH_ROW_NUMBER(struct mh_ledger_source, earlier, MH_FIELD_ADDRESS),
    MH_FIELDS_END,
};

static const struct mh_field ledger_route_fields[] = {
    MH_ROW_NEEDED(struct mh_ledger_route, interface, MH_FIELD_U32),
    MH_ROW_TEXT(struct mh_ledger_route, interface_name),
    MH_ROW_NEEDED(struct mh_ledger_route, destination, MH_FIELD_PREFIX),
    MH_ROW_NUMBER(struct mh_ledger_route, gateway, MH_FIELD_ADDRESS),
    MH_FIELDS_END,
};

static void write_sources(struct mh_text *text, const struct mh_ledger *ledger)
{
    struct mh_ledger_source set[2];
    size_t count = 0;
    for (size_t i = 0; i < 2; i++)
        if (ledger->sources[i].value.family != MH_FAMILY_NONE)
            set[count++] = ledger->sources[i];
    if (count > 0)
        mh_fields_write_array(text, "sources", ledger_source_fields, set, count, sizeof set[0]);
}

void mh_ledger_write(struct mh_text *text, const struct mh_ledger *ledger)
{
    mh_text_add(text, "{");
    mh_fields_write_array(text, "settings", ledger_setting_fields, ledger->settings, ledger->setting_count,
                          sizeof *ledger->settings);
    mh_fields_write_array(text, "addresses", ledger_address_fields, ledger->addresses, ledger->address_count,
                          sizeof *ledger->addresses);
    if (ledger->label_count > 0)
        mh_fields_write_array(text, "labels", ledger_label_fields, ledger->labels, ledger->label_count,
                              sizeof *ledger->labels);
    if (ledger->route_count > 0)
        mh_fields_write_array(text, "routes", ledger_route_fields, ledger->routes, ledger->route_count,
                              sizeof *ledger->routes);
    write_sources(text, ledger);
    mh_text_add(text, "}");
}

json_t *mh_ledger_to_json(const struct mh_ledger *ledger)
{
    struct mh_text text = {0};
    mh_ledger_write(&text, ledger);
    return mh_json_of_text(&text);
}

static enum mh_error take_array(const json_t *array, const struct mh_field *fields, size_t size, void **items,
                                size_t *count, struct mh_failure *failure)
{
    if (!json_is_array(array))
        return mh_fail(failure, MH_MALFORMED, "an array is missing");
    if (json_array_size(array) == 0)
        return MH_OK;
    *items = calloc(json_array_size(array), size);
    if (*items == NULL)
        return mh_fail(failure, MH_NO_MEMORY, "out of memory");
    *count = json_array_size(array);
    for (size_t i = 0; i < *count; i++) {
        enum mh_error error =
            mh_fields_take(json_array_get(array, i), fields, (unsigned char *)*items + i * size, failure);
        if (error != MH_OK)
            return error;
    }
    return MH_OK;
}

struct ledger_parts {
    const json_t *settings, *addresses, *labels, *routes, *sources; /* those that are not there: none */
};

/* One of a family. */
static bool put_source(const struct mh_ledger_source *source, struct mh_ledger *ledger)
{
    struct mh_ledger_source *own = &ledger->sources[source->value.family == MH_IPV6];
    bool fits = source->value.family != MH_FAMILY_NONE && own->value.family == MH_FAMILY_NONE &&
                (source->earlier.family == MH_FAMILY_NONE || source->earlier.family == source->value.family);
    if (fits)
        *own = *source;
    return fits;
}

static enum mh_error take_sources(const json_t *array, struct mh_ledger *ledger, struct mh_failure *failure)
{
    void *items = NULL;
    size_t count = 0;
    enum mh_error error =
        take_array(array, ledger_source_fields, sizeof(struct mh_ledger_source), &items, &count, failure);
    for (size_t i = 0; error == MH_OK && i < count; i++)
        if (!put_source((const struct mh_ledger_source *)items + i, ledger))
            error = mh_fail(failure, MH_MALFORMED, "the ledger has no one preferred source of a family");
    free(items);
    return error;
}

static enum mh_error take_ledger(const struct ledger_parts *parts, struct mh_ledger *ledger,
                                 struct mh_failure *failure)
{
    void *settings = NULL, *addresses = NULL, *labels = NULL, *routes = NULL;
    enum mh_error error = take_array(parts->settings, ledger_setting_fields, sizeof *ledger->settings,
                                     &settings, &ledger->setting_count, failure);
    if (error == MH_OK)
        error = take_array(parts->addresses, ledger_address_fields, sizeof *ledger->addresses, &addresses,
                           &ledger->address_count, failure);
    if (error == MH_OK && parts->labels != NULL)
        error = take_array(parts->labels, ledger_label_fields, sizeof *ledger->labels, &labels,
                           &ledger->label_count, failure);
    if (error == MH_OK && parts->routes != NULL)
        error = take_array(parts->routes, ledger_route_fields, sizeof *ledger->routes, &routes,
                           &ledger->route_count, failure);
    ledger->settings = settings;
    ledger->addresses = addresses;
    ledger->labels = labels;
    ledger->routes = routes;
    return error == MH_OK && parts->sources != NULL ? take_sources(parts->sources, ledger, failure) : error;
}

static bool lengths_fit(const struct mh_ledger *ledger)
{
    for (size_t i = 0; ledger->addresses != NULL && i < ledger->address_count; i++)
        if (ledger->addresses[i].prefix_length >
            mh_family_bits((enum mh_family)ledger->addresses[i].address.family))
            return false;
    return true;
}

/* As mh_ledger_label_of expects them. */
static bool labels_are_ordered(const struct mh_ledger *ledger)
{
    for (size_t i = 0; ledger->labels != NULL && i < ledger->label_count; i++)
        if (ledger->labels[i].prefix.address.family != MH_IPV6 ||
            (i > 0 && mh_prefix_compare(&ledger->labels[i - 1].prefix, &ledger->labels[i].prefix) >= 0))
            return false;
    return true;
}

/* As mh_ledger_has_route expects them. */
static bool routes_are_ordered(const struct mh_ledger *ledger)
{
    for (size_t i = 0; ledger->routes != NULL && i < ledger->route_count; i++)
        if (i > 0 && mh_ledger_compare_routes(&ledger->routes[i - 1], &ledger->routes[i]) >= 0)
            return false;
    return true;
}

enum mh_error mh_ledger_from_json(const json_t *json, struct mh_ledger *ledger, struct mh_failure *failure)
{
    static const struct mh_field fields[] = {
        MH_ROW_NEEDED(struct ledger_parts, settings, MH_FIELD_JSON),
        MH_ROW_NEEDED(struct ledger_parts, addresses, MH_FIELD_JSON),
        MH_ROW_NUMBER(struct ledger_parts, labels, MH_FIELD_JSON),
        MH_ROW_NUMBER(struct ledger_parts, routes, MH_FIELD_JSON),
        MH_ROW_NUMBER(struct ledger_parts, sources, MH_FIELD_JSON),
        MH_FIELDS_END,
    };
    struct ledger_parts parts;
    *ledger = (struct mh_ledger){0};
    enum mh_error error = mh_fields_take(json, fields, &parts, failure);
    if (error == MH_OK)
        error = take_ledger(&parts, ledger, failure);
    if (error == MH_OK && !lengths_fit(ledger))
        error = mh_fail(failure, MH_MALFORMED, "an address of the ledger has a wrong prefix length");
    if (error == MH_OK && !labels_are_ordered(ledger))
        error = mh_fail(failure, MH_MALFORMED, "the labels of the ledger are in no order");
    if (error == MH_OK && !routes_are_ordered(ledger))
        error = mh_fail(failure, MH_MALFORMED, "the routes of the ledger are in no order");
    if (error != MH_OK)
        mh_ledger_clear(ledger);
    return error;
}

/* Rules in nft's words, for people: near to what `nft list ruleset` prints, but not always the same. */
#include "nft.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct text {
    char *text;
    size_t size, length;
    unsigned depth;
};

static void write_text(struct text *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void write_text(struct text *out, const char *format, ...)
{
    va_list arguments;
    if (out->length + 1 >= out->size)
        return;
    va_start(arguments, format);
    int written = vsnprintf(out->text + out->length, out->size - out->length, format, arguments);
    va_end(arguments);
    out->length += written > 0 ? (size_t)written : 0;
    if (out->length >= out->size)
        out->length = out->size - 1;
}

static void write_expression(struct text *out, const json_t *json);

static const char *text_of(const json_t *object, const char *member)
{
    const char *text = json_string_value(json_object_get(object, member));
    return text != NULL ? text : "";
}

static void write_list(struct text *out, const json_t *array, const char *separator)
{
    for (size_t i = 0; i < json_array_size(array) && out->length + 1 < out->size; i++) {
        write_text(out, "%s", i > 0 ? separator : "");
        write_expression(out, json_array_get(array, i));
    }
}

static void write_elements(struct text *out, const json_t *elements)
{
    write_text(out, "{ ");
    for (size_t i = 0; i < json_array_size(elements) && out->length + 1 < out->size; i++) {
        const json_t *element = json_array_get(elements, i);
        write_text(out, "%s", i > 0 ? ", " : "");
        if (json_array_size(element) == 2)
            write_list(out, element, " : ");
        else
            write_expression(out, element);
    }
    write_text(out, " }");
}

static void write_fib(struct text *out, const json_t *fib)
{
    write_text(out, "fib ");
    write_list(out, json_object_get(fib, "flags"), " . ");
    write_text(out, " %s", text_of(fib, "result"));
}

static void write_connection(struct text *out, const json_t *connection)
{
    const char *direction = text_of(connection, "dir");
    write_text(out, "ct %s%s%s", direction, direction[0] != '\0' ? " " : "", text_of(connection, "key"));
}

static void write_map(struct text *out, const json_t *map, const char *word)
{
    write_expression(out, json_object_get(map, "key"));
    write_text(out, " %s ", word);
    write_expression(out, json_object_get(map, "data"));
}

static void write_bitwise(struct text *out, const char *operation, const json_t *parts)
{
    char separator[8];
    (void)snprintf(separator, sizeof separator, " %.2s ", operation);
    write_list(out, parts, separator);
}

static void write_payload(struct text *out, const json_t *payload)
{
    if (json_object_get(payload, "base") == NULL)
        write_text(out, "%s %s", text_of(payload, "protocol"), text_of(payload, "field"));
    else
        write_text(out, "@%s,%d,%d", text_of(payload, "base"),
                   (int)json_integer_value(json_object_get(payload, "offset")),
                   (int)json_integer_value(json_object_get(payload, "len")));
}

static void write_prefix(struct text *out, const json_t *prefix)
{
    write_expression(out, json_object_get(prefix, "addr"));
    write_text(out, "/%d", (int)json_integer_value(json_object_get(prefix, "len")));
}

/* Anything that has no words of its own here: its name. */
static void write_object(struct text *out, const json_t *json)
{
    json_t *value;
    const char *kind = mh_nft_kind(json, &value);
    if (kind == NULL)
        write_text(out, "...");
    else if (strcmp(kind, "payload") == 0)
        write_payload(out, value);
    else if (strcmp(kind, "meta") == 0)
        write_text(out, "%s%s",
                   strncmp(text_of(value, "key"), "iif", 3) == 0 ||
                           strncmp(text_of(value, "key"), "oif", 3) == 0
                       ? ""
                       : "meta ",
                   text_of(value, "key"));
    else if (strcmp(kind, "ct") == 0)
        write_connection(out, value);
    else if (strcmp(kind, "fib") == 0)
        write_fib(out, value);
    else if (strcmp(kind, "prefix") == 0)
        write_prefix(out, value);
    else if (strcmp(kind, "range") == 0)
        write_list(out, value, "-");
    else if (strcmp(kind, "set") == 0)
        write_elements(out, value);
    else if (strcmp(kind, "concat") == 0)
        write_list(out, value, " . ");
    else if (strcmp(kind, "elem") == 0)
        write_expression(out, json_object_get(value, "val"));
    else if (strcmp(kind, "map") == 0)
        write_map(out, value, "map");
    else if (strlen(kind) <= 2 && json_is_array(value))
        write_bitwise(out, kind, value);
    else if (json_object_get(value, "target") != NULL)
        write_text(out, "%s %s", kind, text_of(value, "target"));
    else
        write_text(out, "%s", kind);
}

static void write_expression(struct text *out, const json_t *json)
{
    enum { DEPTH_MAX = 24 };
    if (out->depth == DEPTH_MAX) {
        write_text(out, "...");
        return;
    }
    out->depth++;
    if (json_is_string(json))
        write_text(out, "%s", json_string_value(json));
    else if (json_is_integer(json))
        write_text(out, "%" JSON_INTEGER_FORMAT, json_integer_value(json));
    else if (json_is_boolean(json))
        write_text(out, "%s", json_is_true(json) ? "exists" : "missing");
    else if (json_is_array(json))
        write_list(out, json, ",");
    else
        write_object(out, json);
    out->depth--;
}

static void write_match(struct text *out, const json_t *match)
{
    const char *op = text_of(match, "op");
    write_expression(out, json_object_get(match, "left"));
    write_text(out, " ");
    if (strcmp(op, "==") != 0 && strcmp(op, "in") != 0)
        write_text(out, "%s ", op);
    write_expression(out, json_object_get(match, "right"));
}

static void write_reject(struct text *out, const json_t *reject)
{
    const char *type = text_of(reject, "type");
    write_text(out, "reject");
    if (strcmp(type, "tcp reset") == 0)
        write_text(out, " with tcp reset");
    else if (type[0] != '\0')
        write_text(out, " with %s %s", type, text_of(reject, "expr"));
}

static void write_mangle(struct text *out, const json_t *mangle)
{
    write_expression(out, json_object_get(mangle, "key"));
    write_text(out, " set ");
    write_expression(out, json_object_get(mangle, "value"));
}

static void write_statement(struct text *out, const json_t *json)
{
    json_t *value;
    const char *kind = mh_nft_kind(json, &value);
    if (kind == NULL)
        write_expression(out, json);
    else if (strcmp(kind, "match") == 0)
        write_match(out, value);
    else if (strcmp(kind, "vmap") == 0)
        write_map(out, value, "vmap");
    else if (strcmp(kind, "mangle") == 0)
        write_mangle(out, value);
    else if (strcmp(kind, "reject") == 0)
        write_reject(out, value);
    else if (strcmp(kind, "xt") == 0)
        write_text(out, "xt %s %s", text_of(value, "type"), text_of(value, "name"));
    else if (json_object_get(value, "target") != NULL)
        write_text(out, "%s %s", kind, text_of(value, "target"));
    else
        write_text(out, "%s", kind);
}

/* Control characters would leave their line. */
static void tidy(char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < ' ' || *text == 0x7f)
            *text = ' ';
}

const char *mh_nft_text(const json_t *statements, char *text, size_t size)
{
    struct text out = {text, size, 0, 0};
    text[0] = '\0';
    for (size_t i = 0; i < json_array_size(statements) && out.length + 1 < out.size; i++) {
        write_text(&out, "%s", i > 0 ? " " : "");
        write_statement(&out, json_array_get(statements, i));
    }
    tidy(text);
    return text;
}

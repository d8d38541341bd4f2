/* rtmsg-dump: shows what stands in bytes recorded from a routing socket or sysctl(3) of a BSD, on any system.
 */
#include "rtmsg_json.h"

#include "core/digit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXIT_USAGE = 2, SIZE_MAX_READ = 1 << 30 };

static const char usage[] =
    "usage: rtmsg-dump --layout LAYOUT [--as FORM] FILE.hex\n"
    "       rtmsg-dump --layout LAYOUT --figures\n"
    "       rtmsg-dump --list\n"
    "Prints a recording (hexadecimal digits; \"-\" is standard input) as JSON, a message a line.\n"
    "  --layout LAYOUT  system and machine that it was recorded from; --list names them\n"
    "  --as FORM        messages, iflistl (FreeBSD NET_RT_IFLISTL), ifnames, table (OpenBSD); guessed if not "
    "given.\n"
    "                   nhops (FreeBSD NET_RT_NHOP) is never guessed\n"
    "  --figures        sizes, offsets and constants of the layout instead\n"
    "Ends with 1 when something in the recording is malformed: its offset and what is wrong are told.\n";

struct recording {
    const char *name;
    const struct mh_rt_layout *layout;
    uint8_t *bytes;
    size_t length;
    bool malformed;
};

/* ---- reading --------------------------------------------------------------------------------------- */

static bool append(struct recording *recording, size_t *capacity, uint8_t octet)
{
    if (recording->length == *capacity) {
        *capacity = *capacity == 0 ? 4096 : *capacity * 2;
        uint8_t *more = *capacity > SIZE_MAX_READ ? NULL : realloc(recording->bytes, *capacity);
        if (more == NULL)
            return false;
        recording->bytes = more;
    }
    recording->bytes[recording->length++] = octet;
    return true;
}

/* Two digits are an octet; white space stands between any of them. The text of what is wrong; NULL: nothing.
 */
static const char *read_hexadecimal(FILE *file, struct recording *recording, size_t *line)
{
    size_t capacity = 0;
    int high = -1;
    *line = 1;
    for (int character; (character = getc(file)) != EOF;) {
        int digit = mh_hexadecimal_value((char)character);
        if (character == '\n')
            ++*line;
        if (strchr(" \t\r\n", character) != NULL)
            continue;
        if (digit < 0)
            return "not a hexadecimal digit";
        if (high >= 0 && !append(recording, &capacity, (uint8_t)(high << 4 | digit)))
            return "too large";
        high = high >= 0 ? -1 : digit;
    }
    return high >= 0 ? "an odd number of digits" : NULL;
}

static bool read_recording(struct recording *recording)
{
    size_t line = 0;
    bool standard = strcmp(recording->name, "-") == 0;
    FILE *file = standard ? stdin : fopen(recording->name, "r");
    if (file == NULL) {
        (void)fprintf(stderr, "rtmsg-dump: %s: %s\n", recording->name, strerror(errno));
        return false;
    }
    const char *wrong = read_hexadecimal(file, recording, &line);
    if (wrong == NULL && ferror(file))
        wrong = "cannot be read";
    if (!standard)
        (void)fclose(file);
    if (wrong != NULL)
        (void)fprintf(stderr, "rtmsg-dump: %s:%zu: %s\n", recording->name, line, wrong);
    return wrong == NULL;
}

/* ---- writing --------------------------------------------------------------------------------------- */

static void print(json_t *json)
{
    char *text = json == NULL ? NULL : json_dumps(json, JSON_COMPACT);
    json_decref(json);
    if (text == NULL) {
        (void)fprintf(stderr, "rtmsg-dump: out of memory\n");
        exit(EXIT_FAILURE);
    }
    (void)puts(text);
    free(text);
}

static void complain(struct recording *recording, const char *what)
{
    (void)fprintf(stderr, "rtmsg-dump: %s: %s\n", recording->name, what);
    recording->malformed = true;
}

/* Octets that are no message are shown as they are. */
static void print_malformed(struct recording *recording, size_t offset, size_t end, const char *what)
{
    json_t *object = json_object();
    (void)json_object_set_new(object, "offset", json_integer((json_int_t)offset));
    (void)json_object_set_new(object, "error", json_string(what));
    (void)json_object_set_new(object, "bytes", mh_rt_hexadecimal(recording->bytes + offset, end - offset));
    print(object);
    complain(recording, what);
}

static void print_message(struct recording *recording, const struct mh_rt_message *message)
{
    char problem[160], line[224];
    print(mh_rt_message_json(message));
    if (message->foreign_version || !mh_rt_problem(message, problem, sizeof problem))
        return;
    (void)snprintf(line, sizeof line, "offset %zu: %s", message->offset, problem);
    complain(recording, line);
}

static void print_messages(struct recording *recording, bool long_records)
{
    struct mh_rt_walk walk = {recording->layout, recording->bytes, recording->length, 0, long_records};
    struct mh_rt_message message;
    struct mh_failure failure;
    for (size_t offset = 0; walk.offset < walk.length; offset = walk.offset) {
        if (mh_rt_next(&walk, &message, &failure) == MH_OK)
            print_message(recording, &message);
        else
            print_malformed(recording, offset, walk.offset, failure.detail);
    }
}

static void print_names(struct recording *recording)
{
    struct mh_rt_name name;
    enum mh_error code;
    for (size_t at = 0, next = 0; at < recording->length; at = next) {
        code = mh_rt_next_name(recording->layout, recording->bytes, recording->length, &next, &name);
        json_t *text = code == MH_OK ? json_string(name.name) : NULL;
        if (text == NULL) {
            print_malformed(recording, at, next, "no interface name");
            continue;
        }
        print(json_pack("{s:I, s:s, s:I, s:o}", "offset", (json_int_t)at, "type", "if_nameindex_msg", "index",
                        (json_int_t)name.index, "name", text));
    }
}

static void print_nexthops(struct recording *recording)
{
    struct mh_rt_nexthop nexthop;
    struct mh_failure failure;
    enum mh_error code = MH_OK;
    for (size_t at = 0, next = 0; code != MH_UNSUPPORTED; at = next) {
        code = mh_rt_next_nexthop(recording->layout, recording->bytes, recording->length, &next, &nexthop,
                                  &failure);
        if (code == MH_NOT_FOUND)
            return;
        if (code == MH_OK)
            print(mh_rt_nexthop_json(recording->layout, &nexthop));
        else
            print_malformed(recording, at, next, failure.detail);
    }
}

static void print_table(struct recording *recording)
{
    uint16_t table, domain;
    if (mh_rt_decode_table(recording->layout, recording->bytes, recording->length, &table, &domain) == MH_OK)
        print(json_pack("{s:i, s:s, s:i, s:i}", "offset", 0, "type", "rt_tableinfo", "tableid", (int)table,
                        "domainid", (int)domain));
    else
        print_malformed(recording, 0, recording->length, "a routing table is told in four octets");
}

/* ---- guessing -------------------------------------------------------------------------------------- */

static bool looks_like_names(const struct recording *recording)
{
    struct mh_rt_name name;
    size_t offset = 0;
    enum mh_error code = MH_NOT_FOUND;
    if (recording->layout->numbers->names == 0 || recording->length == 0)
        return false;
    while ((code = mh_rt_next_name(recording->layout, recording->bytes, recording->length, &offset, &name)) ==
           MH_OK)
        for (const char *at = name.name; *at != '\0'; at++)
            if (*at <= ' ' || *at > '~')
                return false;
    return code == MH_NOT_FOUND;
}

static const char *guess(const struct recording *recording)
{
    if (mh_rt_looks_long(recording->layout, recording->bytes, recording->length))
        return "iflistl";
    if (looks_like_names(recording))
        return "ifnames";
    if (recording->layout->numbers->table != 0 && recording->length == MH_RT_TABLE_RECORD_SIZE)
        return "table";
    return "messages";
}

static bool print_as(struct recording *recording, const char *form)
{
    if (form == NULL)
        form = guess(recording);
    if (strcmp(form, "messages") == 0)
        print_messages(recording, false);
    else if (strcmp(form, "iflistl") == 0)
        print_messages(recording, true);
    else if (strcmp(form, "ifnames") == 0)
        print_names(recording);
    else if (strcmp(form, "nhops") == 0)
        print_nexthops(recording);
    else if (strcmp(form, "table") == 0)
        print_table(recording);
    else
        return false;
    return true;
}

/* ---- layouts --------------------------------------------------------------------------------------- */

static void print_record(const struct mh_rt_record *record)
{
    static const char *const groups[] = {"", "rmx_", "ifi_"};
    (void)printf("sizeof %s %u\n", record->name, record->size);
    if (record->data_offset != 0)
        (void)printf("offset %s.data %u\n", record->name, record->data_offset);
    if (record->name_offset != 0)
        (void)printf("offset %s.name %u\n", record->name, record->name_offset);
    for (size_t i = 0; i < record->place_count; i++) {
        enum mh_rt_field field = (enum mh_rt_field)record->places[i].field;
        (void)printf("offset %s.%s%s %u %u\n", record->name, groups[mh_rt_field_group(field)],
                     mh_rt_field_name(field), record->places[i].offset, record->places[i].width);
    }
}

static void print_flags(const char *prefix, const struct mh_rt_flag *flag)
{
    for (; flag->name != NULL; flag++)
        (void)printf("const %s_%s %u\n", prefix, flag->name, flag->value);
}

static void print_constants(const struct mh_rt_layout *layout)
{
    const struct mh_rt_numbers *numbers = layout->numbers;
    const struct {
        const char *name;
        unsigned value;
    } rows[] = {{"RTM_VERSION", layout->version},
                {"AF_INET6", layout->inet6},
                {"RTAX_MAX", layout->slots},
                {"LINK_STATE_DOWN", layout->link_down},
                {"LINK_STATE_UP", layout->link_up},
                {"RTV_WEIGHT", layout->rtv_weight},
                {"PF_ROUTE", numbers->pf_route},
                {"NET_RT_DUMP", numbers->dump},
                {"NET_RT_FLAGS", numbers->flags},
                {"NET_RT_IFLIST", numbers->interfaces},
                {"NET_RT_IFLISTL", numbers->long_interfaces},
                {"NET_RT_IFNAMES", numbers->names},
                {"NET_RT_TABLE", numbers->table},
                {"NET_RT_NHOP", numbers->next_hops},
                {"SO_USELOOPBACK", numbers->so_useloopback}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].value != 0)
            (void)printf("const %s %u\n", rows[i].name, rows[i].value);
    for (const struct mh_rt_type *type = layout->types; type->name != NULL; type++)
        (void)printf("const %s %u\n", type->name, type->number);
    for (unsigned slot = 0; slot < layout->slots; slot++)
        (void)printf("const RTA_%s %u\n", layout->slot_names[slot], 1U << slot);
}

static void print_figures(const struct mh_rt_layout *layout)
{
    (void)printf("target %s\nlong %u\nbig_endian %d\nalignment %u\nsizeof sockaddr_dl %u\n", layout->target,
                 layout->long_size, layout->big_endian, layout->alignment, layout->link_size);
    for (size_t form = 0; form < MH_RT_FORM_COUNT; form++)
        if (layout->records[form].size != 0)
            print_record(&layout->records[form]);
    print_constants(layout);
    print_flags("RTF", layout->route_flag_names);
    print_flags("IFF", layout->interface_flag_names);
}

static int print_list(void)
{
    const struct mh_rt_layout *layout;
    for (size_t i = 0; (layout = mh_rt_layout_at(i)) != NULL; i++)
        (void)puts(layout->name);
    return EXIT_SUCCESS;
}

/* ---- command line ---------------------------------------------------------------------------------- */

struct options {
    const char *layout, *form, *file;
    bool list, figures;
};

static bool take_value(const char **value, int argc, char **argv, int *index)
{
    if (*index + 1 >= argc || *value != NULL)
        return false;
    *value = argv[++*index];
    return true;
}

static bool read_options(int argc, char **argv, struct options *options)
{
    bool good = true;
    for (int i = 1; i < argc && good; i++) {
        if (strcmp(argv[i], "--layout") == 0)
            good = take_value(&options->layout, argc, argv, &i);
        else if (strcmp(argv[i], "--as") == 0)
            good = take_value(&options->form, argc, argv, &i);
        else if (strcmp(argv[i], "--list") == 0)
            options->list = true;
        else if (strcmp(argv[i], "--figures") == 0)
            options->figures = true;
        else if (options->file == NULL && (argv[i][0] != '-' || argv[i][1] == '\0'))
            options->file = argv[i];
        else
            good = false;
    }
    return good &&
           (options->list || (options->layout != NULL && (options->figures || options->file != NULL)));
}

static int complain_usage(const char *what, const char *word)
{
    if (what != NULL)
        (void)fprintf(stderr, "rtmsg-dump: %s: %s\n", what, word);
    (void)fputs(usage, stderr);
    return EXIT_USAGE;
}

int main(int argc, char **argv)
{
    struct options options = {0};
    if (argc == 2 && strcmp(argv[1], "--help") == 0)
        return fputs(usage, stdout) == EOF;
    if (!read_options(argc, argv, &options))
        return complain_usage(NULL, NULL);
    if (options.list)
        return print_list();
    struct recording recording = {.name = options.file, .layout = mh_rt_layout_find(options.layout)};
    if (recording.layout == NULL)
        return complain_usage("no such layout", options.layout);
    if (options.figures) {
        print_figures(recording.layout);
        return EXIT_SUCCESS;
    }
    bool known = true, readable = read_recording(&recording);
    if (readable)
        known = print_as(&recording, options.form);
    free(recording.bytes);
    if (!known)
        return complain_usage("no such form", options.form);
    return readable && !recording.malformed && fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

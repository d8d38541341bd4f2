/* The return path's front: the questions, the walk for each kind of socket, and the list of verdicts. What
 * the packet meets stands in path_arrival.c, path_reverse.c, path_filter.c and path_return.c. */
#include "core/path.h"

#include "core/path_parts.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *mh_path_socket_word(enum mh_path_socket_kind kind)
{
    static const char *const words[] = {
#define SOCKET_WORD(name, word) word,
        MH_PATH_SOCKET_TABLE(SOCKET_WORD)
#undef SOCKET_WORD
    };
    return words[kind];
}

const char *mh_path_by_word(enum mh_path_by by)
{
    static const char *const words[] = {
#define BY_WORD(name, word) word,
        MH_PATH_BY_TABLE(BY_WORD)
#undef BY_WORD
    };
    return words[by];
}

/* ---- what is said ---------------------------------------------------------------------------------- */

static struct mh_path_verdict *find_verdict(struct mh_path_report *report,
                                            const struct mh_path_verdict *wanted)
{
    for (size_t i = 0; i < report->verdict_count; i++) {
        struct mh_path_verdict *at = &report->verdicts[i];
        if (at->by == wanted->by && at->drops == wanted->drops && strcmp(at->text, wanted->text) == 0)
            return at;
    }
    return NULL;
}

void mh_path_say(const struct mh_pathing *pathing, enum mh_path_by by, enum mh_path_drops drops,
                 const char *format, ...)
{
    struct mh_path_report *report = pathing->report;
    struct mh_path_verdict said = {.by = by, .drops = drops, .sockets = 1U << pathing->reply->kind};
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(said.text, sizeof said.text, format, arguments);
    va_end(arguments);
    struct mh_path_verdict *same = find_verdict(report, &said);
    if (same != NULL)
        same->sockets |= said.sockets;
    else if (report->verdict_count < MH_PATH_VERDICTS_MAX)
        report->verdicts[report->verdict_count++] = said;
}

void mh_path_advise(struct mh_path_report *report, const char *format, ...)
{
    char text[MH_PATH_TEXT_SIZE];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    for (size_t i = 0; i < report->advice_count; i++)
        if (strcmp(report->advice[i], text) == 0)
            return;
    if (report->advice_count < MH_PATH_ADVICE_MAX)
        memcpy(report->advice[report->advice_count++], text, sizeof text);
}

/* ---- the questions --------------------------------------------------------------------------------- */

/* What a port of a bridge or bond receives, its master has. */
static uint32_t input_of(const struct mh_snapshot *snapshot, uint32_t index)
{
    for (int depth = 0; depth < 4; depth++) {
        const struct mh_interface *interface = mh_snapshot_interface(snapshot, index);
        if (interface == NULL || !mh_interface_is_port(snapshot, interface) ||
            mh_snapshot_interface(snapshot, interface->master) == NULL)
            break;
        index = interface->master;
    }
    return index;
}

static uint8_t protocol_of(enum mh_path_socket_kind kind)
{
    return kind == MH_PATH_TCP ? MH_PROTOCOL_TCP : MH_PROTOCOL_UDP;
}

static struct mh_question question_between(const struct mh_address *source,
                                           const struct mh_address *destination)
{
    return (struct mh_question){
        .source = *source, .destination = *destination, .known = MH_KNOWN_MARK | MH_KNOWN_TOS};
}

static void set_ports(const struct mh_path_question *question, uint16_t source, uint16_t destination,
                      struct mh_question *asked)
{
    if (!question->remote_port_known || !question->local_port_known)
        return;
    asked->source_port = source;
    asked->destination_port = destination;
    asked->known |= MH_KNOWN_PORTS;
}

static struct mh_question incoming_question(const struct mh_path_question *question, uint32_t input)
{
    struct mh_question asked = question_between(&question->remote, &question->local);
    asked.input = input;
    asked.protocol = question->protocol;
    if (question->protocol != 0)
        asked.known |= MH_KNOWN_PROTOCOL;
    set_ports(question, question->remote_port, question->local_port, &asked);
    return asked;
}

/* An address that means nothing without its link keeps the reply there (RFC 4007 section 9). */
static struct mh_question reply_question(const struct mh_path_question *question, uint32_t input,
                                         enum mh_path_socket_kind kind)
{
    struct mh_question asked = question_between(&question->local, &question->remote);
    asked.mark = question->mark;
    asked.protocol = protocol_of(kind);
    asked.known |= MH_KNOWN_PROTOCOL;
    set_ports(question, question->local_port, question->remote_port, &asked);
    if (mh_path_is_bound_to_link(&question->remote) ||
        (kind != MH_PATH_UDP_WILDCARD && mh_path_is_bound_to_link(&question->local))) {
        asked.output = input;
        asked.output_is_bound = true;
    }
    if (kind == MH_PATH_UDP_WILDCARD)
        asked.source = (struct mh_address){0};
    return asked;
}

void mh_path_begin(const struct mh_snapshot *snapshot, const struct mh_path_question *question,
                   struct mh_path_report *report)
{
    report->input = input_of(snapshot, question->interface);
    report->incoming = incoming_question(question, report->input);
    report->arrival = MH_PATH_ARRIVAL_UNKNOWN;
    report->marked = false;
    report->reply_count = report->verdict_count = report->remedy_count = report->advice_count = 0;
    for (int i = 0; i < MH_PATH_SOCKET_COUNT; i++) {
        enum mh_path_socket_kind kind = (enum mh_path_socket_kind)i;
        if (question->protocol != 0 && question->protocol != protocol_of(kind))
            continue;
        struct mh_path_reply *reply = &report->replies[report->reply_count++];
        reply->kind = kind;
        reply->question = reply_question(question, report->input, kind);
    }
}

/* ---- the walk -------------------------------------------------------------------------------------- */

struct mh_filter_packet mh_path_request_packet(const struct mh_path_host *host,
                                               const struct mh_path_question *question,
                                               const struct mh_path_report *report, uint8_t protocol)
{
    return (struct mh_filter_packet){.source = question->remote,
                                     .destination = question->local,
                                     .input = report->input,
                                     .input_name = mh_snapshot_interface_name(host->snapshot, report->input),
                                     .output_name = "",
                                     .protocol = protocol,
                                     .protocol_known = true,
                                     .source_port = question->remote_port,
                                     .destination_port = question->local_port,
                                     .source_port_known = question->remote_port_known,
                                     .destination_port_known = question->local_port_known,
                                     .tcp_syn = protocol == MH_PROTOCOL_TCP,
                                     .state = MH_FILTER_STATE_NEW,
                                     .connection_mark_known = true};
}

bool mh_path_filter_is_off(const struct mh_path_host *host)
{
    const struct mh_setting *pf =
        mh_snapshot_setting(host->snapshot, MH_SETTING_ALL, MH_IPV4, MH_SETTING_OWN_TABLE);
    return host->dialect == MH_DIALECT_OPENBSD && pf != NULL && pf->value == MH_OWN_TABLE_OFF;
}

static void say_filter_is_unknown(const struct mh_pathing *pathing)
{
    if (pathing->host->filter == NULL && !mh_path_filter_is_off(pathing->host))
        mh_path_say(pathing, MH_PATH_BY_PACKET_FILTER, MH_PATH_DROPS_UNKNOWN,
                    "What the packet filter does is not known: %s",
                    pathing->host->filter_unknown != NULL ? pathing->host->filter_unknown
                                                          : "it was not read");
}

static enum mh_error walk(const struct mh_path_host *host, const struct mh_path_question *question,
                          struct mh_path_report *report, struct mh_path_reply *reply)
{
    struct mh_pathing pathing = {
        .host = host,
        .question = question,
        .report = report,
        .reply = reply,
        .request = mh_path_request_packet(host, question, report, reply->question.protocol),
    };
    mh_path_arrive(&pathing);
    enum mh_error error = mh_path_return(&pathing);
    say_filter_is_unknown(&pathing);
    return error;
}

enum mh_error mh_path(const struct mh_path_host *host, const struct mh_path_question *question,
                      struct mh_path_report *report)
{
    for (size_t i = 0; i < report->reply_count; i++) {
        enum mh_error error = walk(host, question, report, &report->replies[i]);
        if (error != MH_OK)
            return error;
    }
    return mh_path_cure(host, question, report);
}

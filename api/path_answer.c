#include "api/path_answer.h"

/* ---- beside the system's answers ------------------------------------------------------------------- */

/* The system's word: taken, passed on or refused. IPv6 is asked for a route only, which says nothing of what
 * is refused, nor of addresses that are not looked up. */
static enum mh_path_arrival arrival_of(const struct mh_kernel_answer *kernel)
{
    if (!kernel->found)
        return MH_PATH_REFUSED;
    return kernel->type == MH_ROUTE_LOCAL ? MH_PATH_TAKEN : MH_PATH_PASSED_ON;
}

static bool arrival_can_be_compared(const struct mh_path_answer *answer)
{
    return answer->arrival.unasked.code == MH_OK && !answer->report.marked &&
           answer->report.arrival != MH_PATH_ARRIVAL_UNKNOWN &&
           (answer->question.local.family == MH_IPV4 || (!mh_address_is_loopback(&answer->question.remote) &&
                                                         !mh_address_is_loopback(&answer->question.local)));
}

static void compare_arrival(struct mh_path_answer *answer)
{
    struct mh_decision *arrival = &answer->arrival;
    enum mh_path_arrival ours = answer->report.arrival, theirs = arrival_of(&arrival->kernel);
    arrival->compared = arrival_can_be_compared(answer);
    arrival->agrees = ours == theirs || (answer->question.local.family == MH_IPV6 && ours != MH_PATH_TAKEN &&
                                         theirs != MH_PATH_TAKEN);
    arrival->difference = arrival->agrees ? NULL : "arrival";
    arrival->note = NULL;
}

enum mh_error mh_path_answer(struct mh_path_answer *answer, const struct mh_path_host *host)
{
    enum mh_error error = mh_path(host, &answer->question, &answer->report);
    for (size_t i = 0; i < answer->report.reply_count && error == MH_OK; i++) {
        struct mh_decision *decision = &answer->replies[i];
        decision->question = answer->report.replies[i].question;
        decision->selection = answer->report.replies[i].selection;
        error = mh_decision_compare(decision, host->snapshot, host->routes, host->dialect);
    }
    if (error == MH_OK)
        compare_arrival(answer);
    return error;
}

bool mh_path_answer_agrees(const struct mh_path_answer *answer)
{
    bool agrees = !answer->arrival.compared || answer->arrival.agrees;
    for (size_t i = 0; i < answer->report.reply_count; i++)
        agrees = agrees && (!answer->replies[i].compared || answer->replies[i].agrees);
    return agrees;
}

/* ---- the request ----------------------------------------------------------------------------------- */

static void put_port(struct mh_json *json, const char *name, uint16_t port, bool known)
{
    if (known)
        mh_json_put_unsigned(json, name, port);
    else
        mh_json_put_null(json, name);
}

static const char *arrival_word(enum mh_path_arrival arrival)
{
    switch (arrival) {
    case MH_PATH_TAKEN:
        return "taken";
    case MH_PATH_PASSED_ON:
        return "forwarded";
    case MH_PATH_REFUSED:
        return "refused";
    default:
        return NULL;
    }
}

static void put_request(struct mh_json *json, const struct mh_decision_context *context,
                        const struct mh_path_answer *answer)
{
    const struct mh_path_question *question = &answer->question;
    const struct mh_path_report *report = &answer->report;
    mh_json_put_open(json, "request", '{');
    mh_put_address(json, "remote", context->snapshot, &question->remote, report->input);
    mh_put_address(json, "local", context->snapshot, &question->local, report->input);
    mh_put_interface(json, "interface", context->snapshot, question->interface);
    mh_put_interface(json, "received_by", context->snapshot, report->input);
    mh_json_put_string(json, "protocol",
                       question->protocol == 0   ? NULL
                       : question->protocol == 6 ? "tcp"
                                                 : "udp");
    put_port(json, "remote_port", question->remote_port, question->remote_port_known);
    put_port(json, "local_port", question->local_port, question->local_port_known);
    mh_json_put_unsigned(json, "mark", question->mark);
    mh_json_put_string(json, "arrival", arrival_word(report->arrival));
    mh_put_decision_kernel(json, context, &answer->arrival);
    mh_json_close(json, '}');
}

/* ---- the replies ----------------------------------------------------------------------------------- */

static void put_asymmetry(struct mh_json *json, const struct mh_path_reply *reply)
{
    mh_json_name(json, "asymmetric");
    if (reply->asymmetry == MH_PATH_UNDECIDED)
        mh_json_null(json);
    else
        mh_json_boolean(json, reply->asymmetry == MH_PATH_ASYMMETRIC);
    mh_json_put_string(json, "undecided", reply->asymmetry == MH_PATH_UNDECIDED ? reply->reason : NULL);
}

static void put_reply(struct mh_json *json, const struct mh_decision_context *context,
                      const struct mh_path_reply *reply)
{
    mh_json_put_open(json, "reply", '{');
    mh_put_decision_way(json, context, &reply->selection);
    mh_json_close(json, '}');
}

static void put_socket(struct mh_json *json, const struct mh_decision_context *context,
                       const struct mh_path_answer *answer, size_t i)
{
    const struct mh_path_reply *reply = &answer->report.replies[i];
    mh_json_open(json, '{');
    mh_json_put_string(json, "socket", mh_path_socket_word(reply->kind));
    put_reply(json, context, reply);
    put_asymmetry(json, reply);
    mh_put_decision_kernel(json, context, &answer->replies[i]);
    mh_json_close(json, '}');
}

/* ---- verdicts -------------------------------------------------------------------------------------- */

static void put_verdict(struct mh_json *json, const struct mh_path_verdict *verdict)
{
    static const char *const dropped[] = {"request", "reply", NULL};
    mh_json_open(json, '{');
    mh_json_put_string(json, "by", mh_path_by_word(verdict->by));
    mh_json_put_string(json, "drops", dropped[verdict->drops]);
    mh_json_put_open(json, "sockets", '[');
    for (int kind = 0; kind < MH_PATH_SOCKET_COUNT; kind++)
        if ((verdict->sockets >> kind & 1) != 0)
            mh_json_string(json, mh_path_socket_word((enum mh_path_socket_kind)kind));
    mh_json_close(json, ']');
    mh_json_put_string(json, "text", verdict->text);
    mh_json_close(json, '}');
}

static void put_findings(struct mh_json *json, const struct mh_decision_context *context,
                         const struct mh_path_report *report)
{
    mh_json_put_open(json, "verdicts", '[');
    for (size_t i = 0; i < report->verdict_count; i++)
        put_verdict(json, &report->verdicts[i]);
    mh_json_close(json, ']');
    mh_put_path_remedies(json, context->snapshot, report);
    mh_json_put_open(json, "advice", '[');
    for (size_t i = 0; i < report->advice_count; i++)
        mh_json_string(json, report->advice[i]);
    mh_json_close(json, ']');
}

static void put_agreement(struct mh_json *json, const struct mh_path_answer *answer)
{
    bool compared = answer->arrival.compared;
    for (size_t i = 0; i < answer->report.reply_count; i++)
        compared = compared || answer->replies[i].compared;
    mh_json_name(json, "agrees");
    if (compared)
        mh_json_boolean(json, mh_path_answer_agrees(answer));
    else
        mh_json_null(json);
}

void mh_put_path(struct mh_json *json, const struct mh_decision_context *context,
                 const struct mh_path_answer *answer)
{
    const struct mh_path_report *report = &answer->report;
    mh_json_open(json, '{');
    mh_json_put_unsigned(json, "generation", context->generation);
    put_request(json, context, answer);
    put_reply(json, context, &report->replies[0]);
    put_asymmetry(json, &report->replies[0]);
    put_findings(json, context, report);
    mh_json_put_open(json, "sockets", '[');
    for (size_t i = 0; i < report->reply_count; i++)
        put_socket(json, context, answer, i);
    mh_json_close(json, ']');
    put_agreement(json, answer);
    mh_json_close(json, '}');
}

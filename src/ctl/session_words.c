#include "session_words.h"

#include "fetch.h"

#include <string.h>

/* ---- one session ----------------------------------------------------------------------------------- */

static void add_end(struct mh_text *line, const json_t *session, const char *address, const char *port)
{
    const char *text = mh_member_text(session, address);
    bool is_ipv6 = strchr(text, ':') != NULL;
    mh_text_format(line, "%s%s%s:%lld", is_ipv6 ? "[" : "", text, is_ipv6 ? "]" : "",
                   (long long)mh_member_number(session, port));
}

static void add_way(struct mh_text *line, const json_t *way)
{
    const char *gateway = mh_member_text(way, "next_hop"), *interface = mh_member_text(way, "interface");
    mh_text_format(line, "%s%s%s", gateway, gateway[0] != '\0' ? " on " : "", interface);
}

static void add_reason(struct mh_text *line, const json_t *session)
{
    const char *reason = mh_member_text(session, "reason");
    if (strcmp(reason, "address-lost") == 0) {
        mh_text_format(line, "its address %s goes away", mh_member_text(session, "local"));
    } else if (strcmp(reason, "no-route") == 0) {
        mh_text_format(line, "there is no route to %s any more", mh_member_text(session, "remote"));
    } else if (strcmp(reason, "remote-is-own") == 0) {
        mh_text_format(line, "%s becomes an address of this host", mh_member_text(session, "remote"));
    } else if (strcmp(reason, "moved") == 0) {
        mh_text_add(line, "from ");
        add_way(line, mh_member_object(session, "before"));
        mh_text_add(line, " to ");
        add_way(line, mh_member_object(session, "after"));
    } else {
        mh_text_add(line, reason);
    }
}

static void add_session(struct mh_text *line, const json_t *session)
{
    const char *process = mh_member_text(mh_member_object(session, "process"), "name");
    mh_text_format(line, "%s ", mh_member_text(session, "protocol"));
    add_end(line, session, "local", "local_port");
    mh_text_add(line, " - ");
    add_end(line, session, "remote", "remote_port");
    if (mh_member_true(session, "api_client"))
        mh_text_add(line, " (client of the API)");
    else if (process[0] != '\0')
        mh_text_format(line, " (%s)", process);
    mh_text_add(line, ": ");
    add_reason(line, session);
}

static void add_own(struct mh_text *line, const json_t *session, bool is_cut)
{
    mh_text_format(line, "this %s your own session from ", is_cut ? "cuts" : "moves");
    add_end(line, session, "remote", "remote_port");
    mh_text_add(line, ": ");
    add_reason(line, session);
}

/* ---- lists ----------------------------------------------------------------------------------------- */

struct telling {
    mh_session_line tell;
    void *context;
};

static void tell(const struct telling *telling, const char *label, struct mh_text *line)
{
    telling->tell(telling->context, label, line);
    mh_text_clear(line);
}

static void tell_own(const struct telling *telling, const json_t *list, bool is_cut)
{
    size_t index;
    json_t *session;
    json_array_foreach(list, index, session)
    {
        struct mh_text line = {0};
        if (!mh_member_true(session, "yours"))
            continue;
        add_own(&line, session, is_cut);
        tell(telling, "warning", &line);
    }
}

static void tell_others(const struct telling *telling, const json_t *list, long long total, const char *label)
{
    size_t index, shown = json_array_size(list);
    json_t *session;
    struct mh_text more = {0};
    json_array_foreach(list, index, session)
    {
        struct mh_text line = {0};
        if (mh_member_true(session, "yours"))
            continue;
        add_session(&line, session);
        tell(telling, label, &line);
    }
    if (total > (long long)shown)
        mh_text_format(&more, "%lld more sessions", total - (long long)shown);
    tell(telling, label, &more);
}

static void tell_doubts(const struct telling *telling, const json_t *sessions)
{
    struct mh_text line = {0};
    const char *why = mh_member_text(sessions, "unavailable");
    long long undecided = mh_member_number(sessions, "undecided_count");
    if (why[0] != '\0')
        mh_text_format(&line, "not known: %s", why);
    else if (undecided > 0)
        mh_text_format(&line, "of %lld it is not known whether their way changes", undecided);
    else if (mh_member_true(sessions, "truncated"))
        mh_text_add(&line, "there are too many to look at all of them");
    tell(telling, "sessions", &line);
}

void mh_sessions_tell(const json_t *sessions, mh_session_line line, void *context)
{
    const struct telling telling = {line, context};
    const json_t *cut = mh_member_array(sessions, "cut"), *moved = mh_member_array(sessions, "moved");
    if (sessions == NULL)
        return;
    tell_own(&telling, cut, true);
    tell_own(&telling, moved, false);
    tell_others(&telling, cut, mh_member_number(sessions, "cut_count"), "cuts");
    tell_others(&telling, moved, mh_member_number(sessions, "moved_count"), "moves");
    tell_doubts(&telling, sessions);
}

bool mh_sessions_cut_own(const json_t *sessions)
{
    size_t index;
    json_t *session;
    json_array_foreach(mh_member_array(sessions, "cut"), index, session)
    {
        if (mh_member_true(session, "yours"))
            return true;
    }
    return false;
}

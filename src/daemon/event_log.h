/* The last events, numbered, for streams. A ring of bounded memory; one writer (the loop), any readers. */
#ifndef MH_DAEMON_EVENT_LOG_H
#define MH_DAEMON_EVENT_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MH_INSTANCE_SIZE = 17 };

struct mh_event_log;

/* `instance` is a word that changes with every start (16 hexadecimal digits); it is copied. `capacity` events
 * are kept. */
struct mh_event_log *mh_event_log_new(const char *instance, size_t capacity);
void mh_event_log_free(struct mh_event_log *log);
const char *mh_event_log_instance(const struct mh_event_log *log);

/* X(name, type) */
#define MH_EVENT_TABLE(X)                                                                                    \
    X(INTERFACE_ADDED, "interface-added")                                                                    \
    X(INTERFACE_REMOVED, "interface-removed")                                                                \
    X(INTERFACE_CHANGED, "interface-changed")                                                                \
    X(ADDRESS_ADDED, "address-added")                                                                        \
    X(ADDRESS_REMOVED, "address-removed")                                                                    \
    X(ADDRESS_CHANGED, "address-changed")                                                                    \
    X(ROUTE_ADDED, "route-added")                                                                            \
    X(ROUTE_REMOVED, "route-removed")                                                                        \
    X(ROUTES_CHANGED, "routes-changed")                                                                      \
    X(RULE_ADDED, "rule-added")                                                                              \
    X(RULE_REMOVED, "rule-removed")                                                                          \
    X(SETTING_CHANGED, "setting-changed")                                                                    \
    X(SCENARIO_CHANGED, "scenario-changed")                                                                  \
    X(CONFIG_CHANGED, "config-changed")                                                                      \
    X(CONFIG_FAILED, "config-failed")                                                                        \
    X(CONFIG_RESTORED, "config-restored")                                                                    \
    X(TRANSACTION_CHANGED, "transaction-changed")                                                            \
    X(CONFIG_RELOADED, "config-reloaded")                                                                    \
    X(RESYNC, "resync")

enum mh_event_type {
#define MH_EVENT_ENUM(name, type) MH_EVENT_##name,
    MH_EVENT_TABLE(MH_EVENT_ENUM)
#undef MH_EVENT_ENUM
        MH_EVENT_TYPE_COUNT
};
const char *mh_event_type_name(enum mh_event_type type);

/* Loop thread. `subject` names what it is about ("eth0", "192.0.2.1/24"); `detail` is the text of a JSON
 * object whose members are added to the event's own, or NULL. The event gets the next sequence number, the
 * time, and the generation. */
void mh_event_log_append(struct mh_event_log *log, enum mh_event_type type, uint64_t generation,
                         const char *subject, const char *detail);

/* Sequence of the newest event; 0 before the first. Any thread. */
uint64_t mh_event_log_newest(struct mh_event_log *log);

enum mh_event_read { MH_EVENT_FOUND, MH_EVENT_NONE_YET, MH_EVENT_TOO_OLD };
/* Copies the event that follows `after` as one line of JSON without line end (*text: caller frees) and its
 * *sequence. `after` beyond the newest is MH_EVENT_NONE_YET; fallen out of the ring: MH_EVENT_TOO_OLD. Any
 * thread. */
enum mh_event_read mh_event_log_read(struct mh_event_log *log, uint64_t after, uint64_t *sequence,
                                     char **text);

#endif

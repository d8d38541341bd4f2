#include "api/question.h"

#include "api/address_hint.h"
#include "api/collection.h"
#include "api/ip_protocol.h"
#include "core/digit.h"

#include <stdio.h>
#include <string.h>

/* ---- addresses and their zones --------------------------------------------------------------------- */

/* fe80::/10, ff01::/16 and ff02::/16: without a zone they say nothing (RFC 4007 section 6). */
static bool has_zone(const struct mh_address *address)
{
    if (address->family != MH_IPV6 || mh_address_is_loopback(address))
        return false;
    enum mh_scope scope = mh_address_scope(address);
    return scope == MH_SCOPE_LINK_LOCAL || scope == MH_SCOPE_INTERFACE_LOCAL;
}

/* RFC 4291 section 2.5.5.2: ::ffff:192.0.2.1 names an IPv4 host; a socket that is given it sends IPv4
 * packets. */
static void unmap(struct mh_address *address)
{
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    if (address->family == MH_IPV6 && memcmp(address->bytes, mapped, sizeof mapped) == 0)
        *address = mh_address_from_bytes(MH_IPV4, address->bytes + sizeof mapped);
}

/* RFC 4007 section 11.2: a zone may be written as a number, which is the interface's. */
static const struct mh_interface *find_zone(const struct mh_snapshot *snapshot, const char *zone)
{
    uint64_t index;
    const struct mh_interface *interface = mh_find_interface(snapshot, zone);
    if (interface != NULL || !mh_number_parse(zone, UINT32_MAX, &index))
        return interface;
    return mh_snapshot_interface(snapshot, (uint32_t)index);
}

static bool refuse_interface(enum mh_parameter parameter, const char *word, struct mh_problem *problem)
{
    (void)mh_problem_set(problem, MH_PROBLEM_UNKNOWN_INTERFACE, "This host has no interface \"%.255s\".",
                         word);
    (void)snprintf(problem->parameter, sizeof problem->parameter, "%s", mh_parameter_name(parameter));
    return mh_problem_expected(problem, "the name of an interface of this host, or index:N", word);
}

/* "25eth0": what is left of %2525eth0, or of %25eth0 where nothing is decoded. */
static bool refuse_zone(const struct mh_snapshot *snapshot, enum mh_parameter parameter, const char *zone,
                        struct mh_problem *problem)
{
    (void)refuse_interface(parameter, zone, problem);
    if (strncmp(zone, "25", 2) != 0 || find_zone(snapshot, zone + 2) == NULL)
        return false;
    return mh_problem_expected(
        problem, "the percent sign encoded once in a URL (%25), and not on a command line", zone);
}

static bool refuse_contradiction(const struct mh_snapshot *snapshot, enum mh_parameter parameter,
                                 const char *zone, uint32_t output, struct mh_problem *problem)
{
    char expected[MH_PROBLEM_WORD_SIZE];
    const char *name = mh_snapshot_interface_name(snapshot, output);
    (void)mh_problem_set(problem, MH_PROBLEM_CONFLICTING_PARAMETERS,
                         "The zone of %s is %.64s, but the interface is %.64s.", mh_parameter_name(parameter),
                         zone, name);
    (void)snprintf(problem->parameter, sizeof problem->parameter, "%s", mh_parameter_name(parameter));
    (void)snprintf(expected, sizeof expected, "the zone %.64s, or none", name);
    return mh_problem_expected(problem, expected, zone);
}

/* Binds the question to the zone's interface, as connect(2) and bind(2) do for sin6_scope_id. */
static bool take_zone(enum mh_parameter parameter, const char *zone, const struct mh_snapshot *snapshot,
                      struct mh_question *question, struct mh_problem *problem)
{
    const struct mh_interface *interface = find_zone(snapshot, zone);
    if (interface == NULL)
        return refuse_zone(snapshot, parameter, zone, problem);
    if (question->output != 0 && question->output != interface->index)
        return refuse_contradiction(snapshot, parameter, interface->name, question->output, problem);
    question->output = interface->index;
    question->output_is_bound = true;
    return true;
}

bool mh_question_read_address(const struct mh_query *query, enum mh_parameter parameter,
                              const struct mh_snapshot *snapshot, struct mh_address *address,
                              struct mh_question *question, struct mh_problem *problem)
{
    const char *text = query->value[parameter];
    size_t length = strcspn(text, "%");
    const char *zone = text[length] == '%' ? text + length + 1 : NULL;
    if (!mh_address_parse(text, length, address) || (zone != NULL && zone[0] == '\0'))
        return mh_query_invalid(query, parameter, mh_address_hint(text), problem);
    unmap(address);
    if (zone != NULL && !has_zone(address))
        return mh_query_invalid(query, parameter, "no zone: only link-local IPv6 addresses have one",
                                problem);
    return zone == NULL || take_zone(parameter, zone, snapshot, question, problem);
}

bool mh_question_missing(enum mh_parameter parameter, const char *expected, struct mh_problem *problem)
{
    const char *name = mh_parameter_name(parameter);
    (void)mh_problem_set(problem, MH_PROBLEM_MISSING_PARAMETER, "The query says no %s.", name);
    (void)snprintf(problem->parameter, sizeof problem->parameter, "%s", name);
    return mh_problem_expected(problem, expected, "");
}

static bool refuse_mix(const struct mh_query *query, enum mh_family family, struct mh_problem *problem)
{
    const char *expected = family == MH_IPV4 ? "an IPv4 address, as the destination is one"
                                             : "an IPv6 address, as the destination is one";
    (void)mh_query_invalid(query, MH_PARAMETER_SOURCE, expected, problem);
    return false;
}

static bool refuse_without_zone(const struct mh_query *query, enum mh_parameter parameter,
                                struct mh_problem *problem)
{
    const char *text = query->value[parameter];
    (void)mh_problem_set(
        problem, MH_PROBLEM_ZONE_NEEDED,
        "%.64s can be on every link of this host, and %s refuses it (EINVAL): say which link, with a zone or "
        "with interface.",
        text, parameter == MH_PARAMETER_SOURCE ? "bind(2)" : "connect(2)");
    (void)snprintf(problem->parameter, sizeof problem->parameter, "%s", mh_parameter_name(parameter));
    return mh_problem_expected(problem, "fe80::1%eth0, or interface=eth0 beside it", text);
}

/* The address is of every link alike, and none is named. Multicast goes by the routes to ff00::/8 then;
 * unicast has no such default. */
static bool lacks_zone(const struct mh_address *address, const struct mh_question *question)
{
    return has_zone(address) && !mh_address_is_multicast(address) && question->output == 0;
}

bool mh_question_read_interface(const struct mh_query *query, const struct mh_snapshot *snapshot,
                                struct mh_question *question, struct mh_problem *problem)
{
    const char *word = query->value[MH_PARAMETER_INTERFACE];
    if (word == NULL)
        return true;
    const struct mh_interface *interface = mh_find_interface(snapshot, word);
    if (interface == NULL)
        return refuse_interface(MH_PARAMETER_INTERFACE, word, problem);
    question->output = interface->index;
    question->output_is_bound = true;
    return true;
}

/* Multicast, and 255.255.255.255 (RFC 1122 3.2.1.3). A socket may be bound to one to receive; what it sends
 * has another source. */
static bool is_for_many(const struct mh_address *address)
{
    static const struct mh_address everybody = {.family = MH_IPV4, .bytes = {255, 255, 255, 255}};
    return mh_address_is_multicast(address) || mh_address_equal(address, &everybody);
}

static bool read_source(const struct mh_query *query, const struct mh_snapshot *snapshot,
                        struct mh_question *question, struct mh_problem *problem)
{
    if (query->value[MH_PARAMETER_SOURCE] == NULL)
        return true;
    if (!mh_question_read_address(query, MH_PARAMETER_SOURCE, snapshot, &question->source, question, problem))
        return false;
    if (question->source.family != question->destination.family)
        return refuse_mix(query, (enum mh_family)question->destination.family, problem);
    if (is_for_many(&question->source))
        return mh_query_invalid(
            query, MH_PARAMETER_SOURCE,
            "the address of one host: a packet never comes from a group or from everybody", problem);
    if (mh_address_is_unspecified(&question->source))
        question->source = (struct mh_address){0};
    return !lacks_zone(&question->source, question) ||
           refuse_without_zone(query, MH_PARAMETER_SOURCE, problem);
}

/* Linux, FreeBSD, NetBSD and OpenBSD: connect(2) to :: is to ::1. (0.0.0.0 is decided by each dialect.) */
static void take_wildcard(struct mh_address *destination)
{
    if (destination->family == MH_IPV6 && mh_address_is_unspecified(destination))
        destination->bytes[15] = 1;
}

static bool read_ends(const struct mh_query *query, const struct mh_snapshot *snapshot,
                      struct mh_question *question, struct mh_problem *problem)
{
    if (query->value[MH_PARAMETER_DESTINATION] == NULL)
        return mh_question_missing(MH_PARAMETER_DESTINATION, "an IPv4 or IPv6 address", problem);
    if (!mh_question_read_interface(query, snapshot, question, problem) ||
        !mh_question_read_address(query, MH_PARAMETER_DESTINATION, snapshot, &question->destination, question,
                                  problem) ||
        !read_source(query, snapshot, question, problem))
        return false;
    take_wildcard(&question->destination);
    return !lacks_zone(&question->destination, question) ||
           refuse_without_zone(query, MH_PARAMETER_DESTINATION, problem);
}

/* ---- the rest of the packet ------------------------------------------------------------------------ */

static bool parse_hexadecimal(const char *digits, uint64_t greatest, uint64_t *number)
{
    uint64_t value = 0;
    if (digits[0] == '\0')
        return false;
    for (; *digits != '\0'; digits++) {
        int digit = mh_hexadecimal_value(*digits);
        if (digit < 0)
            return false;
        value = value << 4 | (uint64_t)digit;
        if (value > greatest)
            return false;
    }
    *number = value;
    return true;
}

/* Decimal digits, or hexadecimal ones behind 0x. */
static bool parse_either(const char *text, uint64_t greatest, uint64_t *number)
{
    if (strncmp(text, "0x", 2) == 0)
        return parse_hexadecimal(text + 2, greatest, number);
    return mh_number_parse(text, greatest, number);
}

/* *number stays when the parameter is not given. */
bool mh_question_read_number(const struct mh_query *query, enum mh_parameter parameter, uint64_t greatest,
                             const char *expected, uint64_t *number, struct mh_problem *problem)
{
    const char *text = query->value[parameter];
    if (text == NULL || parse_either(text, greatest, number))
        return true;
    return mh_query_invalid(query, parameter, expected, problem);
}

static bool read_protocol(const struct mh_query *query, struct mh_question *question,
                          struct mh_problem *problem)
{
    const char *word = query->value[MH_PARAMETER_PROTOCOL];
    if (word == NULL)
        return true;
    question->known |= MH_KNOWN_PROTOCOL;
    if (mh_ip_protocol_parse(word, &question->protocol))
        return true;
    return mh_query_invalid(query, MH_PARAMETER_PROTOCOL,
                            "the name of an IP protocol (tcp, udp, icmp, ...) or a number up to 255",
                            problem);
}

static bool read_ports(const struct mh_query *query, struct mh_question *question, struct mh_problem *problem)
{
    static const char expected[] = "a number from 0 to 65535";
    uint64_t source = 0, destination = 0;
    if (!mh_question_read_number(query, MH_PARAMETER_SOURCE_PORT, UINT16_MAX, expected, &source, problem) ||
        !mh_question_read_number(query, MH_PARAMETER_DESTINATION_PORT, UINT16_MAX, expected, &destination,
                                 problem))
        return false;
    question->source_port = (uint16_t)source;
    question->destination_port = (uint16_t)destination;
    if (query->value[MH_PARAMETER_SOURCE_PORT] != NULL && query->value[MH_PARAMETER_DESTINATION_PORT] != NULL)
        question->known |= MH_KNOWN_PORTS;
    return true;
}

static bool read_packet(const struct mh_query *query, struct mh_question *question,
                        struct mh_problem *problem)
{
    uint64_t mark = 0, tos = 0, uid = 0;
    if (!mh_question_read_number(query, MH_PARAMETER_MARK, UINT32_MAX,
                                 "a 32-bit number without a mask, in decimal or as 0x10", &mark, problem) ||
        !mh_question_read_number(query, MH_PARAMETER_TOS, UINT8_MAX,
                                 "a number from 0 to 255, in decimal or as 0x10", &tos, problem) ||
        !mh_question_read_number(query, MH_PARAMETER_UID, UINT32_MAX, "a user's number", &uid, problem))
        return false;
    question->mark = (uint32_t)mark;
    question->tos = (uint8_t)tos;
    question->uid = (uint32_t)uid;
    question->known |= MH_KNOWN_MARK | MH_KNOWN_TOS;
    if (query->value[MH_PARAMETER_UID] != NULL)
        question->known |= MH_KNOWN_UID;
    return read_protocol(query, question, problem) && read_ports(query, question, problem);
}

bool mh_question_read(const struct mh_query *query, const struct mh_snapshot *snapshot,
                      struct mh_question *question, struct mh_problem *problem)
{
    *question = (struct mh_question){0};
    return read_ends(query, snapshot, question, problem) && read_packet(query, question, problem);
}

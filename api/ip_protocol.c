#include "api/ip_protocol.h"

#include "api/query.h"

#include <stdio.h>
#include <string.h>

/* Of two names for one number the first is written. */
static const struct {
    uint8_t number;
    const char *name;
} rows[] = {{1, "icmp"},  {2, "igmp"},   {6, "tcp"},      {17, "udp"},       {33, "dccp"},
            {47, "gre"},  {50, "esp"},   {51, "ah"},      {58, "ipv6-icmp"}, {58, "icmpv6"},
            {89, "ospf"}, {132, "sctp"}, {136, "udplite"}};

enum { ROWS = sizeof rows / sizeof rows[0] };

const char *mh_ip_protocol_name(uint8_t number, char text[MH_IP_PROTOCOL_SIZE])
{
    for (size_t i = 0; i < ROWS; i++)
        if (rows[i].number == number)
            return rows[i].name;
    (void)snprintf(text, MH_IP_PROTOCOL_SIZE, "%u", (unsigned)number);
    return text;
}

bool mh_ip_protocol_parse(const char *word, uint8_t *number)
{
    uint64_t value;
    for (size_t i = 0; i < ROWS; i++)
        if (strcmp(rows[i].name, word) == 0) {
            *number = rows[i].number;
            return true;
        }
    if (!mh_number_parse(word, UINT8_MAX, &value))
        return false;
    *number = (uint8_t)value;
    return true;
}

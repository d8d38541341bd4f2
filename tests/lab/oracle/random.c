/* What is random of hosts and questions alike. */
#include "oracle.h"

void oracle_seed(struct oracle_random *random, uint64_t seed, uint64_t number)
{
    random->state = (seed + 1) * UINT64_C(0x9e3779b97f4a7c15) ^ (number + 1) * UINT64_C(0xbf58476d1ce4e5b9);
    random->state |= 1;
    for (int i = 0; i < 8; i++)
        (void)oracle_below(random, 2);
}

unsigned oracle_below(struct oracle_random *random, unsigned bound)
{
    random->state ^= random->state >> 12;
    random->state ^= random->state << 25;
    random->state ^= random->state >> 27;
    return (unsigned)((random->state * UINT64_C(0x2545f4914f6cdd1d)) >> 33) % bound;
}

bool oracle_chance(struct oracle_random *random, unsigned percent)
{
    return oracle_below(random, 100) < percent;
}

struct mh_address oracle_address4(struct oracle_random *random)
{
    static const uint8_t networks[][2] = {{10, 0},   {10, 1},    {10, 2},  {192, 168},
                                          {172, 16}, {169, 254}, {198, 51}};
    const uint8_t *network = networks[oracle_below(random, sizeof networks / sizeof networks[0])];
    const uint8_t bytes[4] = {network[0], network[1], (uint8_t)oracle_below(random, 4),
                              (uint8_t)(1 + oracle_below(random, 20))};
    return mh_address_from_bytes(MH_IPV4, bytes);
}

/* Of every label of the kernel's table, most of them global. */
struct mh_address oracle_address6(struct oracle_random *random)
{
    static const uint8_t networks[][4] = {{0x20, 0x01, 0x0d, 0xb8},
                                          {0x20, 0x01, 0x0d, 0xb8},
                                          {0x20, 0x01, 0x0d, 0xb9},
                                          {0xfd, 0, 0, 1},
                                          {0x20, 0x02, 10, 0},
                                          {0x20, 0x01, 0, 0},
                                          {0x20, 0x01, 0, 0x10},
                                          {0xfe, 0xc0, 0, 0},
                                          {0x3f, 0xfe, 0, 0},
                                          {0xfe, 0x80, 0, 0},
                                          {0, 0, 0, 0},
                                          {0xfc, 0, 0, 2}};
    uint8_t bytes[16] = {0};
    unsigned which = oracle_below(random, sizeof networks / sizeof networks[0]);
    for (unsigned i = 0; i < 4; i++)
        bytes[i] = networks[which][i];
    if (bytes[0] != 0xfe && bytes[0] != 0) {
        bytes[5] = (uint8_t)oracle_below(random, 3);
        bytes[7] = (uint8_t)oracle_below(random, 3);
    }
    if (bytes[0] == 0) { /* ::10.0.0.x and ::ffff:10.0.0.x */
        bytes[10] = bytes[11] = oracle_chance(random, 50) ? 0xff : 0;
        bytes[12] = 10;
    }
    bytes[15] = (uint8_t)(1 + oracle_below(random, 12));
    return mh_address_from_bytes(MH_IPV6, bytes);
}

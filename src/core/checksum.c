#include "core/checksum.h"

#define PRIME_1 UINT64_C(0x9e3779b185ebca87)
#define PRIME_2 UINT64_C(0xc2b2ae3d27d4eb4f)
#define PRIME_3 UINT64_C(0x165667b19e3779f9)
#define PRIME_4 UINT64_C(0x85ebca77c2b2ae63)
#define PRIME_5 UINT64_C(0x27d4eb2f165667c5)

enum { LANES = 4, WORD = 8, STRIPE = LANES * WORD };

static uint64_t rotated(uint64_t word, unsigned by)
{
    return word << by | word >> (64 - by);
}

static uint64_t read_32(const uint8_t *octets)
{
    return (uint64_t)octets[0] | (uint64_t)octets[1] << 8 | (uint64_t)octets[2] << 16 |
           (uint64_t)octets[3] << 24;
}

static uint64_t read_64(const uint8_t *octets)
{
    return read_32(octets) | read_32(octets + 4) << 32;
}

static uint64_t mixed(uint64_t lane, uint64_t word)
{
    return rotated(lane + word * PRIME_2, 31) * PRIME_1;
}

/* Steps 1 to 3: four lanes, 32 octets at a time. */
static uint64_t of_stripes(const uint8_t *octets, size_t length)
{
    uint64_t lanes[LANES] = {PRIME_1 + PRIME_2, PRIME_2, 0, 0 - PRIME_1};
    for (size_t at = 0; at + STRIPE <= length; at += STRIPE)
        for (size_t i = 0; i < LANES; i++)
            lanes[i] = mixed(lanes[i], read_64(octets + at + i * WORD));
    uint64_t sum =
        rotated(lanes[0], 1) + rotated(lanes[1], 7) + rotated(lanes[2], 12) + rotated(lanes[3], 18);
    for (size_t i = 0; i < LANES; i++)
        sum = (sum ^ mixed(0, lanes[i])) * PRIME_1 + PRIME_4;
    return sum;
}

/* Step 5: less than a stripe. */
static uint64_t with_rest(uint64_t sum, const uint8_t *octets, size_t length)
{
    for (; length >= WORD; octets += WORD, length -= WORD)
        sum = rotated(sum ^ mixed(0, read_64(octets)), 27) * PRIME_1 + PRIME_4;
    if (length >= 4) {
        sum = rotated(sum ^ read_32(octets) * PRIME_1, 23) * PRIME_2 + PRIME_3;
        octets += 4;
        length -= 4;
    }
    for (; length > 0; octets++, length--)
        sum = rotated(sum ^ *octets * PRIME_5, 11) * PRIME_1;
    return sum;
}

uint64_t mh_checksum(const void *bytes, size_t length)
{
    const uint8_t *octets = bytes;
    size_t rest = length % STRIPE;
    uint64_t sum = (length < STRIPE ? PRIME_5 : of_stripes(octets, length)) + length;
    sum = rest > 0 ? with_rest(sum, octets + (length - rest), rest) : sum;
    sum = (sum ^ sum >> 33) * PRIME_2; /* step 6 */
    sum = (sum ^ sum >> 29) * PRIME_3;
    return sum ^ sum >> 32;
}

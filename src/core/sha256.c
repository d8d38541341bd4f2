#include "core/sha256.h"

#include <string.h>

enum { BLOCK = 64, ROUNDS = 64 };
#define WORDS 8U

/* FIPS 180-4 4.2.2: the fractional parts of the cube roots of the first 64 primes. */
static const uint32_t constants[ROUNDS] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t rotated(uint32_t word, unsigned by)
{
    return word >> by | word << (32 - by);
}

/* 6.2.2, step 1. */
static void schedule(const uint8_t block[BLOCK], uint32_t words[ROUNDS])
{
    for (size_t i = 0; i < BLOCK / 4; i++)
        words[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 |
                   (uint32_t)block[4 * i + 2] << 8 | block[4 * i + 3];
    for (size_t i = BLOCK / 4; i < ROUNDS; i++) {
        uint32_t a = words[i - 15], b = words[i - 2];
        uint32_t small0 = rotated(a, 7) ^ rotated(a, 18) ^ a >> 3;
        uint32_t small1 = rotated(b, 17) ^ rotated(b, 19) ^ b >> 10;
        words[i] = words[i - 16] + small0 + words[i - 7] + small1;
    }
}

/* 6.2.2, step 3. What the standard moves from a to h stays where it is: in round i, a is state[-i]. Whole
 * turns are written out, so that all of the state is in registers: journals are megabytes. */
static inline __attribute__((always_inline)) void run_round(uint32_t state[WORDS], unsigned i, uint32_t input)
{
    const uint32_t a = state[(8U - i) % WORDS], b = state[(9U - i) % WORDS], c = state[(10U - i) % WORDS];
    const uint32_t e = state[(12U - i) % WORDS], f = state[(13U - i) % WORDS], g = state[(14U - i) % WORDS];
    const uint32_t large1 = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25);
    const uint32_t large0 = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22);
    const uint32_t one = state[(15U - i) % WORDS] + large1 + (g ^ (e & (f ^ g))) + input;
    state[(11U - i) % WORDS] += one;
    state[(15U - i) % WORDS] = one + large0 + ((a & b) | (c & (a | b)));
}

/* 6.2.2, steps 2 to 4. */
static void digest_block(uint32_t hash[WORDS], const uint8_t block[BLOCK])
{
    uint32_t words[ROUNDS], state[WORDS];
    schedule(block, words);
    memcpy(state, hash, sizeof state);
    for (size_t t = 0; t < ROUNDS; t += WORDS) {
        run_round(state, 0, constants[t + 0] + words[t + 0]);
        run_round(state, 1, constants[t + 1] + words[t + 1]);
        run_round(state, 2, constants[t + 2] + words[t + 2]);
        run_round(state, 3, constants[t + 3] + words[t + 3]);
        run_round(state, 4, constants[t + 4] + words[t + 4]);
        run_round(state, 5, constants[t + 5] + words[t + 5]);
        run_round(state, 6, constants[t + 6] + words[t + 6]);
        run_round(state, 7, constants[t + 7] + words[t + 7]);
    }
    for (size_t i = 0; i < WORDS; i++)
        hash[i] += state[i];
}

/* 5.1.1: the rest, a one, zeros, and the length in bits; one block or two. */
static void digest_end(uint32_t hash[WORDS], const uint8_t *rest, size_t rest_length, uint64_t length)
{
    uint8_t blocks[2 * BLOCK] = {0};
    if (rest_length > 0 && rest != NULL)
        memcpy(blocks, rest, rest_length);
    blocks[rest_length] = 0x80;
    size_t size = rest_length + 9 > BLOCK ? 2 * BLOCK : BLOCK;
    for (size_t i = 0; i < 8; i++)
        blocks[size - 1 - i] = (uint8_t)(length * 8 >> 8 * i);
    for (size_t at = 0; at < size; at += BLOCK)
        digest_block(hash, blocks + at);
}

const char *mh_sha256_text(const void *bytes, size_t length, char text[MH_SHA256_TEXT_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    uint32_t hash[WORDS] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                            0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19}; /* 5.3.3 */
    const uint8_t *octets = bytes;
    size_t whole = length / BLOCK * BLOCK;
    for (size_t at = 0; at < whole; at += BLOCK)
        digest_block(hash, octets + at);
    digest_end(hash, length > whole ? octets + whole : NULL, length - whole, length);
    for (size_t i = 0; i < 2 * 4 * WORDS; i++)
        text[i] = digits[hash[i / 8] >> (28 - 4 * (i % 8)) & 15];
    text[2 * 4 * WORDS] = '\0';
    return text;
}

bool mh_sha256_text_equal(const char a[MH_SHA256_TEXT_SIZE], const char b[MH_SHA256_TEXT_SIZE])
{
    unsigned difference = 0;
    for (size_t i = 0; i < MH_SHA256_TEXT_SIZE; i++)
        difference |= (unsigned)(unsigned char)a[i] ^ (unsigned)(unsigned char)b[i];
    return difference == 0;
}

#include "api/accept.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

/* What one header says of one offer. A more exact range overrides a less exact one: `text/plain;q=0` excludes
 * it though there is a star. */
struct verdict {
    int exactness; /* 0 not named, 1 by the star, 2 by "type/" and a star, 3 by name */
    int quality;   /* thousandths */
};

/* A piece of the header, spaces around it left out. */
struct piece {
    const char *text;
    size_t length;
};

static struct piece trim(const char *text, size_t length)
{
    while (length > 0 && (text[0] == ' ' || text[0] == '\t')) {
        text++;
        length--;
    }
    while (length > 0 && (text[length - 1] == ' ' || text[length - 1] == '\t'))
        length--;
    return (struct piece){text, length};
}

/* Cuts off what stands before the next `separator` outside of quotes; false when nothing is left. */
static bool next_piece(const char **rest, size_t *left, char separator, struct piece *piece)
{
    if (*rest == NULL)
        return false;
    bool quoted = false;
    size_t at = 0;
    for (; at < *left && (quoted || (*rest)[at] != separator); at++)
        if ((*rest)[at] == '"')
            quoted = !quoted;
    *piece = trim(*rest, at);
    if (at == *left) {
        *rest = NULL;
    } else {
        *rest += at + 1;
        *left -= at + 1;
    }
    return true;
}

/* RFC 9110 section 12.4.2: "0" to "1" with at most three decimals, in thousandths; -1 when it is not that. */
static int parse_quality(struct piece value)
{
    if (value.length == 0 || value.length > 5 || (value.text[0] != '0' && value.text[0] != '1'))
        return -1;
    if (value.length > 1 && value.text[1] != '.')
        return -1;
    int quality = (value.text[0] - '0') * 1000, weight = 100;
    for (size_t i = 2; i < value.length; i++, weight /= 10) {
        if (!isdigit((unsigned char)value.text[i]))
            return -1;
        quality += (value.text[i] - '0') * weight;
    }
    return quality <= 1000 ? quality : -1;
}

static int quality_of(const char *parameters, size_t length)
{
    struct piece piece;
    while (next_piece(&parameters, &length, ';', &piece))
        if (piece.length >= 2 && (piece.text[0] == 'q' || piece.text[0] == 'Q') && piece.text[1] == '=')
            return parse_quality(trim(piece.text + 2, piece.length - 2));
    return 1000;
}

static int exactness_of(struct piece range, const char *offer)
{
    size_t type = strcspn(offer, "/") + 1;
    if (range.length == 3 && memcmp(range.text, "*/*", 3) == 0)
        return 1;
    if (range.length == type + 1 && range.text[type] == '*' && strncasecmp(range.text, offer, type) == 0)
        return 2;
    if (range.length == strlen(offer) && strncasecmp(range.text, offer, range.length) == 0)
        return 3;
    return 0;
}

static struct verdict judge(const char *accept, const char *offer)
{
    struct verdict verdict = {0, 0};
    struct piece item;
    size_t left = strlen(accept);
    while (next_piece(&accept, &left, ',', &item)) {
        const char *rest = item.text;
        size_t length = item.length;
        struct piece range;
        if (!next_piece(&rest, &length, ';', &range))
            continue;
        int exactness = exactness_of(range, offer);
        int quality = rest == NULL ? 1000 : quality_of(rest, length);
        if (exactness > verdict.exactness && quality >= 0)
            verdict = (struct verdict){exactness, quality};
    }
    return verdict;
}

int mh_accept_pick(const char *accept, const char *const *offers, size_t count)
{
    if (accept == NULL || accept[strspn(accept, " \t,")] == '\0')
        return 0;
    int best = -1;
    struct verdict winner = {0, 0};
    for (size_t i = 0; i < count; i++) {
        struct verdict verdict = judge(accept, offers[i]);
        if (verdict.quality == 0)
            continue;
        if (verdict.quality > winner.quality ||
            (verdict.quality == winner.quality && verdict.exactness > winner.exactness)) {
            winner = verdict;
            best = (int)i;
        }
    }
    return best;
}

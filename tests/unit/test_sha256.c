/* SHA-256 against the examples of FIPS 180-4 and, for every length about a block's, against Python's hashlib.
 */
#include "core/sha256.h"

#include <stdlib.h>
#include <string.h>

#include "unit/support.h"

static void expect(const char *bytes, const char *expected)
{
    char text[MH_SHA256_TEXT_SIZE];
    assert_string_equal(mh_sha256_text(bytes, strlen(bytes), text), expected);
}

static void examples(void **state)
{
    (void)state;
    expect("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    expect("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    expect("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
           "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

/* The digest of the digests of 0 to 200 letters, one behind the other. */
static void every_length(void **state)
{
    (void)state;
    char letters[200], all[201 * (MH_SHA256_TEXT_SIZE - 1) + 1];
    memset(letters, 'a', sizeof letters);
    for (size_t i = 0; i <= sizeof letters; i++)
        mh_sha256_text(letters, i, all + i * (MH_SHA256_TEXT_SIZE - 1));
    expect(all, "eb555248bd20c7831e511d4461b42c9b084e3a64b44d57b00051172f8afe03ff");
}

static void a_million_letters(void **state)
{
    (void)state;
    char text[MH_SHA256_TEXT_SIZE], *letters = malloc(1000000);
    assert_non_null(letters);
    memset(letters, 'a', 1000000);
    assert_string_equal(mh_sha256_text(letters, 1000000, text),
                        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    free(letters);
}

static void texts_are_compared_whole(void **state)
{
    (void)state;
    char a[MH_SHA256_TEXT_SIZE], b[MH_SHA256_TEXT_SIZE];
    mh_sha256_text("a", 1, a);
    for (size_t i = 0; i < MH_SHA256_TEXT_SIZE - 1; i++) {
        memcpy(b, a, sizeof b);
        assert_true(mh_sha256_text_equal(a, b));
        b[i] ^= 1;
        assert_false(mh_sha256_text_equal(a, b));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(examples),
        cmocka_unit_test(every_length),
        cmocka_unit_test(a_million_letters),
        cmocka_unit_test(texts_are_compared_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/** Detached OpenPGP signatures, of "flink\n" by two keys that gpg made for this test. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "flinkpack/support/pgp.h"

static const char KEY_ONE[] = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n"
                              "\n"
                              "mDMEXgvhABYJKwYBBAHaRw8BAQdAAU+FlZsqTRO8+EJB6wRguPH9Iz6+pVnUWu3S\n"
                              "SaPLwc+0HVJlbGVhc2Ugb25lIDxvbmVAZXhhbXBsZS5jb20+iJAEExYIADgWIQTo\n"
                              "OAu62vCugO1gSqahEpO1EpgtYwUCXgvhAAIbAwULCQgHAgYVCgkICwIEFgIDAQIe\n"
                              "AQIXgAAKCRChEpO1EpgtY0NQAQC54d5n4ywwBrQGefzQQcmZS54VTIJliidxV2Rg\n"
                              "0sQsIAEA0xtsN/yW8068uF9Tz7h7EW70oWr9NdbInZQzgXNF+AY=\n"
                              "=QGpO\n"
                              "-----END PGP PUBLIC KEY BLOCK-----\n";
static const char KEY_TWO[] = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n"
                              "\n"
                              "mDMEXgvhABYJKwYBBAHaRw8BAQdAOzZ2aCwvhsEXPnFsLZQxR3yJp79PLEreddJJ\n"
                              "f7Hurvy0HVJlbGVhc2UgdHdvIDx0d29AZXhhbXBsZS5jb20+iJAEExYIADgWIQSm\n"
                              "QjKuwgWqWx/bgQNqN5f1+6lqRgUCXgvhAAIbAwULCQgHAgYVCgkICwIEFgIDAQIe\n"
                              "AQIXgAAKCRBqN5f1+6lqRjXYAQCY7qtGQcYCxaCw8gD3Wryo6iVvrhwwJ7gwYtF/\n"
                              "EqV+ogEA6rCfdHU4FRwGr7g0z6zT8gp2PKpyUy+cd2Gnm+l3+Ag=\n"
                              "=C7aD\n"
                              "-----END PGP PUBLIC KEY BLOCK-----\n";
static const char BY_ONE[] = "-----BEGIN PGP SIGNATURE-----\n"
                             "\n"
                             "iIYEABYIAC4WIQToOAu62vCugO1gSqahEpO1EpgtYwUCXg0ygBAcb25lQGV4YW1w\n"
                             "bGUuY29tAAoJEKESk7USmC1jC9ABAPk/S8CIO7yYGyPPXodxIWS5nYI/k4OgGrtk\n"
                             "ZiOLYsX3AQCNOj05q1MZVgp/rHPoMYZUn6yg4YEu2+GjNt8B4QLIAw==\n"
                             "=peLL\n"
                             "-----END PGP SIGNATURE-----\n";
#define FINGERPRINT_ONE "E8380BBADAF0AE80ED604AA6A11293B512982D63"

static enum fp_code verify(const char *keys, const char *signature, const char *data, char *ret,
                           struct fp_error *err)
{
    const struct fp_pgp_signature it = {signature, strlen(signature), "flink.asc"};
    struct fp_source *source = fp_source_memory(data, strlen(data));
    enum fp_code code = fp_pgp_verify(keys, "KEYS", &it, source, ret, err);
    fp_source_free(source);
    return code;
}

static void test_valid(void **state)
{
    char found[FP_PGP_FINGERPRINT_MAX];
    cleanup_free char *keys =
        fp_xasprintf("pub ed25519\nKeys of releases\n%s\nmore text\n%s", KEY_TWO, KEY_ONE);
    (void) state;
    assert_int_equal(verify(keys, BY_ONE, "flink\n", found, NULL), FP_OK);
    assert_string_equal(found, FINGERPRINT_ONE);
}

static void test_not_valid(void **state)
{
    char found[FP_PGP_FINGERPRINT_MAX];
    struct fp_error err = {0};
    (void) state;
    assert_int_equal(verify(KEY_ONE, BY_ONE, "flunk\n", found, &err), FP_E_VERIFY);
    assert_non_null(strstr(err.text, "flink.asc"));
    assert_string_equal(found, "");
    assert_int_equal(verify(KEY_TWO, BY_ONE, "flink\n", found, &err), FP_E_VERIFY);
    assert_non_null(strstr(err.text, "by none of them"));
}

static void test_not_a_signature(void **state)
{
    char found[FP_PGP_FINGERPRINT_MAX];
    struct fp_error err = {0};
    (void) state;
    assert_int_equal(verify(KEY_ONE, "<html>login</html>", "flink\n", found, &err), FP_E_INPUT);
    assert_int_equal(verify(KEY_ONE, "", "flink\n", found, &err), FP_E_INPUT);
    assert_int_equal(verify("<html>login</html>", BY_ONE, "flink\n", found, &err), FP_E_INPUT);
    assert_int_equal(
        verify("-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nxx\n", BY_ONE, "flink\n", found, &err),
        FP_E_INPUT);
}

/* A source that fails in its middle. */
static enum fp_code fail_read(struct fp_source *self, void *data, size_t cap, size_t *ret_len,
                              struct fp_error *err)
{
    (void) self;
    (void) data;
    (void) cap;
    (void) ret_len;
    return fp_fail(err, FP_E_IO, "the disk is gone");
}

static void free_nothing(struct fp_source *self)
{
    (void) self;
}

static void test_failing_data(void **state)
{
    static const struct fp_source_ops OPS = {.read = fail_read, .free = free_nothing};
    struct fp_source source = {.ops = &OPS};
    const struct fp_pgp_signature it = {BY_ONE, strlen(BY_ONE), "flink.asc"};
    char found[FP_PGP_FINGERPRINT_MAX];
    struct fp_error err = {0};
    (void) state;
    assert_int_equal(fp_pgp_verify(KEY_ONE, "KEYS", &it, &source, found, &err), FP_E_IO);
    assert_string_equal(err.text, "the disk is gone");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_valid),
        cmocka_unit_test(test_not_valid),
        cmocka_unit_test(test_not_a_signature),
        cmocka_unit_test(test_failing_data),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

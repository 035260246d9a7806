/** Databases of packages, package URLs and licences. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "components.h"
#include "inventory.h"

static const char APK[] = "C:Q1abc=\nP:musl\nV:1.2.5-r0\nA:x86_64\nL:MIT\no:musl\n"
                          "p:so:libc.musl-x86_64.so.1=1\nF:lib\nR:ld-musl-x86_64.so.1\n"
                          "\n"
                          "P:busybox\nV:1.36.1-r2\nA:x86_64\nL:GPL-2.0-only\n"
                          "D:so:libc.musl-x86_64.so.1 !uclibc-utils\np:/bin/sh cmd:ls=1\n"
                          "\n"
                          "P:no-version\n";
static const char DPKG[] = "Package: libc6\nStatus: install ok installed\nArchitecture: amd64\n"
                           "Version: 2.36-9+deb12u9\nDescription: a library\n more of it\n"
                           "\n"
                           "Package: gone\nStatus: deinstall ok config-files\nVersion: 1\n"
                           "\n"
                           "Package: bash\nStatus: install ok installed\nVersion: 5.2\n"
                           "Depends: base-files (>= 2.1.12), no-such | libc6 (>= 2.36), libc6\n";

static void test_apk(void **state)
{
    (void) state;
    cleanup_json json_t *packages = fp_packages_of_apk(APK);
    assert_int_equal(json_array_size(packages), 2);
    const json_t *musl = json_array_get(packages, 0);
    assert_string_equal(fp_json_string(musl, "name"), "musl");
    assert_string_equal(fp_json_string(musl, "version"), "1.2.5-r0");
    assert_string_equal(fp_json_string(musl, "license"), "MIT");
    assert_null(fp_json_string(musl, "depends"));
}

static void test_dpkg(void **state)
{
    (void) state;
    cleanup_json json_t *packages = fp_packages_of_dpkg(DPKG);
    assert_int_equal(json_array_size(packages), 2);
    assert_string_equal(fp_json_string(json_array_get(packages, 1), "name"), "bash");
    cleanup_json json_t *none = fp_packages_of_dpkg("\n\n\n");
    assert_int_equal(json_array_size(none), 0);
}

/* The refs of what the component number `i` depends on, as one text. */
static char *depends_of(const json_t *components, size_t i)
{
    return fp_json_canonical(json_object_get(json_array_get(components, i), "depends"));
}

static json_t *list_packages(json_t *take_packages, const char *id, const char *version)
{
    struct fp_contents contents = {.packages = take_packages,
                                   .os = json_pack("{s:s, s:s}", "id", id, "version", version)};
    cleanup_json json_t *roots = json_array();
    json_t *components = json_array();
    fp_sbom_add_packages(&contents, components, roots);
    assert_int_equal(json_array_size(roots), json_array_size(components));
    fp_contents_clear(&contents);
    return components;
}

static void test_depends(void **state)
{
    (void) state;
    cleanup_json json_t *alpine = list_packages(fp_packages_of_apk(APK), "alpine", "3.23.0");
    cleanup_json json_t *debian = list_packages(fp_packages_of_dpkg(DPKG), "debian", "12");
    cleanup_free char *of_busybox = depends_of(alpine, 1);
    cleanup_free char *of_bash = depends_of(debian, 1);
    assert_string_equal(of_busybox,
                        "[\"pkg:apk/alpine/musl@1.2.5-r0?arch=x86_64&distro=alpine-3.23.0\"]");
    assert_string_equal(of_bash,
                        "[\"pkg:deb/debian/libc6@2.36-9%2Bdeb12u9?arch=amd64&distro=debian-12\"]");
}

static void test_licences(void **state)
{
    static const char *const YES[] = {"MIT", "GPL-2.0-or-later AND MIT",
                                      "Apache-2.0 OR BSD-3-Clause",
                                      "GPL-2.0-only WITH Classpath-exception-2.0"};
    static const char *const NO[] = {"",
                                     "custom",
                                     "MIT AND",
                                     "AND MIT",
                                     "MIT GPL-2.0-only",
                                     "public domain",
                                     "MIT AND (ISC OR Zlib)"};
    (void) state;
    for (size_t i = 0; i < sizeof(YES) / sizeof(YES[0]); i++)
        assert_true(fp_is_licence_expression(YES[i]));
    for (size_t i = 0; i < sizeof(NO) / sizeof(NO[0]); i++)
        assert_false(fp_is_licence_expression(NO[i]));
}

static void test_purl_parts(void **state)
{
    (void) state;
    cleanup_free char *part = fp_purl_part("a b/c+d@1:2~3%");
    assert_string_equal(part, "a%20b%2Fc%2Bd%401:2~3%25");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_apk),        cmocka_unit_test(test_dpkg),
        cmocka_unit_test(test_depends),    cmocka_unit_test(test_licences),
        cmocka_unit_test(test_purl_parts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * Measures the resolver on a repository of realistic size: 30,000 packages of about 400 bytes, with
 * dependencies on libraries, versioned provides and conditions. Prints seconds and peak memory.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "flinkpack/alpine.h"

#define PACKAGES 30000

static char *make_index(void)
{
    struct fp_buf text = FP_BUF_INIT(FP_APK_INDEX_MAX_BYTES);
    for (unsigned i = 0; i < PACKAGES; i++) {
        fp_buf_putf(&text,
                    "C:Q1AAAAAAAAAAAAAAAAAAAAAAAAAAA=\nP:package-%u\nV:%u.%u.%u-r%u\nA:x86_64\n"
                    "S:12345\nI:54321\nT:The package number %u of a repository of real size\n"
                    "U:https://www.example.com/projects/package-%u/\nL:GPL-2.0-or-later\n"
                    "o:package-%u\nm:Some Maintainer <maintainer@example.com>\nt:1700000000\n"
                    "c:0123456789abcdef0123456789abcdef01234567\n",
                    i, i % 9, i % 37, i % 11, i % 5, i, i, i / 3);
        fp_buf_putf(&text,
                    "D:/bin/sh so:libc.musl-x86_64.so.1 so:lib%u.so.1 so:lib%u.so.1\n"
                    "p:so:lib%u.so.1=1.%u cmd:tool%u=%u.%u.%u-r%u\n",
                    i / 2, i / 3, i, i, i, i % 9, i % 37, i % 11, i % 5);
        if (i % 4 == 0)
            fp_buf_putf(&text, "i:docs package-%u\n", i + 1);
        fp_buf_puts(&text, "\n");
    }
    if (text.is_full)
        abort();
    return fp_buf_take(&text);
}

static double now(void)
{
    struct timespec at;
    (void) clock_gettime(CLOCK_MONOTONIC, &at);
    return (double) at.tv_sec + (double) at.tv_nsec / 1e9;
}

int main(void)
{
    static const char database[] = "C:Q1AAAAAAAAAAAAAAAAAAAAAAAAAAA=\nP:musl\nV:1.2.5-r0\np:so:"
                                   "libc.musl-x86_64.so.1=1 /bin/sh\n";
    struct fp_apk_index installed = {0};
    struct fp_apk_index index = {0};
    struct fp_apk_answer answer = {0};
    struct fp_strv requests = {0};
    struct rusage usage;
    struct fp_error err = {0};
    const struct fp_apk_index *list[] = {&index};
    char *text = make_index();
    size_t len = strlen(text);
    fp_strv_add(&requests, "package-29999");
    fp_strv_add(&requests, "package-12345");
    double begin = now();
    if (fp_apk_installed_parse(database, "installed", &installed, &err) != FP_OK ||
        fp_apk_index_parse(text, "index", &index, &err) != FP_OK)
        return 1;
    double parsed = now();
    struct fp_apk_question question = {.installed = &installed,
                                       .repositories = list,
                                       .repository_count = 1,
                                       .requests = &requests};
    if (fp_apk_resolve(&question, &answer, &err) != FP_OK) {
        (void) fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    double resolved = now();
    (void) getrusage(RUSAGE_SELF, &usage);
    (void) printf("%d packages, %zu bytes: parsed in %.3f s, resolved in %.3f s (%zu chosen), "
                  "peak %ld KiB\n",
                  PACKAGES, len, parsed - begin, resolved - parsed, answer.count, usage.ru_maxrss);
    fp_apk_answer_clear(&answer);
    fp_apk_index_clear(&index);
    fp_apk_index_clear(&installed);
    fp_strv_clear(&requests);
    return 0;
}

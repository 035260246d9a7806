/**
 * @file
 * The passwd file of a base, which also serves as group and shadow: adding an account twice changes
 * nothing the second time, and never loses existing bytes.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "flinkpack/base.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct fp_account account = {
    .name = "flink", .uid = 9999, .gid = 9999, .home = "/opt/flink", .epoch_s = 86400};

static void add_again(struct fp_base_facts *facts)
{
    struct fp_base_facts next = {.os_id = NULL};
    bool changed = true;
    struct fp_error err = {0};
    if (fp_base_add_account(facts, &account, &next.passwd, &next.group, &next.shadow, &changed,
                            &err) != FP_OK ||
        changed || strcmp(next.passwd, facts->passwd) != 0)
        abort();
    fp_base_facts_clear(&next);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fp_base_facts facts = {
        .os_id = fp_xstrdup(size % 2 == 0 ? "debian" : "alpine"),
        .passwd = fp_xstrndup((const char *) data, size),
        .group = fp_xstrndup((const char *) data, size),
        .shadow = fp_xstrndup((const char *) data, size),
    };
    struct fp_base_facts next = {.os_id = NULL};
    bool changed = false;
    struct fp_error err = {0};
    if (fp_base_add_account(&facts, &account, &next.passwd, &next.group, &next.shadow, &changed,
                            &err) == FP_OK) {
        if (strncmp(next.passwd, facts.passwd, strlen(facts.passwd)) != 0)
            abort();
        add_again(&next);
    }
    fp_base_facts_clear(&next);
    fp_base_facts_clear(&facts);
    return 0;
}

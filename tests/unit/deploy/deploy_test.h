/**
 * @file
 * What the tests of this room share: an image, options, and checks of refusals.
 */
#ifndef FLINKPACK_TEST_DEPLOY_H
#define FLINKPACK_TEST_DEPLOY_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "flinkpack/deploy.h"

/** The call succeeds; otherwise the text of the error is shown. */
#define assert_ok(call, error)                                                                     \
    do {                                                                                           \
        if ((call) != FP_OK)                                                                       \
            fail_msg("%s: %s", #call, (error).text);                                               \
    } while (0)

#define TEST_DIGEST "sha256:1111111111111111111111111111111111111111111111111111111111111111"

/** Options as they are when nothing was given. */
static inline struct fp_deploy_options no_options(void)
{
    return (struct fp_deploy_options){.run_as_user = -1, .fs_group = -1, .retries = -1, .ttl = -1};
}

/** The configuration of an image that flinkpack built. A new reference. */
static inline json_t *our_config(const char *version, const char *type)
{
    return json_pack("{s:[s], s:s, s:[s, s], s:{s:s, s:s, s:s, s:s}}", "Entrypoint",
                     "/docker-entrypoint.sh", "User", "9999:9999", "Env",
                     "PATH=/opt/flink/bin:/usr/bin", "FLINK_HOME=/opt/flink", "Labels",
                     "flinkpack.type", type, "flinkpack.flink-version", version,
                     "flinkpack.job-class", strcmp(type, "job") == 0 ? "com.example.Orders" : "",
                     "flinkpack.job-jars", strcmp(type, "job") == 0 ? "orders.jar" : "");
}

/** Generate for such an image. */
static inline enum fp_code generate_for(const char *version, const char *type,
                                        const struct fp_deploy_options *options,
                                        struct fp_deploy_result *ret, struct fp_error *err)
{
    cleanup_json json_t *config = our_config(version, type);
    const struct fp_deploy_image image = {
        .name = "registry.example.com/team/orders:1.2", .digest = TEST_DIGEST, .config = config};
    return fp_deploy_generate(options, &image, NULL, 0, NULL, ret, err);
}

#endif

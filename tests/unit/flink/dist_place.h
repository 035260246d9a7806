/**
 * @file
 * A place where distributions are made and read.
 */
#ifndef FLINKPACK_TESTS_DIST_PLACE_H
#define FLINKPACK_TESTS_DIST_PLACE_H

#include "flink_test.h"

/* A folder of the test's own, and a place for layers in it. */
struct place {
    char *folder;
    char *archive;
    struct fp_layer_options layer;
    struct fp_distribution_options options;
};

static inline int setup(void **state)
{
    struct place *place = fp_xcalloc(1, sizeof(*place));
    struct fp_error err = {0};
    if (fp_temp_dir("/tmp", &place->folder, &err) != FP_OK)
        return -1;
    place->archive = fp_path_join(place->folder, "flink.tgz");
    place->layer.folder = place->folder;
    place->options = (struct fp_distribution_options){
        .archive = place->archive, .layer = &place->layer, .mtime_s = -1};
    *state = place;
    return 0;
}

static inline int teardown(void **state)
{
    struct place *place = *state;
    fp_temp_remove(place->folder);
    free(place->archive);
    free(place);
    return 0;
}

static inline void write_dist(const struct place *place, const struct dist_shape *shape)
{
    cleanup_buf struct fp_buf tar = FP_BUF_INIT((size_t) 4 << 20);
    dist_tar(&tar, shape);
    write_gzip(place->archive, tar.data, tar.len, false);
}

static inline struct fp_distribution read_dist(const struct place *place)
{
    struct fp_distribution dist = {0};
    struct fp_error err = {0};
    if (fp_distribution_read(&place->options, &dist, &err) != FP_OK)
        fail_msg("%s", err.text);
    return dist;
}

static inline void refused(const struct place *place, enum fp_code code, const char *words)
{
    struct fp_distribution dist = {0};
    struct fp_error err = {0};
    enum fp_code got = fp_distribution_read(&place->options, &dist, &err);
    if (got != code || (strstr(err.text, words) == NULL && strstr(err.hint, words) == NULL))
        fail_msg("code %d: '%s' [%s], expected %d and '%s'", got, err.text, err.hint, code, words);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

#endif

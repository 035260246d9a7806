/* The jars of an archive are handed over while it is read. */
#include "dist_place.h"

/* What was received: "PATH=CONTENT;" of each jar that was read to its end. */
struct received {
    struct fp_buf text;
    struct fp_buf jar;
    const char *refused; /* a path that is not wanted */
};

/* A sink that adds what it got when it is finished. */
struct jar_sink {
    struct fp_sink base;
    struct received *to;
    struct fp_sink *jar;
    char *path;
};

static enum fp_code write_jar(struct fp_sink *self, const void *data, size_t len,
                              struct fp_error *err)
{
    return fp_sink_write(((struct jar_sink *) self)->jar, data, len, err);
}

static enum fp_code finish_jar(struct fp_sink *self, struct fp_error *err)
{
    struct jar_sink *sink = (struct jar_sink *) self;
    fp_buf_putf(&sink->to->text, "%s=%s;", sink->path, fp_buf_text(&sink->to->jar));
    return fp_sink_finish(sink->jar, err);
}

static void free_jar(struct fp_sink *self)
{
    struct jar_sink *sink = (struct jar_sink *) self;
    fp_sink_free(sink->jar);
    free(sink->path);
    free(sink);
}

static enum fp_code open_jar(void *context, const char *path, struct fp_sink **ret,
                             struct fp_error *err)
{
    static const struct fp_sink_ops OPS = {write_jar, finish_jar, free_jar};
    struct received *received = context;
    (void) err;
    *ret = NULL;
    if (received->refused != NULL && strcmp(received->refused, path) == 0)
        return FP_OK;
    fp_buf_clear(&received->jar);
    struct jar_sink *sink = fp_xcalloc(1, sizeof(*sink));
    *sink = (struct jar_sink){{&OPS}, received, fp_sink_buf(&received->jar), fp_xstrdup(path)};
    *ret = &sink->base;
    return FP_OK;
}

static const char ALL[] =
    "lib/flink-dist-1.20.0.jar=PK dist;lib/flink-scala_2.12-1.20.0.jar=PK scala;";

static struct received received_of(struct place *place, const char *refused)
{
    struct received received = {FP_BUF_INIT(4096), FP_BUF_INIT(4096), refused};
    const struct fp_jar_receiver receiver = {open_jar, &received};
    place->options.jars = &receiver;
    struct fp_distribution dist = read_dist(place);
    assert_int_equal(dist.lib_jars.len, 2);
    fp_distribution_clear(&dist);
    place->options.jars = NULL;
    fp_buf_clear(&received.jar);
    return received;
}

/* Used as it is, read twice, repacked at once, and with another spelling: each jar comes once. */
static void test_received_once(void **state)
{
    struct place *place = *state;
    static const struct {
        struct dist_shape shape;
        bool slim;
    } CASES[] = {
        {{0}, false}, {{.owner = "0177777"}, false}, {{0}, true}, {{.rooted = "./"}, false}};
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        write_dist(place, &CASES[i].shape);
        place->options.slim = CASES[i].slim;
        struct received received = received_of(place, NULL);
        assert_string_equal(fp_buf_text(&received.text), ALL);
        fp_buf_clear(&received.text);
    }
}

/* What is received changes nothing of the layer, nor does what is not wanted. */
static void test_layer_is_the_same(void **state)
{
    struct place *place = *state;
    for (int slim = 0; slim < 2; slim++) {
        write_dist(place, &(struct dist_shape){0});
        place->options.slim = slim != 0;
        struct fp_distribution plain = read_dist(place);
        struct received received = received_of(place, "lib/flink-dist-1.20.0.jar");
        assert_string_equal(fp_buf_text(&received.text), strchr(ALL, ';') + 1);
        const struct fp_jar_receiver receiver = {open_jar, &received};
        place->options.jars = &receiver;
        struct fp_distribution again = read_dist(place);
        assert_string_equal(again.layer.diff_id.text, plain.layer.diff_id.text);
        place->options.jars = NULL;
        fp_distribution_clear(&again);
        fp_distribution_clear(&plain);
        fp_buf_clear(&received.text);
        fp_buf_clear(&received.jar);
    }
}

static void test_jars_alone(void **state)
{
    struct place *place = *state;
    struct received received = {FP_BUF_INIT(4096), FP_BUF_INIT(4096), NULL};
    const struct fp_jar_receiver receiver = {open_jar, &received};
    const struct fp_distribution_options options = {.archive = place->archive, .jars = &receiver};
    cleanup_strv struct fp_strv jars = {0};
    struct fp_error err = {0};
    assert_int_equal(fp_distribution_read_jars(&options, &jars, &err), FP_E_NOT_FOUND);
    write_dist(place, &(struct dist_shape){0});
    assert_int_equal(fp_distribution_read_jars(&options, &jars, &err), FP_OK);
    assert_string_equal(fp_buf_text(&received.text), ALL);
    assert_int_equal(jars.len, 2);
    assert_string_equal(jars.items[1], "flink-scala_2.12-1.20.0.jar");
    fp_buf_clear(&received.text);
    fp_buf_clear(&received.jar);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_received_once),
        TEST(test_layer_is_the_same),
        TEST(test_jars_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

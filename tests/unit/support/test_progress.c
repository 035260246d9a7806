#include "support.h"

/* Records each event as "KIND ID STAGE TEXT DONE/TOTAL". */
struct notes {
    struct fp_reporter base;
    struct fp_strv lines;
    uint64_t first_id;
};

static void note(struct fp_reporter *self, const struct fp_event *event)
{
    struct notes *notes = (struct notes *) self;
    if (notes->first_id == 0)
        notes->first_id = event->id;
    fp_strv_addf(&notes->lines, "%d %s %s %d/%d", (int) event->kind,
                 event->stage != NULL ? event->stage : "-", event->text, (int) event->done_bytes,
                 (int) event->total_bytes);
}

static void assert_lines(const struct notes *notes, const char *const *expected, size_t len)
{
    assert_int_equal(notes->lines.len, len);
    for (size_t i = 0; i < len; i++)
        assert_string_equal(notes->lines.items[i], expected[i]);
}

static void stages_tell_their_course(void **state)
{
    (void) state;
    struct notes notes = {.base = {.event = note}};
    struct fp_stage stage;
    fp_stage_begin(&stage, &notes.base, "push", "sha256:1", 10);
    fp_stage_advance(&stage, 4);
    fp_stage_advance(&stage, 6);
    (void) fp_stage_close(&stage, FP_OK, "existing");
    fp_stage_begin(&stage, &notes.base, "layer", "job", 0);
    (void) fp_stage_close(&stage, FP_E_IO, NULL);
    static const char *const expected[] = {
        "0 push sha256:1 0/10",  "1 push sha256:1 4/10", "1 push sha256:1 10/10",
        "2 push existing 10/10", "0 layer job 0/0",      "3 layer job 0/0",
    };
    assert_lines(&notes, expected, 6);
    assert_int_equal(stage.id, notes.first_id + 1);
    fp_strv_clear(&notes.lines);
}

static void lines_are_formatted(void **state)
{
    (void) state;
    struct notes notes = {.base = {.event = note}};
    fp_report(&notes.base, FP_EVENT_WARNING, "%d layers", 3);
    static const char *const expected[] = {"5 - 3 layers 0/0"};
    assert_lines(&notes, expected, 1);
    assert_int_equal(notes.first_id, 0);
    fp_strv_clear(&notes.lines);
}

static void no_reporter_is_silence(void **state)
{
    (void) state;
    struct fp_stage stage;
    fp_stage_begin(&stage, NULL, "push", NULL, 10);
    fp_stage_advance(&stage, 4);
    assert_int_equal(stage.done_bytes, 4);
    (void) fp_stage_close(&stage, FP_OK, "done");
    (void) fp_stage_close(&stage, FP_E_IO, NULL);
    fp_report(NULL, FP_EVENT_INFO, "x");
}

static void sources_advance_their_stage(void **state)
{
    (void) state;
    struct fp_error err = {0};
    struct notes notes = {.base = {.event = note}};
    struct fp_stage stage;
    fp_stage_begin(&stage, &notes.base, "download", "x", 3);
    cleanup_source struct fp_source *source = fp_source_staged(fp_source_memory("abc", 3), &stage);
    cleanup_sink struct fp_sink *null = fp_sink_null();
    assert_ok(fp_stream_copy(source, null, NULL, &err), err);
    static const char *const expected[] = {"0 download x 0/3", "1 download x 3/3"};
    assert_lines(&notes, expected, 2);
    fp_strv_clear(&notes.lines);
}

static void long_text_is_cut_between_characters(void **state)
{
    (void) state;
    char text[200];
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    memcpy(text + 157, "\xe2\x82\xac", 3); /* the euro sign would end at 160 */
    struct fp_stage stage;
    fp_stage_begin(&stage, NULL, "push", text, 0);
    assert_int_equal(strlen(stage.text), 157);
    text[156] = 'x';
    memset(text + 157, 'y', 3);
    fp_stage_begin(&stage, NULL, "push", text, 0);
    assert_int_equal(strlen(stage.text), sizeof(stage.text) - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stages_tell_their_course),
        cmocka_unit_test(lines_are_formatted),
        cmocka_unit_test(no_reporter_is_silence),
        cmocka_unit_test(sources_advance_their_stage),
        cmocka_unit_test(long_text_is_cut_between_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

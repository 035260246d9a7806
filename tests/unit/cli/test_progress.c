#include "cli_test.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "progress.h"

/* The renderers read this clock. */
static uint64_t clock_ms;

static uint64_t read_clock(void)
{
    return clock_ms;
}

/* A renderer that writes to a pipe. */
struct fixture {
    struct fp_progress *progress;
    struct fp_reporter *reporter;
    int read_fd;
    int write_fd;
    struct fp_buf seen;
};

static struct fixture begin(struct fp_progress_options options)
{
    int fds[2] = {-1, -1};
    assert_int_equal(pipe2(fds, O_CLOEXEC | O_NONBLOCK), 0);
    clock_ms = 1000;
    options.fd = fds[1];
    options.now_ms = read_clock;
    options.no_ticker = true;
    struct fixture f = {.read_fd = fds[0], .write_fd = fds[1], .seen = FP_BUF_INIT(1 << 20)};
    f.progress = fp_progress_new(&options);
    f.reporter = fp_progress_reporter(f.progress);
    return f;
}

/* The output since the last call. */
static const char *seen(struct fixture *f)
{
    char bytes[4096];
    fp_buf_clear(&f->seen);
    ssize_t n = 0;
    while ((n = read(f->read_fd, bytes, sizeof(bytes))) > 0)
        fp_buf_put(&f->seen, bytes, (size_t) n);
    return fp_buf_text(&f->seen);
}

static void end(struct fixture *f)
{
    fp_progress_free(f->progress);
    (void) close(f->read_fd);
    (void) close(f->write_fd);
    fp_buf_clear(&f->seen);
}

static void tick_after(struct fixture *f, uint64_t ms)
{
    clock_ms += ms;
    fp_progress_tick(f->progress);
}

static void plain_tells_of_what_is_finished(void **state)
{
    (void) state;
    struct fixture f = begin((struct fp_progress_options){.mode = FP_PROGRESS_PLAIN});
    struct fp_stage stage;
    fp_stage_begin(&stage, f.reporter, "download", "flink-1.20.4.tgz", 4000000);
    fp_stage_advance(&stage, 4000000);
    assert_string_equal(seen(&f), "");
    clock_ms += 2000;
    (void) fp_stage_close(&stage, FP_OK, "done");
    assert_string_equal(seen(&f), "download flink-1.20.4.tgz: done, 4.0 MB in 2.0 s (2.0 MB/s)\n");
    fp_stage_begin(&stage, f.reporter, "download", "resumed.tgz", 4000000);
    fp_stage_keep(&stage, 3000000);
    fp_stage_advance(&stage, 1000000);
    clock_ms += 2000;
    (void) fp_stage_close(&stage, FP_OK, "done");
    assert_string_equal(seen(&f), "download resumed.tgz: done, 1.0 MB in 2.0 s (500 kB/s)\n");
    fp_stage_begin(&stage, f.reporter, "layer", "job", 0);
    fp_stage_advance(&stage, 1200);
    clock_ms += 499;
    (void) fp_stage_close(&stage, FP_OK, "made");
    assert_string_equal(seen(&f), "layer job: made, 1.2 kB\n");
    fp_stage_begin(&stage, f.reporter, "push", "sha256:0123", 4000000);
    (void) fp_stage_close(&stage, FP_OK, "existing");
    assert_string_equal(seen(&f), "push sha256:0123: existing\n");
    fp_stage_begin(&stage, f.reporter, "push", "sha256:4567", 4000000);
    clock_ms += 61000;
    (void) fp_stage_close(&stage, FP_E_IO, NULL);
    assert_string_equal(seen(&f), ""); /* the error reports it */
    fp_stage_begin(&stage, f.reporter, "copy", "sha256:89ab", 4000000);
    (void) fp_stage_close(&stage, FP_OK, NULL);
    assert_string_equal(seen(&f), "");
    end(&f);
}

static void plain_gives_signs_of_life(void **state)
{
    (void) state;
    struct fixture f = begin((struct fp_progress_options){.mode = FP_PROGRESS_PLAIN});
    struct fp_stage first;
    struct fp_stage second;
    tick_after(&f, 9999);
    assert_string_equal(seen(&f), "");
    tick_after(&f, 1);
    assert_string_equal(seen(&f), "... 10.0 s\n");
    fp_stage_begin(&first, f.reporter, "download", "flink.tgz", 100000000);
    fp_stage_begin(&second, f.reporter, "layer", "job", 0);
    fp_stage_advance(&first, 25000000);
    tick_after(&f, 5000);
    assert_string_equal(seen(&f), "");
    tick_after(&f, 5000);
    assert_string_equal(seen(&f), "... 20.0 s, download flink.tgz: 25.0 MB of 100 MB, 2.5 MB/s, "
                                  "and 1 more\n");
    (void) fp_stage_close(&first, FP_OK, "done");
    (void) fp_stage_close(&second, FP_OK, "done");
    end(&f);
}

static void lines_say_what_they_are(void **state)
{
    (void) state;
    struct fixture f =
        begin((struct fp_progress_options){.mode = FP_PROGRESS_PLAIN, .verbose = true});
    fp_report(f.reporter, FP_EVENT_INFO, "hello");
    fp_report(f.reporter, FP_EVENT_WARNING, "careful");
    fp_report(f.reporter, FP_EVENT_DEBUG, "GET %s", "/v2/");
    fp_report(f.reporter, FP_EVENT_INFO, "evil \033[2J");
    assert_string_equal(seen(&f), "hello\nflinkpack: warning: careful\ndebug: GET /v2/\n"
                                  "evil ?[2J\n");
    end(&f);
}

static void debug_lines_need_verbose(void **state)
{
    (void) state;
    struct fixture f = begin((struct fp_progress_options){.mode = FP_PROGRESS_PLAIN});
    fp_report(f.reporter, FP_EVENT_DEBUG, "GET /v2/");
    assert_string_equal(seen(&f), "");
    end(&f);
}

static void errors_come_with_what_to_try(void **state)
{
    (void) state;
    struct fixture f = begin((struct fp_progress_options){.mode = FP_PROGRESS_NONE});
    struct fp_error err = {0};
    assert_int_equal(fp_fail(&err, FP_E_NOT_FOUND, "job.jar: no such file"), FP_E_NOT_FOUND);
    fp_progress_error(f.progress, &err);
    assert_string_equal(seen(&f), "flinkpack: error: job.jar: no such file\n");
    fp_hint(&err, "mvn package");
    fp_progress_error(f.progress, &err);
    assert_string_equal(seen(&f), "flinkpack: error: job.jar: no such file\n  try: mvn package\n");
    end(&f);
}

static void quiet_tells_of_warnings_and_errors_only(void **state)
{
    (void) state;
    struct fixture f =
        begin((struct fp_progress_options){.mode = FP_PROGRESS_PLAIN, .quiet = true});
    struct fp_stage stage;
    struct fp_error err = {0};
    fp_stage_begin(&stage, f.reporter, "push", "x", 0);
    fp_report(f.reporter, FP_EVENT_INFO, "news");
    fp_report(f.reporter, FP_EVENT_WARNING, "careful");
    (void) fp_stage_close(&stage, FP_OK, "done");
    assert_string_equal(seen(&f), "flinkpack: warning: careful\n");
    assert_int_equal(fp_fail(&err, FP_E_IO, "bad"), FP_E_IO);
    fp_progress_error(f.progress, &err);
    assert_string_equal(seen(&f), "flinkpack: error: bad\n");
    end(&f);
}

static void warnings_are_kept_and_may_be_errors(void **state)
{
    (void) state;
    for (int strict = 0; strict < 2; strict++) {
        struct fixture f =
            begin((struct fp_progress_options){.mode = FP_PROGRESS_PLAIN, .strict = strict != 0});
        struct fp_error err = {0};
        fp_report(f.reporter, FP_EVENT_INFO, "news");
        assert_int_equal(fp_report_heed(f.reporter, &err), FP_OK);
        fp_report(f.reporter, FP_EVENT_WARNING, "one");
        fp_report(f.reporter, FP_EVENT_WARNING, "two");
        fp_report(f.reporter, FP_EVENT_WARNING, "one");
        assert_string_equal(seen(&f), "news\nflinkpack: warning: one\nflinkpack: warning: two\n");
        assert_int_equal(fp_progress_warnings(f.progress)->len, 2);
        assert_int_equal(fp_report_heed(f.reporter, &err), strict ? FP_E_INPUT : FP_OK);
        assert_string_equal(err.text, strict ? "--fail-on-warning: one (and more, see above)" : "");
        end(&f);
    }
    assert_int_equal(fp_report_heed(NULL, NULL), FP_OK);
}

static void none_leaves_stages_out(void **state)
{
    (void) state;
    struct fixture f = begin((struct fp_progress_options){.mode = FP_PROGRESS_NONE});
    struct fp_stage stage;
    fp_stage_begin(&stage, f.reporter, "push", "x", 0);
    fp_report(f.reporter, FP_EVENT_WARNING, "careful");
    fp_report(f.reporter, FP_EVENT_INFO, "next: push it");
    (void) fp_stage_close(&stage, FP_OK, "done");
    fp_progress_result(f.progress, "orders", "sha256:0123"); /* on standard output only */
    tick_after(&f, 60000);
    assert_string_equal(seen(&f), "flinkpack: warning: careful\n");
    end(&f);
}

static json_t *parse_line(const char *text)
{
    struct fp_error err = {0};
    json_t *value = NULL;
    assert_int_equal(strcspn(text, "\n"), strlen(text) - 1); /* one line */
    assert_ok(fp_json_parse(text, strlen(text), "line", &value, &err), err);
    return value;
}

static void json_is_an_object_a_line(void **state)
{
    (void) state;
    struct fixture f = begin((struct fp_progress_options){.mode = FP_PROGRESS_JSON});
    struct fp_stage stage;
    fp_stage_begin(&stage, f.reporter, "push", "a \"quoted\" \xff name", 1000);
    cleanup_json json_t *first = parse_line(seen(&f));
    assert_string_equal(fp_json_string(first, "event"), "begin");
    assert_string_equal(fp_json_string(first, "stage"), "push");
    assert_string_equal(fp_json_string(first, "text"), "a \"quoted\" ? name");
    assert_int_equal(json_integer_value(json_object_get(first, "total_bytes")), 1000);
    clock_ms += 50;
    fp_stage_advance(&stage, 100);
    assert_string_equal(seen(&f), ""); /* too soon */
    clock_ms += 50;
    fp_stage_advance(&stage, 100);
    cleanup_json json_t *second = parse_line(seen(&f));
    assert_string_equal(fp_json_string(second, "event"), "advance");
    assert_int_equal(json_integer_value(json_object_get(second, "done_bytes")), 200);
    assert_int_equal(json_integer_value(json_object_get(second, "elapsed_ms")), 100);
    assert_true(json_equal(json_object_get(first, "id"), json_object_get(second, "id")));
    (void) fp_stage_close(&stage, FP_OK, "uploaded");
    cleanup_json json_t *third = parse_line(seen(&f));
    assert_string_equal(fp_json_string(third, "event"), "end");
    assert_string_equal(fp_json_string(third, "outcome"), "uploaded");
    end(&f);
}

static void json_errors_carry_the_status(void **state)
{
    (void) state;
    struct fixture f = begin((struct fp_progress_options){.mode = FP_PROGRESS_JSON});
    struct fp_error err = {0};
    assert_int_equal(fp_fail(&err, FP_E_AUTH, "refused"), FP_E_AUTH);
    fp_hint(&err, "flinkpack login");
    fp_progress_error(f.progress, &err);
    cleanup_json json_t *value = parse_line(seen(&f));
    assert_string_equal(fp_json_string(value, "event"), "error");
    assert_int_equal(json_integer_value(json_object_get(value, "status")), 4);
    assert_string_equal(fp_json_string(value, "text"), "refused");
    assert_string_equal(fp_json_string(value, "hint"), "flinkpack login");
    assert_int_equal(fp_fail(&err, FP_E_AUTH, "refused"), FP_E_AUTH);
    fp_progress_error(f.progress, &err);
    cleanup_json json_t *without = parse_line(seen(&f));
    assert_null(json_object_get(without, "hint"));
    end(&f);
}

static void json_ends_with_the_result(void **state)
{
    (void) state;
    struct fixture f = begin((struct fp_progress_options){.mode = FP_PROGRESS_JSON});
    fp_progress_result(f.progress, "registry.example.com/orders", "sha256:0123");
    cleanup_json json_t *value = parse_line(seen(&f));
    assert_string_equal(fp_json_string(value, "event"), "result");
    assert_string_equal(fp_json_string(value, "name"), "registry.example.com/orders");
    assert_string_equal(fp_json_string(value, "digest"), "sha256:0123");
    end(&f);
}

static void terminal_shows_bars_and_takes_them_down(void **state)
{
    (void) state;
    struct fixture f = begin((struct fp_progress_options){.mode = FP_PROGRESS_TTY, .columns = 100});
    struct fp_stage stage;
    fp_stage_begin(&stage, f.reporter, "push", "sha256:0123", 1000000);
    assert_string_equal(seen(&f), ""); /* until the next tick */
    clock_ms += 1000;
    fp_stage_advance(&stage, 500000);
    fp_progress_tick(f.progress);
    assert_string_equal(seen(&f), "push sha256:0123  [============>           ]  50%  500 kB/1.0 "
                                  "MB  500 kB/s\n");
    fp_report(f.reporter, FP_EVENT_INFO, "hello");
    const char *text = seen(&f);
    assert_memory_equal(text, "\033[1A\r\033[Jhello\npush ", 19);
    clock_ms += 1000;
    fp_stage_advance(&stage, 500000);
    (void) fp_stage_close(&stage, FP_OK, "uploaded");
    assert_string_equal(seen(&f), "\033[1A\r\033[Jpush sha256:0123: uploaded, 1.0 MB in 2.0 s (500 "
                                  "kB/s)\n");
    fp_stage_begin(&stage, f.reporter, "push", "next", 0);
    fp_progress_tick(f.progress);
    (void) seen(&f);
    fp_progress_stop(f.progress);
    assert_string_equal(seen(&f), "\033[1A\r\033[J");
    end(&f);
}

static void bars_fit_the_terminal(void **state)
{
    (void) state;
    struct fixture f = begin((struct fp_progress_options){.mode = FP_PROGRESS_TTY, .columns = 40});
    struct fp_stage stages[12];
    for (size_t i = 0; i < 12; i++) {
        fp_stage_begin(&stages[i], f.reporter, "download",
                       "caf\xc3\xa9-with-a-very-long-name-indeed-1.20.4-bin-scala_2.12.tgz", 1000);
        fp_stage_advance(&stages[i], 10);
    }
    clock_ms += 5000;
    fp_progress_tick(f.progress);
    cleanup_strv struct fp_strv lines = {0};
    fp_strv_split(&lines, seen(&f), '\n');
    assert_int_equal(lines.len, 9);
    assert_string_equal(lines.items[8], "and 4 more");
    for (size_t i = 0; i < lines.len; i++)
        assert_true(strlen(lines.items[i]) <= 40); /* the accent takes two bytes */
    tick_after(&f, 100);
    assert_memory_equal(seen(&f), "\033[9A", 4);
    for (size_t i = 0; i < 12; i++)
        (void) fp_stage_close(&stages[i], FP_OK, "done");
    end(&f);
}

static void more_than_the_total_is_no_overflow(void **state)
{
    (void) state;
    struct fixture f = begin((struct fp_progress_options){.mode = FP_PROGRESS_TTY, .columns = 100});
    struct fp_stage stage;
    fp_stage_begin(&stage, f.reporter, "push", "x", 10);
    fp_stage_advance(&stage, 1000);
    clock_ms += 5000;
    fp_progress_tick(f.progress);
    assert_contains(seen(&f), "[=======================>] 100%");
    (void) fp_stage_close(&stage, FP_OK, "done");
    end(&f);
}

static void modes_have_names(void **state)
{
    (void) state;
    assert_int_equal(fp_progress_mode_of("tty"), FP_PROGRESS_TTY);
    assert_int_equal(fp_progress_mode_of("plain"), FP_PROGRESS_PLAIN);
    assert_int_equal(fp_progress_mode_of("json"), FP_PROGRESS_JSON);
    assert_int_equal(fp_progress_mode_of("none"), FP_PROGRESS_NONE);
    assert_int_equal(fp_progress_mode_of("auto"), FP_PROGRESS_AUTO);
    assert_int_equal(fp_progress_mode_of(NULL), FP_PROGRESS_AUTO);
}

static void a_pipe_is_no_terminal(void **state)
{
    (void) state;
    struct fixture f = begin((struct fp_progress_options){.mode = FP_PROGRESS_AUTO});
    assert_false(fp_progress_can_draw(f.write_fd));
    fp_report(f.reporter, FP_EVENT_INFO, "hello");
    assert_string_equal(seen(&f), "hello\n");
    end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_tells_of_what_is_finished),
        cmocka_unit_test(plain_gives_signs_of_life),
        cmocka_unit_test(lines_say_what_they_are),
        cmocka_unit_test(debug_lines_need_verbose),
        cmocka_unit_test(errors_come_with_what_to_try),
        cmocka_unit_test(quiet_tells_of_warnings_and_errors_only),
        cmocka_unit_test(warnings_are_kept_and_may_be_errors),
        cmocka_unit_test(none_leaves_stages_out),
        cmocka_unit_test(json_is_an_object_a_line),
        cmocka_unit_test(json_errors_carry_the_status),
        cmocka_unit_test(json_ends_with_the_result),
        cmocka_unit_test(terminal_shows_bars_and_takes_them_down),
        cmocka_unit_test(bars_fit_the_terminal),
        cmocka_unit_test(more_than_the_total_is_no_overflow),
        cmocka_unit_test(modes_have_names),
        cmocka_unit_test(a_pipe_is_no_terminal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

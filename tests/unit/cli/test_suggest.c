#include "cli_test.h"

#include "option.h"

static const char *nearest(const char *word, const char *first, const char *second)
{
    struct fp_suggestion suggestion = fp_suggestion_for(word);
    fp_suggestion_consider(&suggestion, first);
    fp_suggestion_consider(&suggestion, second);
    return suggestion.best;
}

static void near_names_are_found(void **state)
{
    (void) state;
    assert_string_equal(nearest("puhs", "pull", "push"), "push");
    assert_string_equal(nearest("biuld", "build", "base"), "build");
    assert_string_equal(nearest("flink-vresion", "scala-version", "flink-version"),
                        "flink-version");
    assert_string_equal(nearest("job-jars", "job-jar", "job-artifacts"), "job-jar");
    assert_string_equal(nearest("from-arch", "from-image", "from-archive"), "from-archive");
    assert_string_equal(nearest("image-nam", "image-config", "image-name"), "image-name");
}

static void far_names_are_not(void **state)
{
    (void) state;
    assert_null(nearest("xyz", "push", "pull"));
    assert_null(nearest("", "push", "pull"));
    assert_null(nearest("a", "b", "c"));
    assert_null(nearest("kubernetes", "platform", "progress"));
    char word[300];
    memset(word, 'a', sizeof(word) - 1);
    word[sizeof(word) - 1] = '\0';
    assert_null(nearest(word, "a", word));
}

static void longest_words_fit(void **state)
{
    (void) state;
    char word[65];
    memset(word, 'a', 64);
    word[64] = '\0';
    char other[65];
    memcpy(other, word, sizeof(word));
    other[63] = 'b';
    assert_string_equal(nearest(word, other, "x"), other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(near_names_are_found),
        cmocka_unit_test(far_names_are_not),
        cmocka_unit_test(longest_words_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

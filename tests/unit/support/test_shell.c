#include "support.h"

static void assert_word(const char *text, const char *expected)
{
    cleanup_free char *word = fp_shell_word(text);
    assert_string_equal(word, expected);
}

static void plain_words_stay(void **state)
{
    (void) state;
    assert_word("s3://bucket/a_b-c.d:e@f%20+g=1,2", "s3://bucket/a_b-c.d:e@f%20+g=1,2");
}

static void others_are_quoted(void **state)
{
    (void) state;
    assert_word("", "''");
    assert_word("a b", "'a b'");
    assert_word("~", "'~'");
    assert_word("$X`id`\n", "'$X`id`\n'");
    assert_word("it's", "'it'\\''s'");
    assert_word("'", "''\\'''");
    assert_word("\303\244", "'\303\244'");
}

/* A shell reads back the same text, for any bytes in it. */
static void a_shell_reads_the_text(void **state)
{
    (void) state;
    char text[256];
    for (int i = 1; i < 256; i++)
        text[i - 1] = (char) i;
    text[255] = '\0';
    cleanup_free char *word = fp_shell_word(text);
    cleanup_free char *command = fp_xasprintf("printf %%s %s", word);
    FILE *shell = popen(command, "re");
    assert_non_null(shell);
    char read[512];
    size_t len = fread(read, 1, sizeof(read), shell);
    assert_int_equal(pclose(shell), 0);
    assert_int_equal(len, strlen(text));
    assert_memory_equal(read, text, len);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_words_stay),
        cmocka_unit_test(others_are_quoted),
        cmocka_unit_test(a_shell_reads_the_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Passwords: read from standard input or from a terminal, and wiped from memory after use. */
#include "secret.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define SECRET_MAX_BYTES ((size_t) 64 << 10)

/* Remove the one line end that editors and echo append, as docker does. Other line breaks belong to
 * the password: Google's key files, which are used as passwords, have many. */
static enum fp_code trim(struct fp_buf *secret, char **ret, struct fp_error *err)
{
    static const char ends[] = {'\n', '\r'};
    for (size_t i = 0; i < sizeof(ends); i++)
        if (secret->len > 0 && secret->data[secret->len - 1] == ends[i])
            secret->data[--secret->len] = '\0';
    enum fp_code code = FP_OK;
    if (secret->len == 0)
        code = fp_fail(err, FP_E_USAGE, "the password is empty");
    else if (strlen(secret->data) != secret->len)
        code = fp_fail(err, FP_E_USAGE, "the password is no text");
    if (code == FP_OK)
        *ret = fp_buf_take(secret);
    return code;
}

/* Call read() once. `*ret_end` is set at the end of the input or, if `one_line` is set, of a line.
 */
static enum fp_code read_some(int fd, struct fp_buf *secret, bool one_line, bool *ret_end,
                              struct fp_error *err)
{
    char bytes[512];
    ssize_t n = read(fd, bytes, sizeof(bytes));
    if (n < 0 && errno == EINTR)
        return fp_cancel_check(err);
    if (n < 0)
        return fp_fail_errno(err, FP_E_IO, "cannot read the password");
    *ret_end = n == 0 || (one_line && memchr(bytes, '\n', (size_t) n) != NULL);
    fp_buf_put(secret, bytes, (size_t) n);
    explicit_bzero(bytes, sizeof(bytes));
    return fp_buf_check(secret, err);
}

static enum fp_code read_secret(int fd, bool one_line, char **ret, struct fp_error *err)
{
    cleanup_secret_buf struct fp_buf secret = FP_BUF_INIT(SECRET_MAX_BYTES);
    enum fp_code code = FP_OK;
    for (bool end = false; !end && code == FP_OK;)
        code = read_some(fd, &secret, one_line, &end, err);
    return code == FP_OK ? trim(&secret, ret, err) : code;
}

enum fp_code fp_secret_read(int fd, char **ret, struct fp_error *err)
{
    return read_secret(fd, false, ret, err);
}

enum fp_code fp_secret_ask(const char *prompt, const char *otherwise, char **ret,
                           struct fp_error *err)
{
    cleanup_fd int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    struct termios before = {0};
    if (fd < 0 || tcgetattr(fd, &before) != 0) {
        return fp_hinted(fp_fail(err, FP_E_USAGE, "there is no terminal to ask for a password"),
                         err, "%s", otherwise);
    }
    struct termios silent = before;
    silent.c_lflag &= ~(tcflag_t) ECHO;
    (void) !write(fd, prompt, strlen(prompt));
    (void) tcsetattr(fd, TCSAFLUSH, &silent);
    enum fp_code code = read_secret(fd, true, ret, err);
    (void) tcsetattr(fd, TCSAFLUSH, &before);
    (void) !write(fd, "\n", 1);
    return code;
}

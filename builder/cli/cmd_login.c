/* login and logout: these ask for credentials, check, store and delete them. Passwords are read
 * from standard input or from a terminal, and wiped from memory after use. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "session.h"

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

/* Ask for a password with the echo of the terminal turned off. */
static enum fp_code ask_on_terminal(const char *prompt, char **ret, struct fp_error *err)
{
    cleanup_fd int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    struct termios before = {0};
    if (fd < 0 || tcgetattr(fd, &before) != 0) {
        return fp_hinted(fp_fail(err, FP_E_USAGE, "there is no terminal to ask for a password"),
                         err, "give --password-stdin");
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

static enum fp_code take_password(const struct fp_args *args, const char *host, char **ret,
                                  struct fp_error *err)
{
    if (args->password_stdin)
        return read_secret(STDIN_FILENO, false, ret, err);
    cleanup_free char *prompt = fp_xasprintf("Password of %s at %s: ", args->username, host);
    return ask_on_terminal(prompt, ret, err);
}

/* Refused credentials are not stored, because they would make every later command fail. */
static enum fp_code check(const struct fp_run *run, const char *host, const char *password,
                          struct fp_error *err)
{
    cleanup_session struct fp_session session = {0};
    bool asked_for = false;
    if (run->args.offline)
        return FP_OK;
    FP_TRY(fp_session_open_remote(run, &session, err));
    struct fp_registry_options options = session.context.places.registry;
    options.credentials =
        (struct fp_credentials_options){.username = run->args.username, .password = password};
    enum fp_code code = fp_registry_check_login(&options, host, &asked_for, err);
    if (code == FP_OK && !asked_for)
        fp_report(run->reporter, FP_EVENT_WARNING,
                  "%s asks for no credentials, so that these were not checked", host);
    if (code == FP_E_NETWORK)
        fp_hint(err, "to keep them unchecked: --offline");
    return code;
}

enum fp_code fp_run_login(struct fp_run *run, struct fp_error *err)
{
    const struct fp_args *args = &run->args;
    cleanup_free char *host = NULL;
    cleanup_secret char *password = NULL;
    if (args->username == NULL)
        return fp_hinted(fp_fail(err, FP_E_USAGE, "login: expected --username NAME"), err,
                         "flinkpack login %s --username NAME --password-stdin < FILE",
                         run->operands.items[0]);
    if (strchr(args->username, ':') != NULL)
        return fp_fail(err, FP_E_USAGE, "--username: a name cannot contain ':'");
    FP_TRY(fp_registry_host_of(run->operands.items[0], &host, err));
    FP_TRY(fp_credentials_can_store(args->authfile, err));
    FP_TRY(take_password(args, host, &password, err));
    FP_TRY(check(run, host, password, err));
    const struct fp_credentials_options credentials = {
        .username = args->username, .password = password, .authfile = args->authfile};
    return fp_credentials_store(&credentials, host, run->reporter, err);
}

enum fp_code fp_run_logout(struct fp_run *run, struct fp_error *err)
{
    cleanup_free char *host = NULL;
    bool any = false;
    FP_TRY(fp_registry_host_of(run->operands.items[0], &host, err));
    FP_TRY(fp_credentials_erase(run->args.authfile, host, &any, err));
    fp_report(run->reporter, FP_EVENT_INFO,
              any ? "credentials for %s are forgotten" : "there were no credentials for %s", host);
    return FP_OK;
}

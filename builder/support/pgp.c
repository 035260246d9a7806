/* Detached OpenPGP signatures, verified by librnp, which is loaded when it is needed. */
#include "flinkpack/support/pgp.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "flinkpack/support/file.h"
#include "flinkpack/support/mem.h"

#define LIBRARY "librnp.so.0"

/* What rnp.h of librnp 0.16 declares, as far as it is used; its symbols have not changed since
 * 0.14. Handles are opaque pointers. */
#define RNP_SUCCESS     0U
#define LOAD_PUBLIC     (1U << 0)
#define LOAD_PERMISSIVE (1U << 8)

struct rnp;
typedef bool rnp_reader(void *context, void *buf, size_t len, size_t *ret_len);
static struct rnp_calls {
    uint32_t (*ffi_create)(struct rnp **ret, const char *public_format, const char *secret_format);
    uint32_t (*ffi_destroy)(struct rnp *rnp);
    uint32_t (*ffi_set_log_fd)(struct rnp *rnp, int fd);
    uint32_t (*input_from_memory)(struct rnp **ret, const uint8_t *data, size_t len, bool copy);
    uint32_t (*input_from_callback)(struct rnp **ret, rnp_reader *reader, void *closer,
                                    void *context);
    uint32_t (*input_destroy)(struct rnp *input);
    uint32_t (*import_keys)(struct rnp *rnp, struct rnp *input, uint32_t flags, char **ret);
    uint32_t (*op_verify_detached_create)(struct rnp **ret, struct rnp *rnp, struct rnp *input,
                                          struct rnp *signature);
    uint32_t (*op_verify_execute)(struct rnp *op);
    uint32_t (*op_verify_destroy)(struct rnp *op);
    uint32_t (*op_verify_get_signature_count)(struct rnp *op, size_t *ret);
    uint32_t (*op_verify_get_signature_at)(struct rnp *op, size_t i, struct rnp **ret);
    uint32_t (*op_verify_signature_get_status)(struct rnp *signature);
    uint32_t (*op_verify_signature_get_key)(struct rnp *signature, struct rnp **ret);
    uint32_t (*key_get_fprint)(struct rnp *key, char **ret);
    uint32_t (*key_get_primary_fprint)(struct rnp *key, char **ret);
    uint32_t (*key_handle_destroy)(struct rnp *key);
    void (*buffer_destroy)(void *buf);
    const char *(*result_to_string)(uint32_t result);
} calls;

static const struct symbol {
    const char *name;
    void **slot;
} SYMBOLS[] = {
    {"rnp_ffi_create", (void **) &calls.ffi_create},
    {"rnp_ffi_destroy", (void **) &calls.ffi_destroy},
    {"rnp_ffi_set_log_fd", (void **) &calls.ffi_set_log_fd},
    {"rnp_input_from_memory", (void **) &calls.input_from_memory},
    {"rnp_input_from_callback", (void **) &calls.input_from_callback},
    {"rnp_input_destroy", (void **) &calls.input_destroy},
    {"rnp_import_keys", (void **) &calls.import_keys},
    {"rnp_op_verify_detached_create", (void **) &calls.op_verify_detached_create},
    {"rnp_op_verify_execute", (void **) &calls.op_verify_execute},
    {"rnp_op_verify_destroy", (void **) &calls.op_verify_destroy},
    {"rnp_op_verify_get_signature_count", (void **) &calls.op_verify_get_signature_count},
    {"rnp_op_verify_get_signature_at", (void **) &calls.op_verify_get_signature_at},
    {"rnp_op_verify_signature_get_status", (void **) &calls.op_verify_signature_get_status},
    {"rnp_op_verify_signature_get_key", (void **) &calls.op_verify_signature_get_key},
    {"rnp_key_get_fprint", (void **) &calls.key_get_fprint},
    {"rnp_key_get_primary_fprint", (void **) &calls.key_get_primary_fprint},
    {"rnp_key_handle_destroy", (void **) &calls.key_handle_destroy},
    {"rnp_buffer_destroy", (void **) &calls.buffer_destroy},
    {"rnp_result_to_string", (void **) &calls.result_to_string},
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool is_loaded;

/* The library stays loaded for good. */
static void load(void)
{
    void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
    is_loaded = library != NULL;
    for (size_t i = 0; is_loaded && i < sizeof(SYMBOLS) / sizeof(SYMBOLS[0]); i++) {
        void *symbol = dlsym(library, SYMBOLS[i].name);
        is_loaded = symbol != NULL;
        memcpy(SYMBOLS[i].slot, &symbol, sizeof(symbol));
    }
}

static enum fp_code need_library(struct fp_error *err)
{
    (void) pthread_once(&once, load);
    if (is_loaded)
        return FP_OK;
    return fp_hinted(
        fp_fail(err, FP_E_NOT_FOUND, "OpenPGP signatures need librnp, which is not here"), err,
        "apt-get install librnp0 (Alpine: apk add librnp); the static program "
        "cannot load it");
}

/* A verification. */
struct verification {
    struct rnp *rnp;
    struct rnp *input;
    struct rnp *signature;
    struct rnp *op;
    struct fp_source *data;
    struct fp_error failure; /* of reading the data */
};

static void verification_clear(struct verification *self)
{
    if (self->op != NULL)
        (void) calls.op_verify_destroy(self->op);
    if (self->signature != NULL)
        (void) calls.input_destroy(self->signature);
    if (self->input != NULL)
        (void) calls.input_destroy(self->input);
    if (self->rnp != NULL)
        (void) calls.ffi_destroy(self->rnp);
}

static bool read_data(void *context, void *buf, size_t len, size_t *ret_len)
{
    struct verification *self = context;
    self->failure.code = fp_source_read(self->data, buf, len, ret_len, &self->failure);
    return self->failure.code == FP_OK;
}

/* Load each block of a file of keys by itself, so that one that is not taken does not hide others.
 * Returns how many were taken. */
static size_t load_keys(const struct verification *self, const char *keys)
{
    static const char BEGIN[] = "-----BEGIN PGP PUBLIC KEY BLOCK-----";
    static const char END[] = "-----END PGP PUBLIC KEY BLOCK-----";
    size_t count = 0;
    for (const char *at = strstr(keys, BEGIN); at != NULL; at = strstr(at, BEGIN)) {
        const char *end = strstr(at, END);
        struct rnp *input = NULL;
        if (end == NULL)
            break;
        size_t len = (size_t) (end - at) + strlen(END);
        if (calls.input_from_memory(&input, (const uint8_t *) at, len, false) == RNP_SUCCESS) {
            count += calls.import_keys(self->rnp, input, LOAD_PUBLIC | LOAD_PERMISSIVE, NULL) ==
                     RNP_SUCCESS;
            (void) calls.input_destroy(input);
        }
        at = end;
    }
    return count;
}

/* The fingerprint of the primary key: signatures may be made by a subkey. */
static void take_fingerprint(struct rnp *signature, char ret[FP_PGP_FINGERPRINT_MAX])
{
    struct rnp *key = NULL;
    char *text = NULL;
    ret[0] = '\0';
    if (calls.op_verify_signature_get_key(signature, &key) != RNP_SUCCESS || key == NULL)
        return;
    if (calls.key_get_primary_fprint(key, &text) != RNP_SUCCESS || text == NULL)
        (void) calls.key_get_fprint(key, &text);
    if (text != NULL)
        (void) snprintf(ret, FP_PGP_FINGERPRINT_MAX, "%s", text);
    calls.buffer_destroy(text);
    (void) calls.key_handle_destroy(key);
}

/* Find a valid signature, and say why there is none. */
static enum fp_code judge(const struct verification *self, const char *name, const char *keys_name,
                          char ret[FP_PGP_FINGERPRINT_MAX], struct fp_error *err)
{
    size_t count = 0;
    const char *why = "it is made by none of them";
    (void) calls.op_verify_get_signature_count(self->op, &count);
    for (size_t i = 0; i < count; i++) {
        struct rnp *signature = NULL;
        if (calls.op_verify_get_signature_at(self->op, i, &signature) != RNP_SUCCESS)
            continue;
        uint32_t status = calls.op_verify_signature_get_status(signature);
        take_fingerprint(signature, ret);
        if (ret[0] != '\0' && status == RNP_SUCCESS)
            return FP_OK;
        if (ret[0] != '\0')
            why = calls.result_to_string(status);
    }
    ret[0] = '\0';
    return fp_fail(err, FP_E_VERIFY, "%s: no valid signature by a key of %s: %s", name, keys_name,
                   count > 0 ? why : "it holds none");
}

static enum fp_code begin(struct verification *self, const char *keys, const char *keys_name,
                          const struct fp_pgp_signature *signature, struct fp_error *err)
{
    if (calls.ffi_create(&self->rnp, "GPG", "GPG") != RNP_SUCCESS)
        return fp_fail(err, FP_E_INTERNAL, "librnp cannot be used");
    /* It closes the descriptor that it writes its messages to. */
    (void) calls.ffi_set_log_fd(self->rnp, open("/dev/null", O_WRONLY | O_CLOEXEC));
    if (load_keys(self, keys) == 0)
        return fp_fail(err, FP_E_INPUT, "%s: no OpenPGP key in it that can be used", keys_name);
    if (calls.input_from_memory(&self->signature, (const uint8_t *) signature->text, signature->len,
                                false) != RNP_SUCCESS ||
        calls.input_from_callback(&self->input, read_data, NULL, self) != RNP_SUCCESS ||
        calls.op_verify_detached_create(&self->op, self->rnp, self->input, self->signature) !=
            RNP_SUCCESS)
        return fp_fail(err, FP_E_INTERNAL, "librnp cannot be used");
    return FP_OK;
}

enum fp_code fp_pgp_verify(const char *keys, const char *keys_name,
                           const struct fp_pgp_signature *signature, struct fp_source *data,
                           char ret[FP_PGP_FINGERPRINT_MAX], struct fp_error *err)
{
    __attribute__((cleanup(verification_clear))) struct verification self = {.data = data};
    FP_TRY(need_library(err));
    if (signature->len == 0)
        return fp_fail(err, FP_E_INPUT, "%s: it is empty", signature->name);
    FP_TRY(begin(&self, keys, keys_name, signature, err));
    uint32_t result = calls.op_verify_execute(self.op);
    if (self.failure.code != FP_OK)
        return fp_fail_as(err, &self.failure);
    size_t count = 0;
    (void) calls.op_verify_get_signature_count(self.op, &count);
    if (result != RNP_SUCCESS && count == 0)
        return fp_fail(err, FP_E_INPUT, "%s: not an OpenPGP signature: %s", signature->name,
                       calls.result_to_string(result));
    return judge(&self, signature->name, keys_name, ret, err);
}

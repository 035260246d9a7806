/* Parses APKINDEX and the database of installed packages, which have the same lines. */
#include "flinkpack/alpine/index.h"

#include <string.h>

static const char letters[] = "CPVASITULomtckDpirq";

char fp_apk_field_letter(enum fp_apk_field field)
{
    return letters[field];
}

/* The state of reading a list. */
struct index_reading {
    struct fp_apk_index *index;
    const char *name;
    size_t line;
    size_t capacity;
    bool is_database;
    bool in_files; /* the first F: line of the stanza has been read */
    struct fp_apk_package package;
    bool any;
};

bool fp_apk_number(const char *text, uint64_t *ret)
{
    uint64_t value = 0;
    size_t len = text != NULL ? strlen(text) : 0;
    if (len == 0 || len > 18)
        return false;
    for (size_t i = 0; i < len; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        value = value * 10 + (uint64_t) (text[i] - '0');
    }
    *ret = value;
    return true;
}

static enum fp_code read_number(const struct index_reading *reading, enum fp_apk_field field,
                                uint64_t *ret, struct fp_error *err)
{
    const char *text = reading->package.fields[field];
    if (text == NULL || fp_apk_number(text, ret))
        return FP_OK;
    return fp_fail(err, FP_E_INPUT, "%s: line %zu: %c:%.40s is no number", reading->name,
                   reading->line, letters[field], text);
}

/* Whether a text can be a part of paths and URLs. Names may begin with a dot, as "apk add
 * --virtual" makes names like ".build-deps". */
static bool is_plain(const char *text)
{
    if (text == NULL || *text == '\0' || *text == '-' || strlen(text) > 200 ||
        strcmp(text, ".") == 0 || strcmp(text, "..") == 0)
        return false;
    for (; *text != '\0'; text++) {
        if (*text <= ' ' || *text == 0x7f || *text == '/' || *text == '\\')
            return false;
    }
    return true;
}

static enum fp_code check_package(struct index_reading *reading, struct fp_error *err)
{
    struct fp_apk_package *package = &reading->package;
    char hex[41];
    if (!is_plain(package->fields[FP_APK_NAME]) || !is_plain(package->fields[FP_APK_VERSION]))
        return fp_fail(err, FP_E_INPUT,
                       "%s: line %zu: a package without a proper P: and V:", reading->name,
                       reading->line);
    if (package->fields[FP_APK_ARCH] != NULL && !is_plain(package->fields[FP_APK_ARCH]))
        return fp_fail(err, FP_E_INPUT, "%s: line %zu: A: is no architecture", reading->name,
                       reading->line);
    /* Packages with another digest of apk 3 cannot be verified here, so they are not chosen. */
    if (!fp_apk_identity_hex(package->fields[FP_APK_IDENTITY], hex))
        package->is_unusable = true;
    FP_TRY(read_number(reading, FP_APK_SIZE, &package->size, err));
    FP_TRY(read_number(reading, FP_APK_INSTALLED_SIZE, &package->installed_size, err));
    return read_number(reading, FP_APK_PROVIDER_PRIORITY, &package->provider_priority, err);
}

/* Adds the package of the stanza that ends before `end`. */
static enum fp_code end_stanza(struct index_reading *reading, const char *end, struct fp_error *err)
{
    struct fp_apk_index *index = reading->index;
    if (!reading->any)
        return FP_OK;
    FP_TRY(check_package(reading, err));
    if (index->count >= FP_APK_INDEX_MAX_PACKAGES)
        return fp_fail(err, FP_E_INPUT, "%s: more than %d packages", reading->name,
                       FP_APK_INDEX_MAX_PACKAGES);
    if (index->count == reading->capacity) {
        reading->capacity = reading->capacity > 0 ? 2 * reading->capacity : 64;
        index->packages =
            fp_xreallocarray(index->packages, reading->capacity, sizeof(*index->packages));
    }
    struct fp_apk_package *package = &index->packages[index->count++];
    *package = reading->package;
    package->is_installed = reading->is_database;
    if (reading->is_database)
        package->record_len =
            (size_t) (end - index->text) - (size_t) (package->record - index->raw);
    reading->package = (struct fp_apk_package){0};
    reading->any = false;
    reading->in_files = false;
    return FP_OK;
}

static enum fp_code read_line(struct index_reading *reading, char *line, struct fp_error *err)
{
    struct fp_apk_package *package = &reading->package;
    if (line[0] == '\0' || line[1] != ':')
        return fp_fail(err, FP_E_INPUT, "%s: line %zu: '%.60s': expected a letter and ':'",
                       reading->name, reading->line, line);
    if (!reading->any && reading->is_database)
        package->record = reading->index->raw + (line - reading->index->text);
    reading->any = true;
    reading->in_files = reading->in_files || (reading->is_database && line[0] == 'F');
    if (reading->in_files)
        return FP_OK;
    const char *at = strchr(letters, line[0]);
    if (at == NULL) {
        /* In apk's format, tools must not install a package with an unknown capital letter. */
        package->is_unusable =
            package->is_unusable || (!reading->is_database && line[0] >= 'A' && line[0] <= 'Z');
        return FP_OK;
    }
    if (package->fields[at - letters] == NULL)
        package->fields[at - letters] = line + 2;
    return FP_OK;
}

static enum fp_code parse_lines(struct index_reading *reading, struct fp_error *err)
{
    char *line = reading->index->text;
    char *stop = line + strlen(line);
    while (line < stop) {
        char *found = memchr(line, '\n', (size_t) (stop - line));
        char *end = found != NULL ? found : stop;
        char *next = end < stop ? end + 1 : end;
        *end = '\0';
        reading->line++;
        FP_TRY(end == line ? end_stanza(reading, next, err) : read_line(reading, line, err));
        line = next;
    }
    return end_stanza(reading, line, err);
}

static enum fp_code parse(struct index_reading *reading, struct fp_apk_index *ret,
                          struct fp_error *err)
{
    enum fp_code code = parse_lines(reading, err);
    if (code == FP_OK)
        *ret = *reading->index;
    else
        fp_apk_index_clear(reading->index);
    return code;
}

enum fp_code fp_apk_index_parse(char *take_text, const char *name, struct fp_apk_index *ret,
                                struct fp_error *err)
{
    struct fp_apk_index index = {.text = take_text, .bytes = strlen(take_text)};
    struct index_reading reading = {.index = &index, .name = name};
    return parse(&reading, ret, err);
}

enum fp_code fp_apk_installed_parse(const char *text, const char *name, struct fp_apk_index *ret,
                                    struct fp_error *err)
{
    struct fp_apk_index index = {.text = fp_xstrdup(text), .raw = fp_xstrdup(text)};
    struct index_reading reading = {.index = &index, .name = name, .is_database = true};
    return parse(&reading, ret, err);
}

void fp_apk_index_clear(struct fp_apk_index *index)
{
    free(index->text);
    free(index->raw);
    free(index->packages);
    free(index->origin.key);
    *index = (struct fp_apk_index){0};
}

char *fp_apk_package_title(const struct fp_apk_package *package)
{
    return fp_xasprintf("%s-%s", package->fields[FP_APK_NAME], package->fields[FP_APK_VERSION]);
}

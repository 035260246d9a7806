/* The members that classes of the JDK pass on. */
#include "api_jdk.h"

#include <string.h>

#include "api_format.h"

#define OBJECT " getClass hashCode equals clone toString notify notifyAll wait finalize "
#define THROWABLE                                                                                  \
    OBJECT "getMessage getLocalizedMessage getCause initCause printStackTrace fillInStackTrace "   \
           "getStackTrace setStackTrace addSuppressed getSuppressed "

/* Those that Flink's classes mostly inherit from, with the names of what they have. */
static const struct jdk_row {
    const char *name;
    const char *members;
} ROWS[] = {
    {"java/lang/Object", OBJECT},
    {"java/io/Serializable", ""},
    {"java/lang/Cloneable", ""},
    {"java/lang/annotation/Annotation", OBJECT "annotationType "},
    {"java/lang/AutoCloseable", " close "},
    {"java/io/Closeable", " close "},
    {"java/io/Flushable", " flush "},
    {"java/lang/Runnable", " run "},
    {"java/util/concurrent/Callable", " call "},
    {"java/lang/Comparable", " compareTo "},
    {"java/lang/Iterable", " iterator forEach spliterator "},
    {"java/util/Iterator", " hasNext next remove forEachRemaining "},
    {"java/util/function/Function", " apply compose andThen identity "},
    {"java/util/function/BiFunction", " apply andThen "},
    {"java/util/function/Supplier", " get "},
    {"java/util/function/Consumer", " accept andThen "},
    {"java/lang/Throwable", THROWABLE},
    {"java/lang/Exception", THROWABLE},
    {"java/lang/RuntimeException", THROWABLE},
    {"java/lang/Error", THROWABLE},
    {"java/lang/IllegalArgumentException", THROWABLE},
    {"java/lang/IllegalStateException", THROWABLE},
    {"java/io/IOException", THROWABLE},
    {"java/lang/Enum",
     OBJECT "name ordinal compareTo getDeclaringClass valueOf describeConstable "},
};

static bool has_word(const char *words, const char *word)
{
    size_t len = strlen(word);
    for (const char *at = strstr(words, word); at != NULL && len > 0; at = strstr(at + 1, word))
        if (at > words && at[-1] == ' ' && at[len] == ' ')
            return true;
    return false;
}

bool fp_api_jdk_has(uint64_t class_hash, const char *member, bool *ret_knows)
{
    *ret_knows = false;
    for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
        const struct jdk_row *row = &ROWS[i];
        if (fp_api_hash_class(row->name, strlen(row->name)) != class_hash)
            continue;
        *ret_knows = true;
        return has_word(row->members, member);
    }
    return false;
}

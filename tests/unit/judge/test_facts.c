/** The facts that the classes of a jar tell, of jars that are made class by class. */
#include "../layer/zip_maker.h"
#include "class_maker.h"

#include "flinkpack/judge/facts.h"
#include "flinkpack/support.h"

#define ENTRIES_MAX 24
#define MAIN        "([Ljava/lang/String;)V"
#define OBJECT      "java/lang/Object"
#define MANIFEST    "Manifest-Version: 1.0\r\nMain-Class: com.acme.job.main.Job\r\n"

/* A jar being made, and its file. */
struct fixture {
    char *folder;
    char *path;
    struct jar_entry entries[ENTRIES_MAX];
    struct fp_buf owned[ENTRIES_MAX];
    size_t count;
};

static int setup(void **state)
{
    struct fixture *fixture = fp_xcalloc(1, sizeof(*fixture));
    struct fp_error err = {0};
    if (fp_temp_dir("/tmp", &fixture->folder, &err) != FP_OK)
        return -1;
    fixture->path = fp_path_join(fixture->folder, "job.jar");
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    fp_temp_remove(fixture->folder);
    for (size_t i = 0; i < fixture->count; i++) {
        fp_buf_clear(&fixture->owned[i]);
        free((void *) (uintptr_t) fixture->entries[i].name);
    }
    free(fixture->path);
    free(fixture);
    return 0;
}

static void add(struct fixture *fixture, const char *name, const char *data, size_t len)
{
    assert_true(fixture->count < ENTRIES_MAX);
    struct fp_buf *owned = &fixture->owned[fixture->count];
    *owned = (struct fp_buf) FP_BUF_INIT((size_t) 1 << 20);
    fp_buf_put(owned, data, len);
    fixture->entries[fixture->count++] =
        (struct jar_entry){fp_xstrdup(name), owned->data, owned->len, true, 0};
}

static void add_text(struct fixture *fixture, const char *name, const char *text)
{
    add(fixture, name, text, strlen(text));
}

/* Add a class that is finished, below a directory or not. */
static void add_class_in(struct fixture *fixture, const char *folder, const char *name,
                         struct class_maker *class)
{
    cleanup_buf struct fp_buf bytes = class_end(class);
    cleanup_free char *path = fp_xasprintf("%s%s.class", folder, name);
    add(fixture, path, bytes.data, bytes.len);
}

static void add_class(struct fixture *fixture, const char *name, struct class_maker *class)
{
    add_class_in(fixture, "", name, class);
}

/* Begin the entry class, with its main method. */
static struct class_maker begin_job(void)
{
    struct class_maker job = class_begin("com/acme/job/main/Job", OBJECT, 52);
    class_member(&job, 0x9, "main", MAIN);
    return job;
}

static json_t *read_facts(struct fixture *fixture, const char *entry)
{
    cleanup_buf struct fp_buf bytes = FP_BUF_INIT((size_t) 4 << 20);
    struct fp_error err = {0};
    json_t *facts = NULL;
    put_jar(&bytes, fixture->entries, fixture->count);
    assert_int_equal(fp_file_write(fixture->path, bytes.data, bytes.len, 0644, &err), FP_OK);
    if (fp_jar_facts(NULL, fixture->path, entry, &facts, &err) != FP_OK)
        fail_msg("%s", err.text);
    return facts;
}

/* What a member is, with ' for ". */
static void has(const json_t *facts, const char *key, const char *expected)
{
    cleanup_free char *text = fp_json_canonical(json_object_get(facts, key));
    for (char *at = strchr(text, '"'); at != NULL; at = strchr(at, '"'))
        *at = '\'';
    assert_string_equal(text, expected);
}

/* Of several callers the job's own that is reached counts, wherever it lies. */
static void test_references(void **state)
{
    struct class_maker lost = class_begin("a/Lost", OBJECT, 52);
    class_ref(&lost, 10, "org/apache/flink/x/Gone", "run", "()V");
    class_class(&lost, "org/apache/flink/x/Other");
    class_class(&lost, "org/lost/Absent");
    add_class(*state, "a/Lost", &lost);
    struct class_maker job = begin_job();
    class_ref(&job, 10, "org/apache/flink/x/Gone", "run", "()V");
    class_ref(&job, 9, "org/apache/flink/x/Gone", "field", "I");
    class_class(&job, "b/Lib");
    class_class(&job, "[Lorg/apache/flink/x/There;");
    add_class(*state, "com/acme/job/main/Job", &job);
    struct class_maker there = class_begin("org/apache/flink/x/There", OBJECT, 52);
    add_class(*state, "org/apache/flink/x/There", &there);
    struct class_maker lib = class_begin("b/Lib", OBJECT, 52);
    class_class(&lib, "[[Lorg/x/Absent;");
    class_class(&lib, "javax/annotation/PostConstruct");
    class_class(&lib, "javax/sql/DataSource");
    class_inner(&lib, "org/x/Generic$Inner", "org/x/Generic");
    add_class(*state, "b/Lib", &lib);
    cleanup_json json_t *facts = read_facts(*state, "com.acme.job.main.Job");
    has(facts, "flink",
        "[{'by':'com/acme/job/main/Job','class':'org/apache/flink/x/Gone','own':true,"
        "'reached':true},"
        "{'by':'com/acme/job/main/Job','class':'org/apache/flink/x/Gone','descriptor':'()V',"
        "'member':'run','own':true,'reached':true},"
        "{'by':'com/acme/job/main/Job','class':'org/apache/flink/x/Gone','descriptor':'I',"
        "'field':true,'member':'field','own':true,'reached':true},"
        "{'by':'a/Lost','class':'org/apache/flink/x/Other','own':false,'reached':false}]");
    has(facts, "absent",
        "[{'by':'b/Lib','class':'org/x/Absent','own':false,'reached':true},"
        "{'by':'b/Lib','class':'javax/annotation/PostConstruct','own':false,'reached':true},"
        "{'by':'a/Lost','class':'org/lost/Absent','own':false,'reached':false}]");
    has(facts, "classes", "4");
}

/* A member that the jar's class inherits is looked for above, and what may have it is named. */
static void test_inherited(void **state)
{
    struct class_maker job = begin_job();
    class_ref(&job, 10, "c/Child", "own", "()V");
    class_ref(&job, 10, "c/Child", "fromBase", "()V");
    class_ref(&job, 10, "c/Child", "fromFlink", "()V");
    class_ref(&job, 10, "c/Child", "hashCode", "()I");
    class_ref(&job, 10, "c/Child", "<init>", "(I)V");
    class_ref(&job, 10, "c/Strange", "fromFlink", "()V");
    class_ref(&job, 10, "c/Plain", "nothing", "()V");
    add_class(*state, "com/acme/job/main/Job", &job);
    struct class_maker child = class_begin("c/Child", "c/Base", 52);
    class_implement(&child, "org/apache/flink/x/Face");
    class_implement(&child, "java/io/Serializable");
    class_member(&child, 1, "own", "()V");
    add_class(*state, "c/Child", &child);
    struct class_maker base = class_begin("c/Base", "org/apache/flink/x/Rich", 52);
    class_member(&base, 1, "fromBase", "()V");
    add_class(*state, "c/Base", &base);
    struct class_maker strange = class_begin("c/Strange", "org/apache/flink/x/Rich", 52);
    class_implement(&strange, "java/util/Map");
    add_class(*state, "c/Strange", &strange);
    struct class_maker plain = class_begin("c/Plain", OBJECT, 52);
    add_class(*state, "c/Plain", &plain);
    cleanup_json json_t *facts = read_facts(*state, "com.acme.job.main.Job");
    has(facts, "flink",
        "[{'by':'com/acme/job/main/Job','class':'org/apache/flink/x/Face','descriptor':'()V',"
        "'member':'fromFlink','or':['org/apache/flink/x/Rich'],'own':true,'reached':true},"
        "{'by':'c/Child','class':'org/apache/flink/x/Face','own':false,'reached':true},"
        "{'by':'c/Base','class':'org/apache/flink/x/Rich','own':false,'reached':true}]");
}

/* Classes are reached by reference, by name, and as services that somebody can ask for. */
static void test_reached(void **state)
{
    static const char *const NAMES[] = {"d/ByName", "d/Service", "d/Implementation",
                                        "d/Driver", "d/Lonely",  "d/OfLonely"};
    struct class_maker job = begin_job();
    class_string(&job, "d.ByName");
    class_class(&job, "d/Service");
    class_string(&job, "a sentence about d.Lonely");
    add_class(*state, "com/acme/job/main/Job", &job);
    for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++) {
        cleanup_free char *absent = fp_xasprintf("x/%s", NAMES[i]);
        struct class_maker class = class_begin(NAMES[i], OBJECT, 52);
        class_class(&class, absent);
        add_class(*state, NAMES[i], &class);
    }
    add_text(*state, "META-INF/services/d.Service", "# comment\n d.Implementation # it\n");
    add_text(*state, "META-INF/services/java.sql.Driver", "d.Driver");
    add_text(*state, "META-INF/services/d.Lonely", "d.OfLonely\n");
    cleanup_json json_t *facts = read_facts(*state, "com.acme.job.main.Job");
    has(facts, "absent",
        "[{'by':'d/ByName','class':'x/d/ByName','own':false,'reached':true},"
        "{'by':'d/Service','class':'x/d/Service','own':false,'reached':true},"
        "{'by':'d/Implementation','class':'x/d/Implementation','own':false,'reached':true},"
        "{'by':'d/Driver','class':'x/d/Driver','own':false,'reached':true},"
        "{'by':'d/Lonely','class':'x/d/Lonely','own':false,'reached':false},"
        "{'by':'d/OfLonely','class':'x/d/OfLonely','own':false,'reached':false}]");
}

static void test_majors(void **state)
{
    for (int multi = 0; multi < 2; multi++) {
        struct fixture *fixture = *state;
        struct class_maker job = begin_job();
        class_class(&job, "e/Reached");
        class_class(&job, "e/Later");
        add_class(fixture, "com/acme/job/main/Job", &job);
        struct class_maker lonely = class_begin("e/Lonely", OBJECT, 61);
        add_class(fixture, "e/Lonely", &lonely);
        struct class_maker reached = class_begin("e/Reached", OBJECT, 61);
        add_class(fixture, "e/Reached", &reached);
        struct class_maker other = class_begin("e/Other", OBJECT, 65);
        add_class(fixture, "e/Other", &other);
        struct class_maker later = class_begin("e/Later", OBJECT, 55);
        add_class_in(fixture, "META-INF/versions/11/", "e/Later", &later);
        struct class_maker odd = class_begin("e/Odd", OBJECT, 61);
        add_class_in(fixture, "META-INF/versions/11/", "e/Odd", &odd);
        add_text(fixture, "META-INF/MANIFEST.MF",
                 multi == 1 ? MANIFEST "Multi-Release: true\r\n\r\n" : MANIFEST "\r\n");
        cleanup_json json_t *facts = read_facts(fixture, NULL);
        has(facts, "majors",
            multi == 1
                ? "[{'by':'com/acme/job/main/Job','class':'e/Reached','major':61,'own':false,"
                  "'reached':true},{'class':'e/Other','major':65,'own':false,'reached':false},"
                  "{'class':'e/Odd','major':61,'own':false,'reached':false,'versions':11}]"
                : "[{'by':'com/acme/job/main/Job','class':'e/Reached','major':61,'own':false,"
                  "'reached':true},{'class':'e/Other','major':65,'own':false,'reached':false}]");
        assert_int_equal(json_array_size(json_object_get(facts, "absent")), multi == 1 ? 0 : 1);
        for (size_t i = 0; i < fixture->count; i++) {
            fp_buf_clear(&fixture->owned[i]);
            free((void *) (uintptr_t) fixture->entries[i].name);
        }
        fixture->count = 0;
    }
}

static void test_entry(void **state)
{
    struct class_maker base = class_begin("f/Base", OBJECT, 52);
    class_member(&base, 0x8, "main", MAIN);
    add_class(*state, "f/Base", &base);
    struct class_maker job = class_begin("f/Job", "f/Base", 52);
    add_class(*state, "f/Job", &job);
    struct class_maker odd = class_begin("f/Odd", "org/other/Launcher", 52);
    odd.access = 0;
    class_member(&odd, 0x9, "main", "()V");
    add_class(*state, "f/Odd", &odd);
    struct class_maker tool = class_begin("a/Tool", OBJECT, 52);
    class_member(&tool, 0x9, "main", MAIN);
    add_class(*state, "a/Tool", &tool);
    struct class_maker own = class_begin("f/Own", OBJECT, 52);
    class_member(&own, 0x9, "main", "([Ljava/lang/String;)I");
    add_class(*state, "f/Own", &own);
    cleanup_json json_t *inherits = read_facts(*state, "f.Job");
    has(inherits, "entry",
        "{'class':'f.Job','classPublic':true,'main':true,'public':false,'static':true,"
        "'there':true}");
    has(inherits, "mains", "['f.Own','a.Tool']");
    cleanup_json json_t *outside = read_facts(*state, "f.Odd");
    has(outside, "entry",
        "{'class':'f.Odd','classPublic':false,'inherits':'org/other/Launcher','main':false,"
        "'public':false,'static':false,'there':true}");
    cleanup_json json_t *missing = read_facts(*state, "f.None");
    has(missing, "entry",
        "{'class':'f.None','main':false,'public':false,'static':false,'there':false}");
    cleanup_json json_t *none = read_facts(*state, NULL);
    assert_null(json_object_get(none, "entry"));
}

/* Append an instruction with a constant of two bytes. */
static void put_op(struct fp_buf *code, unsigned opcode, unsigned constant)
{
    class_put(code, opcode, 1);
    class_put(code, constant, 2);
}

#define GONE "org/apache/flink/x/Gone "

static unsigned gone(struct class_maker *class, const char *member)
{
    return class_ref(class, 10, "org/apache/flink/x/Gone", member, "()V");
}

/* The members and classes of the facts that are sure, in their order. */
static void are_sure(const json_t *facts, const char *key, const char *expected)
{
    cleanup_buf struct fp_buf seen = FP_BUF_INIT(4096);
    size_t i = 0;
    const json_t *reference = NULL;
    json_array_foreach(json_object_get(facts, key), i, reference)
    {
        const char *member = fp_json_string(reference, "member");
        if (json_is_true(json_object_get(reference, "sure")))
            fp_buf_putf(&seen, "%s ", member != NULL ? member : fp_json_string(reference, "class"));
    }
    assert_string_equal(fp_buf_text(&seen), expected);
}

enum {
    IFEQ = 0x99,
    GOTO = 0xa7,
    RETURN = 0xb1,
    GETSTATIC,
    INVOKEVIRTUAL = 0xb6,
    INVOKESTATIC = 0xb8
};
enum { NEW = 0xbb, ATHROW = 0xbf };

/* Certain is what no branch jumps over, with the static initialisers of the classes that are used,
 * the classes that they inherit from, and those that public methods of the entry class name. */
static void test_sure(void **state)
{
    cleanup_buf struct fp_buf code = FP_BUF_INIT(4096);
    struct class_maker job = class_begin("com/acme/job/main/Job", "org/apache/flink/x/Super", 52);
    put_op(&code, INVOKESTATIC, gone(&job, "first"));
    put_op(&code, IFEQ, 10);
    put_op(&code, INVOKESTATIC, gone(&job, "skipped"));
    put_op(&code, GOTO, 4);
    class_put(&code, ATHROW, 1);
    put_op(&code, INVOKESTATIC, class_ref(&job, 10, "h/Util", "help", "()V"));
    put_op(&code, INVOKESTATIC, gone(&job, "execute"));
    put_op(&code, INVOKESTATIC, gone(&job, "afterwards"));
    class_put(&code, RETURN, 1);
    class_method(&job, 9, "main", MAIN, &code, 0, 0);
    class_member(&job, 1, "told", "(Lorg/apache/flink/x/Parameter;)V");
    class_member(&job, 2, "hidden", "(Lorg/apache/flink/x/Hidden;)V");
    add_class(*state, "com/acme/job/main/Job", &job);
    struct class_maker util = class_begin("h/Util", OBJECT, 52);
    code.len = 0;
    put_op(&code, NEW, class_class(&util, "h/Absent"));
    put_op(&code, INVOKEVIRTUAL, class_ref(&util, 10, "h/Final", "run", "()V"));
    class_put(&code, RETURN, 1);
    class_method(&util, 9, "help", "()V", &code, 0, 0);
    code.len = 0;
    put_op(&code, GETSTATIC, class_ref(&util, 9, "h/Outer", "field", "I"));
    class_put(&code, RETURN, 1);
    class_method(&util, 8, "<clinit>", "()V", &code, 0, 0);
    add_class(*state, "h/Util", &util);
    struct class_maker final = class_begin("h/Final", OBJECT, 52);
    final.access = 0x11;
    code.len = 0;
    put_op(&code, INVOKESTATIC, gone(&final, "last"));
    class_put(&code, RETURN, 1);
    class_method(&final, 1, "run", "()V", &code, 0, 0);
    add_class(*state, "h/Final", &final);
    cleanup_json json_t *facts = read_facts(*state, "com.acme.job.main.Job");
    are_sure(facts, "flink",
             "org/apache/flink/x/Parameter org/apache/flink/x/Gone first execute last "
             "org/apache/flink/x/Super ");
    are_sure(facts, "absent", "h/Outer h/Absent ");
}

/* A handler makes what it covers uncertain where it catches errors of linking, or what an
 * instruction before throws, unless it throws in its turn. */
static void test_caught(void **state)
{
    static const struct {
        const char *type;
        unsigned covered;
        unsigned handler;
        const char *sure;
    } CASES[] = {{"java/lang/Exception", 3, RETURN, GONE "covered "},
                 {"java/lang/Exception", 6, RETURN, GONE "covered "},
                 {"java/lang/Exception", 6, ATHROW, GONE "covered after "},
                 {"java/io/IOException", 3, ATHROW, GONE "covered after "},
                 {"java/io/IOException", 6, RETURN, GONE "covered "},
                 {"java/io/IOException", 6, ATHROW, GONE "covered after "},
                 {"java/lang/NoClassDefFoundError", 3, RETURN, ""},
                 {"java/lang/Throwable", 3, RETURN, ""},
                 {"java/lang/Throwable", 6, ATHROW, GONE "covered after "},
                 {NULL, 3, RETURN, ""},
                 {NULL, 6, ATHROW, GONE "covered after "}};
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct fixture *fixture = *state;
        cleanup_buf struct fp_buf code = FP_BUF_INIT(4096);
        struct class_maker job = class_begin("i/Job", OBJECT, 52);
        put_op(&code, INVOKESTATIC, gone(&job, "covered"));
        put_op(&code, INVOKESTATIC, gone(&job, "after"));
        put_op(&code, GOTO, 4);
        class_put(&code, CASES[i].handler, 1);
        class_method(&job, 9, "main", MAIN, &code, CASES[i].covered,
                     CASES[i].type != NULL ? class_class(&job, CASES[i].type) : 0);
        fixture->count = 0;
        add_class(fixture, "i/Job", &job);
        cleanup_json json_t *facts = read_facts(fixture, "i.Job");
        are_sure(facts, "flink", CASES[i].sure);
        fp_buf_clear(&fixture->owned[0]);
        free((void *) (uintptr_t) fixture->entries[0].name);
        fixture->count = 0;
    }
}

/* Where main goes on after exceptions, what a method does behind its first call is not certain, nor
 * what is missing where it makes another exception of that. */
static void test_guarded(void **state)
{
    cleanup_buf struct fp_buf code = FP_BUF_INIT(4096);
    struct class_maker job = class_begin("i/Job", OBJECT, 52);
    put_op(&code, INVOKESTATIC, class_ref(&job, 10, "i/Job", "load", "()V"));
    put_op(&code, GOTO, 4);
    class_put(&code, RETURN, 1);
    class_method(&job, 9, "main", MAIN, &code, 3, class_class(&job, "java/lang/Exception"));
    code.len = 0;
    put_op(&code, INVOKESTATIC, class_ref(&job, 10, "i/Job", "turn", "()V"));
    put_op(&code, INVOKESTATIC, gone(&job, "after"));
    class_put(&code, RETURN, 1);
    class_method(&job, 9, "load", "()V", &code, 0, 0);
    code.len = 0;
    put_op(&code, NEW, class_class(&job, "i/Absent"));
    put_op(&code, INVOKESTATIC, gone(&job, "turned"));
    class_put(&code, ATHROW, 1);
    class_method(&job, 9, "turn", "()V", &code, 6, class_class(&job, "java/lang/Throwable"));
    add_class(*state, "i/Job", &job);
    cleanup_json json_t *facts = read_facts(*state, "i.Job");
    are_sure(facts, "flink", "");
    are_sure(facts, "absent", "");
}

/* A handler around all that starts a job is behind the end of it. */
static void test_whole_job_caught(void **state)
{
    static const char *const SURE[] = {GONE "covered execute ", ""};
    for (size_t i = 0; i < 2; i++) {
        struct fixture *fixture = *state;
        cleanup_buf struct fp_buf code = FP_BUF_INIT(4096);
        struct class_maker job = class_begin("i/Job", OBJECT, 52);
        put_op(&code, INVOKESTATIC, class_ref(&job, 10, "i/Other", "first", "()V"));
        put_op(&code, INVOKESTATIC, gone(&job, "covered"));
        put_op(&code, INVOKESTATIC, gone(&job, "execute"));
        put_op(&code, INVOKESTATIC, gone(&job, i == 0 ? "after" : "executeAsync"));
        class_put(&code, RETURN, 1);
        class_method(&job, 9, "main", MAIN, &code, 9, class_class(&job, "java/lang/Exception"));
        add_class(fixture, "i/Job", &job);
        cleanup_json json_t *facts = read_facts(fixture, "i.Job");
        are_sure(facts, "flink", SURE[i]);
        fp_buf_clear(&fixture->owned[0]);
        free((void *) (uintptr_t) fixture->entries[0].name);
        fixture->count = 0;
    }
}

/* What follows a question for a class is for the case that there is one. */
static void test_asked_for(void **state)
{
    cleanup_buf struct fp_buf code = FP_BUF_INIT(4096);
    struct class_maker job = class_begin("i/Job", OBJECT, 52);
    put_op(&code, INVOKESTATIC, class_ref(&job, 10, "java/nio/charset/Charset", "forName", "()V"));
    put_op(&code, INVOKESTATIC, gone(&job, "before"));
    put_op(&code, INVOKESTATIC, class_ref(&job, 10, "java/lang/Class", "forName", "()V"));
    put_op(&code, INVOKESTATIC, gone(&job, "after"));
    class_put(&code, RETURN, 1);
    class_method(&job, 9, "main", MAIN, &code, 0, 0);
    add_class(*state, "i/Job", &job);
    cleanup_json json_t *facts = read_facts(*state, "i.Job");
    are_sure(facts, "flink", GONE "before ");
}

static void test_strings(void **state)
{
    struct class_maker job = begin_job();
    class_string(&job, "s3a://bucket/x?y");
    class_string(&job, "'path' = 'hdfs://name:8020/a'");
    class_string(&job, "jdbc:mysql://host/db");
    class_string(&job, "https://example.com/s3://no");
    class_string(&job, "://");
    class_string(&job, "Create TABLE t (a INT) WITH ('connector' = 'kafka')");
    add_class(*state, "com/acme/job/main/Job", &job);
    struct class_maker lost = class_begin("com/acme/job/main/Lost", OBJECT, 52);
    class_string(&lost, "gs://bucket");
    add_class(*state, "com/acme/job/main/Lost", &lost);
    cleanup_json json_t *facts = read_facts(*state, "com.acme.job.main.Job");
    has(facts, "uris",
        "[{'by':'com/acme/job/main/Job','scheme':'s3a','text':'s3a://bucket/x?y'},"
        "{'by':'com/acme/job/main/Job','scheme':'hdfs','text':'hdfs://name:8020/a'},"
        "{'by':'com/acme/job/main/Job','scheme':'s3','text':'s3://no'}]");
    has(facts, "ddl",
        "[{'by':'com/acme/job/main/Job','text':'Create TABLE t (a INT) WITH "
        "('connector' = 'kafka')'}]");
}

/* What no JVM would load stops nothing, and is nobody's fault. */
static void test_odd_classes(void **state)
{
    struct class_maker job = begin_job();
    class_ref(&job, 10, "g/A", "m", "()V");
    class_ref(&job, 10, "g/Broken", "m", "()V");
    add_class(*state, "com/acme/job/main/Job", &job);
    struct class_maker a = class_begin("g/A", "g/B", 52);
    add_class(*state, "g/A", &a);
    struct class_maker b = class_begin("g/B", "g/A", 52);
    class_implement(&b, "g/B");
    add_class(*state, "g/B", &b);
    add_text(*state, "g/Broken.class", "\xca\xfe\xba\xbe nonsense");
    add_text(*state, "g/Empty.class", "no class");
    cleanup_json json_t *facts = read_facts(*state, "com.acme.job.main.Job");
    has(facts, "flink", "[]");
    has(facts, "absent", "[]");
    has(facts, "classes", "5");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_references, setup, teardown),
        cmocka_unit_test_setup_teardown(test_inherited, setup, teardown),
        cmocka_unit_test_setup_teardown(test_reached, setup, teardown),
        cmocka_unit_test_setup_teardown(test_majors, setup, teardown),
        cmocka_unit_test_setup_teardown(test_entry, setup, teardown),
        cmocka_unit_test_setup_teardown(test_sure, setup, teardown),
        cmocka_unit_test_setup_teardown(test_guarded, setup, teardown),
        cmocka_unit_test_setup_teardown(test_whole_job_caught, setup, teardown),
        cmocka_unit_test_setup_teardown(test_caught, setup, teardown),
        cmocka_unit_test_setup_teardown(test_asked_for, setup, teardown),
        cmocka_unit_test_setup_teardown(test_strings, setup, teardown),
        cmocka_unit_test_setup_teardown(test_odd_classes, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

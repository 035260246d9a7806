/* Texts that look like secrets, and texts that do not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "flinkpack/support.h"

struct setting {
    const char *key;
    const char *value;
};

static void secrets_are_told(void **state)
{
    static const struct setting settings[] = {
        {"s3.secret-key", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"},
        {"fs.s3a.secret.key", "x9"},
        {"fs.s3a.session.token", "FwoGZXIvYXdzEJr"},
        {"fs.azure.account.key.acct.blob.core.windows.net", "aGVsbG8="},
        {"fs.azure.account.oauth2.client.secret", "x~y"},
        {"security.ssl.rest.keystore-password", "changeit"},
        {"security.ssl.internal.key-password", "1234"},
        {"security.ssl.internal.truststorePassword", "changeit"},
        {"high-availability.zookeeper.client.auth-params", "u:p"},
        {"metrics.reporter.dghttp.apikey", "0123456789abcdef"},
        {"metrics.reporter.influxdb.password", "qwerty"},
        {"properties.sasl.jaas.config", "org.apache.X required username=a;"},
        {"rest.basic-auth", "u:p"},
        {"rest.http-headers", "Authorization:Bearer x"},
        {"DB_PASSWORD", "hunter2"},
        {"AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI"},
        {"GITHUB_TOKEN", "x"},
        {"MY_API_KEY", "k"},
        {"TLS_PRIVATE_KEY", "MIIE"},
        {"x", "ghp_0123456789012345678901234567890123456789"},
        {"x", "glpat-abcdefghij0123456789"},
        {"x", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln"},
        {"x", "-----BEGIN RSA PRIVATE KEY-----"},
        {"DATABASE_URL", "postgres://user:pw@db:5432/x"},
        {"jdbc.url", "jdbc:mysql://db/x?user=a&password=b"},
        {"CONNECTION", "AccountName=a;AccountKey=b=="},
    };
    (void) state;
    for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
        if (!fp_is_secret(settings[i].key, settings[i].value))
            fail_msg("%s is one", settings[i].key);
    }
}

static void other_settings_are_let_alone(void **state)
{
    static const struct setting settings[] = {
        {"fs.s3a.aws.credentials.provider",
         "com.amazonaws.auth.WebIdentityTokenCredentialsProvider"},
        {"s3.access-key", "AKIAIOSFODNN7EXAMPLE"},
        {"AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"},
        {"security.kerberos.login.keytab", "/etc/krb/flink.keytab"},
        {"security.kerberos.login.principal", "flink/host@REALM"},
        {"security.kerberos.fetch.delegation-token", "true"},
        {"security.delegation.tokens.renewal.retry.backoff", "1 h"},
        {"security.delegation.token.provider.hadoopfs.enabled", "false"},
        {"security.ssl.rest.keystore", "/certs/rest.jks"},
        {"security.ssl.rest.keystore-type", "PKCS12"},
        {"kubernetes.secrets", "name:/path"},
        {"kubernetes.env.secretKeyRef", "env:A,secret:b,key:c"},
        {"s3.secret-key", "${S3_SECRET}"},
        {"s3.secret-key", ""},
        {"DB_PASSWORD_FILE", "/run/secrets/db"},
        {"AWS_WEB_IDENTITY_TOKEN_FILE", "/var/run/token"},
        {"TOKEN_TTL", "10min"},
        {"security.token-lifetime", "30min"},
        {"execution.checkpointing.dir", "s3://bucket/checkpoints"},
        {"jobmanager.rpc.address", "user@host"},
        {"pipeline.keyed", "key"},
        {"state.backend.key-groups", "128"},
        {"taskmanager.memory.process.size", "1728m"},
        {"JAVA_HOME", "/opt/java"},
        {"monkey", "banana"},
        {"org.opencontainers.image.source", "https://github.com/a/b"},
        {"x", "http://[::1]:8080/a:b@c"},
    };
    (void) state;
    for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
        if (fp_is_secret(settings[i].key, settings[i].value))
            fail_msg("%s=%s is none", settings[i].key, settings[i].value);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(secrets_are_told),
        cmocka_unit_test(other_settings_are_let_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/**
 * @file
 * Keys of the tests, made by openssl. They protect nothing.
 */
#ifndef TESTS_UNIT_TRUST_KEYS_H
#define TESTS_UNIT_TRUST_KEYS_H

/** ECDSA on P-256, PKCS#8. */
#define KEY_EC                                                                                     \
    "-----BEGIN PRIVATE KEY-----\n"                                                                \
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgjO2kSja89BowZyDs\n"                           \
    "+LgS+CaLLznZkDvaeK9C8p4lA+GhRANCAATRDx7uG6WRzmrHfPg9RiROtHEjMyR2\n"                           \
    "mdDK1ZhhMmxQJ3jropkLkgHlfUS0Z5OGCuHC1nRmi1QQZ/qInEbGYQD7\n"                                   \
    "-----END PRIVATE KEY-----\n"

/** Its public part. */
#define KEY_EC_PUBLIC                                                                              \
    "-----BEGIN PUBLIC KEY-----\n"                                                                 \
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE0Q8e7hulkc5qx3z4PUYkTrRxIzMk\n"                           \
    "dpnQytWYYTJsUCd466KZC5IB5X1EtGeThgrhwtZ0ZotUEGf6iJxGxmEA+w==\n"                               \
    "-----END PUBLIC KEY-----\n"

/** The same key in SEC1. */
#define KEY_EC_SEC1                                                                                \
    "-----BEGIN EC PRIVATE KEY-----\n"                                                             \
    "MHcCAQEEIIztpEo2vPQaMGcg7Pi4Evgmiy852ZA72nivQvKeJQPhoAoGCCqGSM49\n"                           \
    "AwEHoUQDQgAE0Q8e7hulkc5qx3z4PUYkTrRxIzMkdpnQytWYYTJsUCd466KZC5IB\n"                           \
    "5X1EtGeThgrhwtZ0ZotUEGf6iJxGxmEA+w==\n"                                                       \
    "-----END EC PRIVATE KEY-----\n"

/** The same, encrypted; the password is "sesame". */
#define KEY_EC_LOCKED                                                                              \
    "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"                                                      \
    "MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAj+89uLtD9H2gICA+gw\n"                           \
    "DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEFca4bIonKkrcuuJTbOB2MMEgZCe\n"                           \
    "VcGbd/mX8AgnNdN1DbqHG2ahDDAk+3e4sWpbKA4hFGZjuZrIq0m+FdZawSOBV5ah\n"                           \
    "X/toQkPMzuz2dhnFB/Q6m/QiW1fpc3Dne3mt7MYiHcaUlNr33Wqr38LYaDw+BvyV\n"                           \
    "zzoOGgMuEU/6OBebEecph8o6gFcigBCdiuH31v2xq4icb7Yfjq5FsVPR6yQIIyY=\n"                           \
    "-----END ENCRYPTED PRIVATE KEY-----\n"

/** Ed25519. */
#define KEY_ED                                                                                     \
    "-----BEGIN PRIVATE KEY-----\n"                                                                \
    "MC4CAQAwBQYDK2VwBCIEIPoc6yEAv1jN6eymrogO/h0SoKCQW4za5gy0b3lU3W10\n"                           \
    "-----END PRIVATE KEY-----\n"

/** Its public part. */
#define KEY_ED_PUBLIC                                                                              \
    "-----BEGIN PUBLIC KEY-----\n"                                                                 \
    "MCowBQYDK2VwAyEAbbSNNawQGxeg0WSB9Dx5quCjIpzBZ49q68mvQMPPXpU=\n"                               \
    "-----END PUBLIC KEY-----\n"

/** Another curve. */
#define KEY_P384                                                                                   \
    "-----BEGIN PRIVATE KEY-----\n"                                                                \
    "MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDAx1zQWA1d25G02bGzC\n"                           \
    "RK+lQzf1sxPGdrgPzsB9pqFr8Vlg931BayUF6IXOYzJYNyOhZANiAAQagB7AGt4H\n"                           \
    "jXBk3fHBwaFuz8QfoJeRZhuAz9YaXBCTtJgL44CZTVOmbJ9jcUlouI8JPWJtHWIK\n"                           \
    "YFGx8UY9JewfKMst/5GEi4TeJbaYWT+LUKhH6iFUqJ57uuaijxboZMk=\n"                                   \
    "-----END PRIVATE KEY-----\n"

/** Its public part. */
#define KEY_P384_PUBLIC                                                                            \
    "-----BEGIN PUBLIC KEY-----\n"                                                                 \
    "MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEGoAewBreB41wZN3xwcGhbs/EH6CXkWYb\n"                           \
    "gM/WGlwQk7SYC+OAmU1TpmyfY3FJaLiPCT1ibR1iCmBRsfFGPSXsHyjLLf+RhIuE\n"                           \
    "3iW2mFk/i1CoR+ohVKiee7rmoo8W6GTJ\n"                                                           \
    "-----END PUBLIC KEY-----\n"

/** Another kind. */
#define KEY_RSA_PUBLIC                                                                             \
    "-----BEGIN PUBLIC KEY-----\n"                                                                 \
    "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDbxXnpuaKt01SlxxEdfLUOLymt\n"                           \
    "zyRVZ1UFj8PHVRuM53UhcK8ERyFP/LcwufXNYj88Y9GZ4rOX3o2xMNEpgtu7N0Pv\n"                           \
    "ZZQvILGlOTUsUxZdxOZCGXEWJxsawGdUB0qXqiB8MzYZ9lUDCrbC33xIgx4wSypd\n"                           \
    "t+5DIZJVAWic5BogwwIDAQAB\n"                                                                   \
    "-----END PUBLIC KEY-----\n"

/** Of the bytes "hello", by openssl. */
#define SIGNATURE_EC                                                                               \
    "MEYCIQCFN4JR0ILtwxxQTzwZ/rg2ZhHD/9MQSGMTV90SCa/"                                              \
    "GNwIhANFH0y79xXk9tmFX3GBSEb3Gye9UBdaIJsq9TpIqljqc"
#define SIGNATURE_ED                                                                               \
    "zNu8lrAoQueqjCW0PkIvVUp5fND+46ZAM7sUYn9OlaoNTwnHSZ+9MN5wPZmchAvhYj4b7mHJ5lAxsXNdu96vCg=="

/** The SHA-256 of the public key in DER, as bundles name keys. */
#define HINT_EC "dkZh8aD6f8XFpdB5aG41bI4Mhn53TTjVBz7WYVVCsI4="

#endif

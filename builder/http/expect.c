/*
 * Asking before a large body is sent ("Expect: 100-continue"): a refusal for want of rights or room
 * then comes before hundreds of megabytes are sent, and not after. Asking costs a round trip, and a
 * second at servers that ignore it, so it is done once for each host and Authorization, and again
 * only after a refusal. A host that does not know the header is not asked again. One that hangs up
 * is not asked before a body was sent without it.
 */
#include "exchange.h"

#define MIN_BODY_BYTES ((uint64_t) 4 << 20)

/* FNV-1a distinguishes tokens without keeping them. */
static uint64_t hash_of(const char *text)
{
    uint64_t hash = 0xcbf29ce484222325;
    for (; text != NULL && *text != '\0'; text++)
        hash = (hash ^ (unsigned char) *text) * 0x100000001b3;
    return hash;
}

static uint64_t *find(struct fp_origin *origin, uint64_t key)
{
    for (size_t i = 0; i < FP_HTTP_ASKED_MAX; i++) {
        if (origin->asked[i] == key)
            return &origin->asked[i];
    }
    return NULL;
}

bool fp_exchange_may_ask(struct fp_exchange *x)
{
    const struct fp_http_request *request = x->job->request;
    if (request->body_bytes <= MIN_BODY_BYTES)
        return false;
    x->ask_key = hash_of(x->hop->same_origin ? request->authorization : NULL);
    (void) pthread_mutex_lock(&x->job->http->lock);
    bool may = !x->origin->ignores_expect && find(x->origin, x->ask_key) == NULL;
    if (may)
        x->origin->asked[x->origin->asked_count++ % FP_HTTP_ASKED_MAX] = x->ask_key;
    (void) pthread_mutex_unlock(&x->job->http->lock);
    return may;
}

void fp_exchange_note_reply(struct fp_exchange *x)
{
    if (!x->asks)
        return;
    (void) pthread_mutex_lock(&x->job->http->lock);
    if (x->knows_no_expect || x->went_unasked)
        x->origin->ignores_expect = true;
    uint64_t *asked = find(x->origin, x->ask_key);
    bool was_refused = x->answered ? x->job->response->status >= 400 : x->may_go_on;
    if (asked != NULL && was_refused)
        *asked = 0;
    (void) pthread_mutex_unlock(&x->job->http->lock);
}

fp_add_fuzz(signed_bundle trust)
fp_add_fuzz(signed_payload trust)
fp_add_fuzz(signing_key trust)
fp_add_fuzz(signer_answer trust)

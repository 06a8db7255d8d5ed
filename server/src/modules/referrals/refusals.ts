import { guardedBy } from '#platform/guarded.ts'

/** Runs a change; what the database's own rules refuse becomes the problem that names it. */
export const guarded = guardedBy({
  referral_code_code_key: ['REFERRAL_CODE_TAKEN', 'Another code reads the same.'],
  referral_code_reserved: ['REFERRAL_CODE_TAKEN', 'This word is kept back.'],
  referral_code_host: ['REFERRAL_HOST_NOT_ALLOWED', 'Links lead to the hosts that the provider names.'],
  referral_code_transition: ['REFERRAL_CODE_STATE_CONFLICT', 'The code is in that state already.'],
  referral_code_partner_id_fkey: ['REFERRAL_INPUT_UNKNOWN', 'There is no such partner.'],
  referral_one_live: ['TENANT_ALREADY_REFERRED', 'The tenant has a referral that counts.'],
  referral_new_tenant: ['TENANT_NOT_NEW', 'The tenant had paid before.'],
  referral_partner: ['REFERRAL_PARTNER_INACTIVE', 'The partner does not work at present.'],
  referral_transition: ['REFERRAL_STATE_CONFLICT', 'The referral is void already.'],
  referral_tenant_id_fkey: ['REFERRAL_INPUT_UNKNOWN', 'There is no such tenant.'],
  referral_partner_id_code_id_fkey: ['REFERRAL_INPUT_UNKNOWN', 'The partner has no such code.'],
  referral_partner_id_fkey: ['REFERRAL_INPUT_UNKNOWN', 'There is no such partner.'],
  referral_block_referral_id_key: ['REFERRAL_STATE_CONFLICT', 'The referral is blocked already.'],
  referral_block_state: ['REFERRAL_STATE_CONFLICT', 'Only a referral that counts is blocked.'],
})

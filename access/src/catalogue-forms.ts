/** Agencies and vouchers. Source: embedded.md section 5. */
export const FORM_PERMISSIONS = [
  { name: 'tenant.agencies.read', bit: 153, sentence: 'See agencies, their forms and what they do' },
  {
    name: 'tenant.agencies.manage',
    bit: 154,
    sentence: 'Change agencies, their forms, form tokens and server keys',
    sensitive: true,
  },
  { name: 'tenant.vouchers.read', bit: 155, sentence: 'Find vouchers and see them' },
  { name: 'tenant.vouchers.issue', bit: 156, sentence: 'Issue vouchers' },
  { name: 'tenant.vouchers.redeem', bit: 157, sentence: 'Redeem vouchers' },
  { name: 'tenant.vouchers.review', bit: 158, sentence: 'Decide vouchers that wait for review' },
  {
    name: 'tenant.vouchers.void',
    bit: 159,
    sentence: 'Void vouchers, take back redemptions, and hand out or erase what is kept of a recipient',
    sensitive: true,
  },
  { name: 'tenant.voucher_types.manage', bit: 160, sentence: 'Change the types of vouchers' },
] as const

/** How a referral stands: read on its own pages and among a partner's customers. */
export const referralStatus = {
  'status.referral.created': 'Signed up',
  'status.referral.locked': 'Paying, final',
  'status.referral.voided': 'Withdrawn',
} as const

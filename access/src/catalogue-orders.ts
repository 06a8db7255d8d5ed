/** Ordering by people of an organisation itself. Source: experience.md section 4, delegation.md A5. */
export const ORDER_PERMISSIONS = [
  {
    name: 'tenant.orders.create',
    bit: 161,
    sentence: 'Place orders for your organisation, which cost money',
    sensitive: true,
    spends: true,
  },
] as const

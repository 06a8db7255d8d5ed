/** What the provider's support does for a case, with the tenant's leave. Source: access.md section 1. */
export const ASSISTANCE_PERMISSIONS = [
  {
    name: 'platform.assistance.oversee',
    bit: 162,
    sentence: "See who of support looks into tenants' data, and end that",
  },
  {
    name: 'platform.assistance.use',
    bit: 163,
    sentence: 'Ask a tenant to let you look at its data for a support case, and look while it does',
    sensitive: true,
  },
] as const

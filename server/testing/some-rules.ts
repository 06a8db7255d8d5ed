import { LINK_ROLES, NO_CONDITIONS } from '@liaison/access'
import type { Conditions } from '@liaison/access'
import fc from 'fast-check'

/** Partners that rules list. */
export const LISTED_IDS = ['a', 'b', 'c'].map((letter) => `00000000-0000-7000-8000-00000000000${letter}`)

const someConditions = fc
  .record({
    phishing_resistant: fc.boolean(),
    read_reason_required: fc.boolean(),
    elevation_required: fc.boolean(),
    tenant_elevation_approval: fc.boolean(),
    mfa_max_age_s: fc.constantFrom(null, 60, 600, 3600),
    ip_mode: fc.constantFrom('off' as const, 'monitor' as const, 'enforce' as const),
    ip_allow: fc.subarray(['192.0.2.0/24', '192.0.2.0/25', '192.0.2.7/32', '2001:db8::/32']),
    hours: fc.option(
      fc.record({
        tz: fc.constantFrom('Europe/Madrid', 'UTC'),
        windows: fc.subarray([
          { days: [1, 2], from: '08:00', to: '18:00' },
          { days: [1], from: '09:00', to: '12:00' },
          { days: [1], from: '12:00', to: '17:00' },
        ]),
      }),
    ),
  })
  .map((conditions): Conditions => ({ ...NO_CONDITIONS, ...conditions }))

/** Rules of every kind, close enough to each other that edits are often looser in one place and stricter in another. */
export const someRules = fc.record({
  who_may_ask: fc.constantFrom('any' as const, 'listed' as const, 'unlisted' as const, 'none' as const),
  listed_partner_ids: fc.subarray(LISTED_IDS),
  roles_allowed: fc.subarray(LINK_ROLES.slice(0, 3)),
  max_duration_days: fc.constantFrom(30, 90, 730),
  dual_approval: fc.boolean(),
  acting_minutes: fc.constantFrom(5, 30, 60),
  sends_digest: fc.boolean(),
  conditions: someConditions,
})

import type { EndUserStatus, RealmRole } from '@liaison/access'

/** What people read for a role of a realm. */
export const ROLE_WORDS: Readonly<Record<RealmRole, string>> = {
  guest: 'Guest',
  basic: 'Basic',
  advanced: 'Advanced',
  company: 'Company',
  realm_admin: 'Realm admin',
}

/** What people read for the state of an end user. */
export const STATUS_WORDS: Readonly<Record<EndUserStatus, string>> = {
  active: 'Active',
  inactive: 'Stopped',
  idle: 'Resting until the limit begins anew',
  signing: 'Waiting for a subscription to be confirmed',
}

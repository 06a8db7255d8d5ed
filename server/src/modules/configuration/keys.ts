import { REALM_ROLES, realmRoleTemplate } from '@liaison/access'
import type { RealmRole } from '@liaison/access'

/** A value of a configuration document. */
export type ConfigurationValue = string | number | boolean | null | readonly string[]

/** Whom a key touches when it changes. */
export const AUDIENCES = ['staff', 'end_users', 'clients', 'visitors'] as const

export type Audience = (typeof AUDIENCES)[number]

/**
 * What holds a value: `at_most` a number up to the bound (null is without end), `ordered` a choice no further along than
 * the bound, `within` a subset of the bound, `fixed` always the default, `free` as it stands.
 */
type Rule = 'at_most' | 'ordered' | 'within' | 'fixed' | 'free'

/** One key of a partner's configuration. */
export interface ConfigurationKey {
  readonly path: readonly string[]
  readonly rule: Rule
  readonly unit:
    | 'seconds'
    | 'count'
    | 'days'
    | 'choice'
    | 'switch'
    | 'permissions'
    | 'text'
    | 'colour'
    | 'address'
    | 'image'
  readonly default: ConfigurationValue
  readonly bound: ConfigurationValue
  readonly choices: readonly string[] | null
  readonly affects: Audience
  /** What the key says, as a person reads it after "changes". */
  readonly title: string
}

/** Whether a partner may go beyond the default; without it a limit only tightens. */
export function isRelaxable(key: ConfigurationKey): boolean {
  return key.rule === 'at_most' && key.bound !== key.default
}

const HOUR = 3600
const DAY = 24 * HOUR

export const ACCESS_LEVELS = ['none', 'sandbox', 'live'] as const
export const CONSEQUENCES = ['warn', 'throttle', 'restrict', 'review', 'cooldown', 'suspend', 'idle'] as const
export const SIGN_UP_MODES = ['open', 'invite', 'closed'] as const
export const CONFIRMATIONS = ['automatic', 'manual'] as const
export const DOWNGRADES = ['immediate', 'period_end'] as const
export const KYC_PROVIDERS = ['manual', 'simulated'] as const

const ROLE_TITLES: Readonly<Record<RealmRole, string>> = {
  guest: 'Guests',
  basic: 'Basic users',
  advanced: 'Advanced users',
  company: 'Company users',
  realm_admin: 'Realm admins',
}

type Shape = Pick<ConfigurationKey, 'affects' | 'title'> & { readonly path: string }

// A dot stands within names such as `ops.per_day`, so the parts of a path are parted by a slash.
const pathOf = (text: string): string[] => text.split('/')

function atMost(
  shape: Shape,
  unit: ConfigurationKey['unit'],
  values: { readonly default: number | null; readonly bound?: number | null },
): ConfigurationKey {
  const bound = values.bound === undefined ? values.default : values.bound
  return {
    ...shape,
    path: pathOf(shape.path),
    rule: 'at_most',
    unit,
    default: values.default,
    bound,
    choices: null,
  }
}

function fixed(shape: Shape, unit: ConfigurationKey['unit'], value: ConfigurationValue): ConfigurationKey {
  return {
    ...shape,
    path: pathOf(shape.path),
    rule: 'fixed',
    unit,
    default: value,
    bound: value,
    choices: null,
  }
}

function free(shape: Shape, unit: ConfigurationKey['unit'], value: ConfigurationValue): ConfigurationKey {
  return {
    ...shape,
    path: pathOf(shape.path),
    rule: 'free',
    unit,
    default: value,
    bound: null,
    choices: null,
  }
}

function choice(shape: Shape, choices: readonly string[], value: string): ConfigurationKey {
  return { ...free(shape, 'choice', value), choices }
}

function roleKeys(role: RealmRole): ConfigurationKey[] {
  const { defaults, ceiling } = realmRoleTemplate(role)
  const base = { affects: 'end_users' as const }
  const title = ROLE_TITLES[role]
  return [
    free({ ...base, path: `roles/${role}/enabled`, title: `${title}: role in use` }, 'switch', true),
    {
      ...free(
        { ...base, path: `roles/${role}/permissions`, title: `${title}: what they may do` },
        'permissions',
        defaults,
      ),
      rule: 'within',
      bound: ceiling,
    },
  ]
}

function staffSessionKeys(): ConfigurationKey[] {
  const base = { affects: 'staff' as const }
  return [
    atMost(
      { ...base, path: 'sessions/staff/idle_s', title: 'Staff: idle time before a sign-in ends' },
      'seconds',
      { default: HOUR / 2 },
    ),
    atMost(
      {
        ...base,
        path: 'sessions/staff/absolute_s',
        title: 'Staff: longest sign-in',
      },
      'seconds',
      { default: 12 * HOUR },
    ),
    atMost(
      {
        ...base,
        path: 'sessions/staff/max_concurrent',
        title: 'Staff: sign-ins of one person at once',
      },
      'count',
      { default: null },
    ),
  ]
}

function userSessionKeys(role: RealmRole): ConfigurationKey[] {
  const base = { affects: 'end_users' as const }
  const path = `sessions/end_users/${role}`
  const title = ROLE_TITLES[role]
  const idle = { ...base, path: `${path}/idle_s`, title: `${title}: idle time before a sign-in ends` }
  const absolute = {
    ...base,
    path: `${path}/absolute_s`,
    title: `${title}: longest sign-in`,
  }
  const concurrent = {
    ...base,
    path: `${path}/max_concurrent`,
    title: `${title}: sign-ins of one user at once`,
  }
  if (role === 'guest')
    return [
      fixed(idle, 'seconds', HOUR / 3),
      fixed(absolute, 'seconds', HOUR / 3),
      atMost(concurrent, 'count', { default: 5 }),
    ]
  if (role === 'realm_admin')
    return [
      atMost(idle, 'seconds', { default: HOUR / 2 }),
      atMost(absolute, 'seconds', { default: 12 * HOUR }),
      atMost(concurrent, 'count', { default: 5 }),
    ]
  return [
    atMost(idle, 'seconds', { default: HOUR / 2, bound: 12 * HOUR }),
    atMost(absolute, 'seconds', { default: 12 * HOUR, bound: 30 * DAY }),
    atMost(concurrent, 'count', { default: 5, bound: 20 }),
  ]
}

function limitKeys(role: RealmRole): ConfigurationKey[] {
  const base = { affects: 'end_users' as const }
  const path = `limits/end_users/${role}`
  const title = ROLE_TITLES[role]
  const day = { ...base, path: `${path}/ops.per_day`, title: `${title}: operations in a day` }
  const week = { ...base, path: `${path}/ops.per_7d`, title: `${title}: operations in 7 days` }
  const rate = { ...base, path: `${path}/rate.per_min`, title: `${title}: requests in a minute` }
  const beyond = { ...base, path: `${path}/on_exceed`, title: `${title}: what happens beyond the limit` }
  if (role === 'guest')
    return [
      fixed(day, 'count', 5),
      fixed(week, 'count', 20),
      atMost(rate, 'count', { default: 30 }),
      { ...fixed(beyond, 'choice', 'idle'), choices: CONSEQUENCES },
    ]
  const operations = role === 'basic' ? { day: 20, week: 50 } : { day: null, week: null }
  return [
    atMost(day, 'count', { default: operations.day }),
    atMost(week, 'count', { default: operations.week }),
    atMost(rate, 'count', { default: 60, bound: 600 }),
    choice(beyond, CONSEQUENCES, role === 'basic' ? 'throttle' : 'warn'),
  ]
}

function apiKeys(): ConfigurationKey[] {
  const base = { affects: 'clients' as const }
  return [
    {
      ...choice(
        { ...base, path: 'api/access_level', title: 'What API clients may reach' },
        ACCESS_LEVELS,
        'live',
      ),
      rule: 'ordered',
      bound: 'live',
    },
    atMost(
      { ...base, path: 'api/rate.per_min', title: 'API clients: calls of one kind in a minute' },
      'count',
      { default: 500 },
    ),
  ]
}

function brandingKeys(): ConfigurationKey[] {
  const base = { affects: 'visitors' as const }
  const key = (name: string, title: string) => ({ ...base, path: `branding/${name}`, title })
  return [
    free(key('display_name', 'Name on the pages'), 'text', null),
    free(key('primary_color', 'Main colour'), 'colour', '#1f5f8b'),
    free(key('accent_color', 'Second colour'), 'colour', '#0b6e4f'),
    free(key('logo', 'Logo'), 'image', null),
    free(key('support_email', 'Address for help'), 'text', null),
    free(key('support_url', 'Page for help'), 'address', null),
    free(key('terms_url', 'Terms of use'), 'address', null),
    free(key('privacy_url', 'Privacy notice'), 'address', null),
  ]
}

function policyKeys(): ConfigurationKey[] {
  const base = { affects: 'end_users' as const }
  const key = (name: string, title: string) => ({ ...base, path: `policies/${name}`, title })
  return [
    choice(key('sign_up', 'Who may sign up'), SIGN_UP_MODES, 'open'),
    choice(key('subscription_confirmation', 'How a subscription is confirmed'), CONFIRMATIONS, 'automatic'),
    choice(key('on_downgrade', 'When a subscription ends after a lower role'), DOWNGRADES, 'period_end'),
    choice(key('kyc_provider', 'Who checks identities'), KYC_PROVIDERS, 'manual'),
    free(key('kyc_four_eyes', 'Two people decide about an identity'), 'switch', false),
    atMost(key('kyc_valid_days', 'How long a checked identity counts'), 'days', {
      default: 365,
      bound: 1095,
    }),
  ]
}

/** Every key of a partner's configuration, with its default and bound. The database gets them from here. Source: C2, C5, registry.md section 3. */
export const CONFIGURATION_KEYS: readonly ConfigurationKey[] = [
  ...REALM_ROLES.flatMap(roleKeys),
  ...staffSessionKeys(),
  ...REALM_ROLES.flatMap(userSessionKeys),
  atMost(
    {
      path: 'limits/staff/rate.per_min',
      affects: 'staff',
      title: 'Staff: calls of one kind in a minute',
    },
    'count',
    { default: 500 },
  ),
  ...REALM_ROLES.flatMap(limitKeys),
  ...apiKeys(),
  ...brandingKeys(),
  ...policyKeys(),
]

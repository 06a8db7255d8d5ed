import { PERMISSIONS } from '@liaison/access'
import type { RealmPermission, RealmRole } from '@liaison/access'
import { z } from 'zod'
import { plainText } from '#platform/route-input.ts'
import { contrastOf, LEAST_CONTRAST } from '#platform/pages/contrast.ts'
import {
  ACCESS_LEVELS,
  CONFIGURATION_KEYS,
  CONFIRMATIONS,
  CONSEQUENCES,
  DOWNGRADES,
  KYC_PROVIDERS,
  SIGN_UP_MODES,
} from './keys.ts'
import type { ConfigurationKey } from './keys.ts'

const KEYS: ReadonlyMap<string, ConfigurationKey> = new Map(
  CONFIGURATION_KEYS.map((key) => [key.path.join('/'), key]),
)

function keyAt(path: string): ConfigurationKey {
  const key = KEYS.get(path)
  if (!key) throw new Error(`No key of a configuration has the path ${path}.`)
  return key
}

const isRealmPermission = (name: string): name is RealmPermission =>
  PERMISSIONS.some((entry) => entry.name === name && entry.plane === 'realm')

const REALM_PERMISSIONS = PERMISSIONS.map(({ name }) => name).filter(isRealmPermission)

/** A whole number that the platform bounds; the bound is told where it is passed. */
function bounded(path: string, least: number, most = 1_000_000) {
  const { rule, bound, default: value } = keyAt(path)
  return z
    .int()
    .min(least)
    .max(most)
    .nullable()
    .refine((given) => rule !== 'fixed' || given === value, {
      message: `is ${String(value)} for every partner`,
      params: { code: 'FIXED_BY_PLATFORM' },
    })
    .refine((given) => rule === 'fixed' || typeof bound !== 'number' || (given !== null && given <= bound), {
      message: `must be at most ${String(bound)}, which the platform sets`,
      params: { code: 'BEYOND_PLATFORM_BOUND' },
    })
    .optional()
}

function sessionRules(path: string) {
  const defaultOf = (name: string): number => {
    const value = keyAt(`${path}/${name}`).default
    return typeof value === 'number' ? value : Infinity
  }
  return z
    .strictObject({
      idle_s: bounded(`${path}/idle_s`, 300, 86_400),
      absolute_s: bounded(`${path}/absolute_s`, 300, 31_536_000),
      max_concurrent: bounded(`${path}/max_concurrent`, 1, 100),
    })
    .refine(
      (given) => (given.idle_s ?? defaultOf('idle_s')) <= (given.absolute_s ?? defaultOf('absolute_s')),
      {
        message: 'must not be longer than the sign-in lasts in any case; give both',
        path: ['idle_s'],
        params: { code: 'IDLE_BEYOND_ABSOLUTE' },
      },
    )
    .optional()
}

function limitRules(role: RealmRole) {
  const path = `limits/end_users/${role}`
  const beyond = keyAt(`${path}/on_exceed`)
  return z
    .strictObject({
      'ops.per_day': bounded(`${path}/ops.per_day`, 1),
      'ops.per_7d': bounded(`${path}/ops.per_7d`, 1),
      'rate.per_min': bounded(`${path}/rate.per_min`, 1),
      on_exceed: z
        .enum(CONSEQUENCES)
        .refine((given) => beyond.rule !== 'fixed' || given === beyond.default, {
          message: `is ${String(beyond.default)} for every partner`,
          params: { code: 'FIXED_BY_PLATFORM' },
        })
        .optional(),
    })
    .optional()
}

function roleRules(role: RealmRole) {
  const { bound } = keyAt(`roles/${role}/permissions`)
  const ceiling: readonly unknown[] = Array.isArray(bound) ? bound : []
  return z
    .strictObject({
      enabled: z.boolean().optional(),
      permissions: z
        .array(
          z.enum(REALM_PERMISSIONS).refine((name) => ceiling.includes(name), {
            message: `is outside what the platform lets the role ${role} do`,
            params: { code: 'OUTSIDE_CEILING' },
          }),
        )
        .max(REALM_PERMISSIONS.length)
        .refine((names) => new Set(names).size === names.length, {
          message: 'must not name a permission twice',
          params: { code: 'REPEATED' },
        })
        .optional(),
    })
    .optional()
}

const colour = () =>
  z
    .string()
    .regex(/^#[0-9a-f]{6}$/, 'must be a colour as #rrggbb in lower case')
    .refine((given) => !/^#[0-9a-f]{6}$/.test(given) || contrastOf(given, '#ffffff') >= LEAST_CONTRAST, {
      message: `must be dark enough to be read on white: a contrast of at least ${LEAST_CONTRAST} to 1`,
      params: { code: 'LOW_CONTRAST' },
    })
    .optional()

const webAddress = () =>
  z
    .url({
      protocol: /^https$/,
      hostname: z.regexes.domain,
      error: 'must be an address that begins with https://',
    })
    .max(500)
    .nullable()
    .optional()

/** The branding section, which a partner's own people change. */
export const BrandingSection = z
  .strictObject({
    display_name: plainText(1, 100).nullable().optional(),
    primary_color: colour(),
    accent_color: colour(),
    logo: z
      .string()
      .regex(/^[0-9a-f]{64}$/, 'must be the digest of an image that was handed in')
      .nullable()
      .optional(),
    support_email: z.email().max(254).nullable().optional(),
    support_url: webAddress(),
    terms_url: webAddress(),
    privacy_url: webAddress(),
  })
  .meta({ id: 'BrandingSection' })

/**
 * What a version of a partner's configuration says. Every section and key is optional; what is missing is as the platform
 * has it. Faults are told all at once. Source: C2, C4, C5.
 */
export const ConfigurationDocument = z
  .strictObject({
    roles: z
      .strictObject({
        guest: roleRules('guest'),
        basic: roleRules('basic'),
        advanced: roleRules('advanced'),
        company: roleRules('company'),
        realm_admin: roleRules('realm_admin'),
      })
      .optional(),
    sessions: z
      .strictObject({
        staff: sessionRules('sessions/staff'),
        end_users: z
          .strictObject({
            guest: sessionRules('sessions/end_users/guest'),
            basic: sessionRules('sessions/end_users/basic'),
            advanced: sessionRules('sessions/end_users/advanced'),
            company: sessionRules('sessions/end_users/company'),
            realm_admin: sessionRules('sessions/end_users/realm_admin'),
          })
          .optional(),
      })
      .optional(),
    limits: z
      .strictObject({
        staff: z.strictObject({ 'rate.per_min': bounded('limits/staff/rate.per_min', 1) }).optional(),
        end_users: z
          .strictObject({
            guest: limitRules('guest'),
            basic: limitRules('basic'),
            advanced: limitRules('advanced'),
            company: limitRules('company'),
            realm_admin: limitRules('realm_admin'),
          })
          .optional(),
      })
      .optional(),
    api: z
      .strictObject({
        access_level: z.enum(ACCESS_LEVELS).optional(),
        'rate.per_min': bounded('api/rate.per_min', 1),
      })
      .optional(),
    branding: BrandingSection.optional(),
    policies: z
      .strictObject({
        sign_up: z.enum(SIGN_UP_MODES).optional(),
        subscription_confirmation: z.enum(CONFIRMATIONS).optional(),
        on_downgrade: z.enum(DOWNGRADES).optional(),
        kyc_provider: z.enum(KYC_PROVIDERS).optional(),
        kyc_four_eyes: z.boolean().optional(),
        kyc_valid_days: bounded('policies/kyc_valid_days', 30),
      })
      .optional(),
  })
  .meta({ id: 'ConfigurationDocument' })

export type ConfigurationDocumentBody = z.output<typeof ConfigurationDocument>

import { z } from 'zod'
import {
  ACCESS_LEVELS,
  CONFIRMATIONS,
  CONSEQUENCES,
  DOWNGRADES,
  KYC_PROVIDERS,
  SIGN_UP_MODES,
} from './keys.ts'

const whole = z.int()

const Role = z.strictObject({ enabled: z.boolean(), permissions: z.array(z.string()) })

const Session = z.strictObject({
  idle_s: whole,
  absolute_s: whole,
  max_concurrent: whole.nullable(),
})

const Limits = z.strictObject({
  'ops.per_day': whole.nullable(),
  'ops.per_7d': whole.nullable(),
  'rate.per_min': whole,
  on_exceed: z.enum(CONSEQUENCES),
})

const ofRoles = <Item extends z.ZodType>(item: Item) =>
  z.strictObject({ guest: item, basic: item, advanced: item, company: item, realm_admin: item })

const text = z.string().nullable()

/** The configuration of a partner as decisions read it: every key has a value, within the platform's bounds. `null` is without end, or not said. Source: C2. */
export const EffectiveConfiguration = z
  .strictObject({
    roles: ofRoles(Role),
    sessions: z.strictObject({ staff: Session, end_users: ofRoles(Session) }),
    limits: z.strictObject({
      staff: z.strictObject({ 'rate.per_min': whole }),
      end_users: ofRoles(Limits),
    }),
    api: z.strictObject({ access_level: z.enum(ACCESS_LEVELS), 'rate.per_min': whole }),
    branding: z.strictObject({
      display_name: text,
      primary_color: z.string(),
      accent_color: z.string(),
      logo: text,
      support_email: text,
      support_url: text,
      terms_url: text,
      privacy_url: text,
    }),
    policies: z.strictObject({
      sign_up: z.enum(SIGN_UP_MODES),
      subscription_confirmation: z.enum(CONFIRMATIONS),
      on_downgrade: z.enum(DOWNGRADES),
      kyc_provider: z.enum(KYC_PROVIDERS),
      kyc_four_eyes: z.boolean(),
      kyc_valid_days: whole,
    }),
  })
  .meta({ id: 'EffectiveConfiguration' })

export type EffectiveConfigurationBody = z.output<typeof EffectiveConfiguration>

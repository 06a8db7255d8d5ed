import { z } from 'zod'

/** The rules of a program in the order in which they are told. */
export const RISK_RULES = [
  'own_address',
  'own_member',
  'shared_payout_account',
  'disposable_address',
  'own_network',
  'hasty_sign_up',
  'banned_source',
] as const
export type RiskRule = (typeof RISK_RULES)[number]

const domain = () =>
  z
    .string()
    .max(253)
    .regex(/^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?\.[a-z]{2,}$/, 'must be a domain in lower case')

const parameter = () =>
  z
    .string()
    .max(100)
    .regex(/^[a-z0-9_.-]+(?:=[a-z0-9_.-]+)?$/, 'must be a parameter, or a parameter with its value')

/** What each rule can be told besides its effect. */
const SHAPES = {
  own_address: {},
  own_member: {},
  shared_payout_account: {},
  disposable_address: { domains: z.array(domain()).max(200) },
  own_network: { days: z.int().min(1).max(365) },
  hasty_sign_up: { seconds: z.int().min(0).max(3600), clicks_per_hour: z.int().min(1).max(100_000) },
  banned_source: { referrers: z.array(domain()).max(100), parameters: z.array(parameter()).max(100) },
} as const satisfies Record<RiskRule, Readonly<Record<string, z.ZodType>>>

/** The settings of one rule: only what it knows, each of them at will. */
export const settingsOf = (rule: RiskRule) => z.strictObject(SHAPES[rule]).partial()

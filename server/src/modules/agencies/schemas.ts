import { isIP } from 'node:net'
import { z } from 'zod'
import { plainText, publicId } from '#platform/route-input.ts'
import { AllowedOrigins, isWildcard } from '#platform/allowed-origins.ts'
import { FormConfigInput } from './config.ts'
import { CHALLENGES, KEY_SCOPES } from './tables.ts'

/** The overlaps that a rotation offers: none, an hour, a day, a week, a month. */
const OVERLAPS_SECONDS = [0, 3600, 86_400, 604_800, 2_592_000] as const
const DEFAULT_OVERLAP_SECONDS = 604_800

export const AgencyParams = z.strictObject({ agency_id: publicId('agency') })
export const FormParams = z.strictObject({ form_id: publicId('form') })
export const TokenParams = z.strictObject({ token_id: publicId('form_token') })
export const KeyParams = z.strictObject({ key_id: publicId('agency_key') })

const dailyLimit = z.int().min(1).max(100_000).nullable()

const distinct = (values: readonly string[]): boolean => new Set(values).size === values.length

const agencyFields = {
  name: plainText(1, 120).transform((name) => name.trim()),
  contact_name: plainText(1, 120).nullable(),
  contact_email: z.email().max(254).nullable(),
  contact_phone: plainText(1, 40).nullable(),
  daily_issue_limit: dailyLimit,
}

export const CreateAgency = z.strictObject({
  ...agencyFields,
  contact_name: agencyFields.contact_name.default(null),
  contact_email: agencyFields.contact_email.default(null),
  contact_phone: agencyFields.contact_phone.default(null),
  daily_issue_limit: dailyLimit.default(null),
})
const changesSomething = (body: object): boolean => Object.keys(body).length > 0
export const ChangeAgency = z
  .strictObject(agencyFields)
  .partial()
  .refine(changesSomething, 'must change something')

const accessCode = plainText(4, 60).nullable().meta({
  description: 'What the staff of the agency type before they issue; null for none. It is never told again.',
})

const formFields = {
  name: plainText(1, 120).transform((name) => name.trim()),
  allowed_origins: AllowedOrigins.meta({
    description: 'The sites that may show the form; none while it is empty.',
  }),
  allows_subdomains: z
    .boolean()
    .meta({ description: 'Needed for an origin such as https://*.agency.example.' }),
  is_headless: z
    .boolean()
    .meta({ description: "Whether the allowed sites' own pages may call the two operations." }),
  challenge: z.enum(CHALLENGES),
  access_code: accessCode,
  daily_issue_limit: dailyLimit,
}

interface OriginChoice {
  readonly allowed_origins?: readonly string[] | undefined
  readonly allows_subdomains?: boolean | undefined
}

const WILDCARD_FAULT = {
  path: ['allowed_origins'],
  message: 'must not stand for all subdomains unless that is allowed',
  params: { code: 'SUBDOMAINS_NOT_ALLOWED' },
}

/** Whether origins for all subdomains are there only when an administrator ticked that. */
export const originsFit = ({ allowed_origins: origins, allows_subdomains: allows }: OriginChoice): boolean =>
  allows === true || !(origins ?? []).some(isWildcard)

export const CreateForm = z
  .strictObject({
    name: formFields.name,
    allowed_origins: formFields.allowed_origins.default([]),
    allows_subdomains: formFields.allows_subdomains.default(false),
    is_headless: formFields.is_headless.default(false),
    challenge: formFields.challenge.default('off'),
    access_code: accessCode.default(null),
    daily_issue_limit: dailyLimit.default(null),
    config: FormConfigInput.nullable().default(null),
  })
  .refine(originsFit, WILDCARD_FAULT)
export const ChangeForm = z
  .strictObject(formFields)
  .partial()
  .refine(changesSomething, 'must change something')

export const MoveInput = z.strictObject({ reason: plainText(1, 500).nullable().default(null) })
export const ReasonInput = z.strictObject({ reason: plainText(1, 500) })
export const CreateToken = z
  .strictObject({
    mode: z.enum(['live', 'test']).optional().meta({
      description: 'In a sandbox every token is a test token, elsewhere none is; without it, what fits.',
    }),
  })
  .prefault({})
export const RotateToken = z
  .strictObject({
    overlap_seconds: z
      .literal([...OVERLAPS_SECONDS])
      .default(DEFAULT_OVERLAP_SECONDS)
      .meta({ description: 'How long the old token goes on working.' }),
  })
  .prefault({})

const network = z
  .string()
  .max(50)
  .refine((text) => isNetwork(text), {
    message: 'must be an address or a range such as 203.0.113.0/24',
    params: { code: 'NETWORK_REFUSED' },
  })

function isNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/')
  const family = isIP(address)
  if (family === 0 || rest.length > 0 || address.includes('%')) return false
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128))
}

export const CreateKey = z.strictObject({
  name: plainText(1, 120),
  scopes: z
    .array(z.enum(KEY_SCOPES))
    .min(1)
    .refine(distinct, 'must not repeat a scope')
    .default([...KEY_SCOPES]),
  allowed_voucher_types: z
    .array(z.string().regex(/^[a-z0-9][a-z0-9_-]{0,39}$/))
    .max(8)
    .refine(distinct, 'must not repeat a type')
    .default([]),
  allowed_networks: z.array(network).max(20).default([]),
  calls_per_minute: z.int().min(1).max(600).default(60),
})

export const MailCode = z.strictObject({ email: z.email().max(254) })

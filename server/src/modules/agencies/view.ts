import { z } from 'zod'
import { isoOf } from '#platform/instant.ts'
import { isoOfText } from '#platform/instant.ts'
import { publicIdOf } from '#platform/public-id.ts'
import type { AgencyRow } from './agency-store.ts'
import { FormConfigBody } from './config.ts'
import type { FormRow } from './form-store.ts'
import type { KeyRow } from './key-store.ts'
import { AGENCY_STATUSES, CHALLENGES, FORM_STATUSES, KEY_SCOPES } from './tables.ts'
import type { TokenRow } from './token-store.ts'

export const AgencyBody = z
  .strictObject({
    agency_id: z.string(),
    name: z.string(),
    status: z.enum(AGENCY_STATUSES),
    status_reason: z.string().nullable(),
    status_changed_at: z.string(),
    contact_name: z.string().nullable(),
    contact_email: z.string().nullable(),
    contact_phone: z.string().nullable(),
    daily_issue_limit: z.int().nullable(),
    created_by_name: z.string(),
    created_at: z.string(),
    updated_at: z.string(),
  })
  .meta({ id: 'Agency' })

/** An agency as its organisation reads it. */
export function toAgency(row: AgencyRow): z.output<typeof AgencyBody> {
  return {
    agency_id: publicIdOf('agency', row.id),
    name: row.name,
    status: row.status,
    status_reason: row.status_reason,
    status_changed_at: row.status_changed_at.toISOString(),
    contact_name: row.contact_name,
    contact_email: row.contact_email,
    contact_phone: row.contact_phone,
    daily_issue_limit: row.daily_issue_limit,
    created_by_name: row.created_by_name,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  }
}

export const FormBody = z
  .strictObject({
    form_id: z.string(),
    public_id: z.string().meta({ description: 'Names the form in the page of the agency; not a secret.' }),
    agency_id: z.string(),
    agency_name: z.string(),
    name: z.string(),
    status: z.enum(FORM_STATUSES),
    status_reason: z.string().nullable(),
    status_changed_at: z.string(),
    allowed_origins: z.array(z.string()),
    allows_subdomains: z.boolean(),
    is_headless: z.boolean(),
    challenge: z.enum(CHALLENGES),
    has_access_code: z.boolean(),
    daily_issue_limit: z.int().nullable(),
    config: FormConfigBody.nullable().meta({ description: 'Null until somebody saved one.' }),
    config_version: z.int(),
    created_by_name: z.string(),
    created_at: z.string(),
    updated_at: z.string(),
  })
  .meta({ id: 'AgencyForm' })

/** The config of a form, or null while nobody has saved one. */
export function configOf(row: Pick<FormRow, 'config'>): z.output<typeof FormConfigBody> | null {
  const parsed = FormConfigBody.safeParse(row.config)
  return parsed.success ? parsed.data : null
}

/** Whether a form may issue anything and may be shown anywhere. */
export const isReady = (row: FormRow): boolean => configOf(row) !== null && row.allowed_origins.length > 0

/** A form as its organisation reads it. */
export function toForm(row: FormRow): z.output<typeof FormBody> {
  return {
    form_id: publicIdOf('form', row.id),
    public_id: row.public_id,
    agency_id: publicIdOf('agency', row.agency_id),
    agency_name: row.agency_name,
    name: row.name,
    status: row.status,
    status_reason: row.status_reason,
    status_changed_at: row.status_changed_at.toISOString(),
    allowed_origins: row.allowed_origins,
    allows_subdomains: row.allows_subdomains,
    is_headless: row.is_headless,
    challenge: row.challenge,
    has_access_code: row.access_code_hash !== null,
    daily_issue_limit: row.daily_issue_limit,
    config: configOf(row),
    config_version: row.config_version,
    created_by_name: row.created_by_name,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  }
}

export const TokenBody = z
  .strictObject({
    token_id: z.string(),
    form_id: z.string(),
    mode: z.enum(['live', 'test']),
    display: z.string().meta({ description: 'Its beginning and its last four characters.' }),
    state: z
      .enum(['current', 'overlapping', 'ended', 'revoked'])
      .meta({ description: 'overlapping: it was replaced and works until valid_until.' }),
    valid_until: z.string().nullable(),
    last_used_at: z.string().nullable(),
    origins: z.array(
      z.strictObject({ origin: z.string(), first_seen_at: z.string(), last_seen_at: z.string() }),
    ),
    created_by_name: z.string(),
    created_at: z.string(),
    revoked_at: z.string().nullable(),
    revoked_by_name: z.string().nullable(),
    revoked_reason: z.string().nullable(),
  })
  .meta({ id: 'FormToken' })

function stateOf(row: TokenRow, now: Date): z.output<typeof TokenBody>['state'] {
  if (row.status === 'revoked') return 'revoked'
  if (row.valid_until === null) return 'current'
  return row.status === 'active' && row.valid_until > now ? 'overlapping' : 'ended'
}

/** A token as it is told after it was shown: never the token itself. */
export function toToken(row: TokenRow, now: Date): z.output<typeof TokenBody> {
  return {
    token_id: publicIdOf('form_token', row.id),
    form_id: publicIdOf('form', row.form_id),
    mode: row.mode,
    display: `${row.display_prefix}…${row.last4}`,
    state: stateOf(row, now),
    valid_until: isoOf(row.valid_until),
    last_used_at: isoOf(row.last_used_at),
    origins: (row.origins ?? []).map((seen) => ({
      origin: seen.origin,
      first_seen_at: isoOfText(seen.first_seen_at),
      last_seen_at: isoOfText(seen.last_seen_at),
    })),
    created_by_name: row.created_by_name,
    created_at: row.created_at.toISOString(),
    revoked_at: isoOf(row.revoked_at),
    revoked_by_name: row.revoked_by_name,
    revoked_reason: row.revoked_reason,
  }
}

export const SnippetsBody = z.strictObject({
  script: z.string(),
  pinned: z.string(),
  iframe: z.string(),
  csp: z.string().meta({ description: 'What the Content-Security-Policy of the site has to allow.' }),
})

/** A token with what is shown this once. */
export const NewTokenBody = TokenBody.extend({
  token: z.string().meta({ description: 'Goes into the page of the agency. It is shown this once.' }),
  snippets: SnippetsBody,
})

export const KeyBody = z
  .strictObject({
    key_id: z.string(),
    agency_id: z.string(),
    name: z.string(),
    display: z.string(),
    scopes: z.array(z.enum(KEY_SCOPES)),
    allowed_voucher_types: z.array(z.string()),
    allowed_networks: z.array(z.string()),
    calls_per_minute: z.int(),
    status: z.enum(['active', 'revoked']),
    last_used_at: z.string().nullable(),
    created_by_name: z.string(),
    created_at: z.string(),
    revoked_at: z.string().nullable(),
    revoked_by_name: z.string().nullable(),
    revoked_reason: z.string().nullable(),
  })
  .meta({ id: 'AgencyKey' })

export const NewKeyBody = KeyBody.extend({
  key: z.string().meta({ description: 'A secret. It is shown this once.' }),
})

/** A server key as it is told after it was shown. */
export function toKey(row: KeyRow): z.output<typeof KeyBody> {
  return {
    key_id: publicIdOf('agency_key', row.id),
    agency_id: publicIdOf('agency', row.agency_id),
    name: row.name,
    display: `${row.display_prefix}…${row.last4}`,
    scopes: row.scopes,
    allowed_voucher_types: row.allowed_voucher_types,
    allowed_networks: row.allowed_networks,
    calls_per_minute: row.calls_per_minute,
    status: row.status,
    last_used_at: isoOf(row.last_used_at),
    created_by_name: row.created_by_name,
    created_at: row.created_at.toISOString(),
    revoked_at: isoOf(row.revoked_at),
    revoked_by_name: row.revoked_by_name,
    revoked_reason: row.revoked_reason,
  }
}

import type { KeyObject } from 'node:crypto'
import type { z } from 'zod'
import { hashPassword } from '#platform/credentials/password-hash.ts'
import { enqueue, recordEvent } from '#platform/mandate.ts'
import { inputRefused, ProblemError } from '#platform/problem.ts'
import { getAgency, insertAgency, moveAgency, updateAgency } from './agency-store.ts'
import type { AgencyRow, TenantMandate } from './agency-store.ts'
import type { FormConfig } from './config.ts'
import { getForm, insertForm, moveForm, requireVoucherTypes, updateConfig, updateForm } from './form-store.ts'
import type { FormRow } from './form-store.ts'
import { getKey, insertKey, revokeKey } from './key-store.ts'
import type { KeyRow } from './key-store.ts'
import { originsFit } from './schemas.ts'
import type { ChangeAgency, ChangeForm, CreateAgency, CreateForm, CreateKey } from './schemas.ts'
import { digestFormToken, displayOf, makeAgencyKey, makeFormToken } from './token.ts'
import type { TokenMode } from './token.ts'
import { endLater, getToken, insertToken, modeOfTenant, noteReplacement, revokeToken } from './token-store.ts'
import type { TokenRow } from './token-store.ts'
import { isReady } from './view.ts'

/** Takes from a change what was left out. */
function merged<Settings extends object>(
  before: Settings,
  wanted: { readonly [K in keyof Settings]?: Settings[K] | undefined },
): Settings {
  const given = Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined))
  return { ...before, ...given }
}

/** What changed, field by field. */
function differences(before: object, after: object): Record<string, unknown> {
  const old: ReadonlyMap<string, unknown> = new Map(Object.entries(before))
  return Object.fromEntries(
    Object.entries(after)
      .filter(([name, value]) => JSON.stringify(old.get(name)) !== JSON.stringify(value))
      .map(([name, value]) => [name, { before: old.get(name) ?? null, after: value }]),
  )
}

const agencyResource = (row: AgencyRow) => ({ type: 'agency', id: row.id, label: row.name })
const formResource = (row: FormRow) => ({
  type: 'form',
  id: row.id,
  label: `${row.agency_name}: ${row.name}`,
})

/** Adds an agency. Throws AGENCY_NAME_TAKEN, AGENCY_LIMIT_REACHED. */
export async function addAgency(
  mandate: TenantMandate,
  body: z.output<typeof CreateAgency>,
): Promise<AgencyRow> {
  const row = await insertAgency(mandate, body)
  recordEvent(mandate, { action: 'agency.created', resource: agencyResource(row) })
  return row
}

/** Changes an agency in the version that was read. Throws PRECONDITION_FAILED, AGENCY_NAME_TAKEN. */
export async function changeAgency(
  mandate: TenantMandate,
  agency: { readonly id: string; readonly expectedVersion: number },
  wanted: z.output<typeof ChangeAgency>,
): Promise<AgencyRow> {
  const before = await getAgency(mandate, agency.id)
  const settings = {
    name: before.name,
    contact_name: before.contact_name,
    contact_email: before.contact_email,
    contact_phone: before.contact_phone,
    daily_issue_limit: before.daily_issue_limit,
  }
  const after = merged(settings, wanted)
  const row = await updateAgency(mandate, { id: agency.id, version: agency.expectedVersion }, after)
  recordEvent(mandate, {
    action: 'agency.updated',
    resource: agencyResource(row),
    changes: differences(settings, after),
  })
  return row
}

/** Lets an agency work again, or refuses the next request of each of its forms and keys. Throws AGENCY_STATE_CONFLICT. */
export async function switchAgency(
  mandate: TenantMandate,
  id: string,
  move: { readonly status: 'active' | 'inactive'; readonly reason: string | null },
): Promise<AgencyRow> {
  await getAgency(mandate, id)
  const row = await moveAgency(mandate, id, move)
  recordEvent(mandate, {
    action: move.status === 'active' ? 'agency.activated' : 'agency.deactivated',
    resource: agencyResource(row),
    ...(move.reason !== null && { reason: move.reason }),
  })
  return row
}

const hashOf = async (code: string | null): Promise<string | null> =>
  code === null ? null : hashPassword(code)

/** Adds a form to an agency. Throws AGENCY_NOT_FOUND, AGENCY_LIMIT_REACHED, VOUCHER_TYPE_UNKNOWN. */
export async function addForm(
  mandate: TenantMandate,
  agencyId: string,
  body: z.output<typeof CreateForm>,
): Promise<FormRow> {
  const agency = await getAgency(mandate, agencyId)
  const { access_code: accessCode, config, ...settings } = body
  if (config) await requireVoucherTypes(mandate, config.allowed_voucher_types)
  const id = await insertForm(mandate, agency.id, {
    ...settings,
    config,
    access_code_hash: await hashOf(accessCode),
  })
  const row = await getForm(mandate, id)
  recordEvent(mandate, {
    action: 'form.created',
    resource: formResource(row),
    changes: { allowed_origins: row.allowed_origins },
  })
  return row
}

const SUBDOMAINS = {
  pointer: '/body/allowed_origins',
  code: 'SUBDOMAINS_NOT_ALLOWED',
  detail: 'must not stand for all subdomains unless that is allowed',
}

/** Changes where and how a form may be used, in the version that was read. Throws PRECONDITION_FAILED. */
export async function changeForm(
  mandate: TenantMandate,
  form: { readonly id: string; readonly expectedVersion: number },
  wanted: z.output<typeof ChangeForm>,
): Promise<FormRow> {
  const before = await getForm(mandate, form.id)
  const { access_code: accessCode, ...others } = wanted
  const shown = {
    name: before.name,
    allowed_origins: before.allowed_origins,
    allows_subdomains: before.allows_subdomains,
    is_headless: before.is_headless,
    challenge: before.challenge,
    daily_issue_limit: before.daily_issue_limit,
  }
  const after = merged(shown, others)
  if (!originsFit(after)) throw inputRefused([SUBDOMAINS])
  const access_code_hash = accessCode === undefined ? before.access_code_hash : await hashOf(accessCode)
  await updateForm(mandate, { id: form.id, version: form.expectedVersion }, { ...after, access_code_hash })
  const row = await getForm(mandate, form.id)
  const changes = differences(shown, after)
  recordEvent(mandate, {
    action: 'allowed_origins' in changes ? 'form.origins_updated' : 'form.updated',
    resource: formResource(row),
    // The code itself is never told; that there is another one is.
    changes: { ...changes, ...(accessCode !== undefined && { access_code: { changed: true } }) },
  })
  return row
}

/** Saves what a form issues, says and looks like. Throws PRECONDITION_FAILED, VOUCHER_TYPE_UNKNOWN. */
export async function saveConfig(
  mandate: TenantMandate,
  form: { readonly id: string; readonly expectedVersion: number },
  config: FormConfig,
): Promise<FormRow> {
  const before = await getForm(mandate, form.id)
  await requireVoucherTypes(mandate, config.allowed_voucher_types)
  await updateConfig(mandate, { id: form.id, configVersion: form.expectedVersion }, config)
  const row = await getForm(mandate, form.id)
  recordEvent(mandate, {
    action: 'form.config_updated',
    resource: formResource(row),
    changes: differences(before.config, config),
  })
  return row
}

/** Pauses a form, or lets it work again. Throws FORM_STATE_CONFLICT. */
export async function switchForm(
  mandate: TenantMandate,
  id: string,
  move: { readonly status: 'active' | 'paused'; readonly reason: string | null },
): Promise<FormRow> {
  await getForm(mandate, id)
  await moveForm(mandate, id, move)
  const row = await getForm(mandate, id)
  recordEvent(mandate, {
    action: move.status === 'active' ? 'form.resumed' : 'form.paused',
    resource: formResource(row),
    ...(move.reason !== null && { reason: move.reason }),
  })
  return row
}

/** Who does something, and what digests credentials. */
export interface Doing {
  readonly mandate: TenantMandate
  readonly pepper: KeyObject
}

function recordToken(
  mandate: TenantMandate,
  row: Pick<TokenRow, 'id' | 'display_prefix' | 'last4'>,
  event: {
    readonly action: string
    readonly changes?: Readonly<Record<string, unknown>>
    readonly reason?: string
  },
): void {
  recordEvent(mandate, {
    ...event,
    delegationId: row.id,
    resource: { type: 'form_token', id: row.id, label: `${row.display_prefix}…${row.last4}` },
  })
}

async function makeToken({ mandate, pepper }: Doing, form: FormRow, mode: TokenMode) {
  const token = makeFormToken(mode)
  const id = await insertToken(mandate, {
    agencyId: form.agency_id,
    formId: form.id,
    mode,
    hash: digestFormToken(pepper, token),
    ...displayOf(token),
  })
  return { token, row: await getToken(mandate, id) }
}

/** Makes the token of a form that has none; it is told here and never again. Throws FORM_CANNOT_ISSUE, FORM_TOKEN_EXISTS, FORM_TOKEN_MODE. */
export async function createToken(
  doing: Doing,
  formId: string,
  wished: TokenMode | undefined,
): Promise<{ token: string; row: TokenRow; form: FormRow }> {
  const form = await getForm(doing.mandate, formId)
  if (!isReady(form))
    throw new ProblemError(
      409,
      'FORM_CANNOT_ISSUE',
      'Say first what the form may issue, and on which site it is shown.',
    )
  const mode = await modeOfTenant(doing.mandate)
  if (wished !== undefined && wished !== mode)
    throw new ProblemError(409, 'FORM_TOKEN_MODE', `Every token of this organisation is a ${mode} token.`)
  const { token, row } = await makeToken(doing, form, mode)
  recordToken(doing.mandate, row, { action: 'form_token.created', changes: { form: form.name, mode } })
  return { token, row, form }
}

/** Replaces the current token; the old one works on for the overlap. Throws FORM_TOKEN_STATE_CONFLICT. */
export async function rotateToken(
  doing: Doing,
  tokenId: string,
  overlapSeconds: number,
): Promise<{ token: string; row: TokenRow; form: FormRow }> {
  const { mandate } = doing
  const old = await getToken(mandate, tokenId)
  const form = await getForm(mandate, old.form_id)
  await endLater(mandate, old, overlapSeconds)
  const { token, row } = await makeToken(doing, form, await modeOfTenant(mandate))
  await noteReplacement(mandate, old.id, row.id)
  recordToken(mandate, old, {
    action: 'form_token.rotated',
    changes: { overlap_seconds: overlapSeconds, replaced_by: `${row.display_prefix}…${row.last4}` },
  })
  await enqueue(mandate, 'form_token.rotated', {
    tenant_id: mandate.tenant.id,
    form_token_id: old.id,
    agency_id: old.agency_id,
    form_id: old.form_id,
  })
  return { token, row, form }
}

/** Ends a token at once. Throws FORM_TOKEN_STATE_CONFLICT. */
export async function endToken(mandate: TenantMandate, id: string, reason: string): Promise<TokenRow> {
  const row = await getToken(mandate, id)
  await revokeToken(mandate, row, reason)
  recordToken(mandate, row, { action: 'form_token.revoked', reason })
  await enqueue(mandate, 'form_token.revoked', {
    tenant_id: mandate.tenant.id,
    form_token_id: row.id,
    agency_id: row.agency_id,
    form_id: row.form_id,
  })
  return getToken(mandate, id)
}

/** Makes a server key; it is told here and never again. Throws AGENCY_LIMIT_REACHED, VOUCHER_TYPE_UNKNOWN. */
export async function createKey(
  { mandate, pepper }: Doing,
  agencyId: string,
  body: z.output<typeof CreateKey>,
): Promise<{ key: string; row: KeyRow }> {
  const agency = await getAgency(mandate, agencyId)
  await requireVoucherTypes(mandate, body.allowed_voucher_types)
  const key = makeAgencyKey()
  const id = await insertKey(mandate, {
    ...body,
    agencyId: agency.id,
    hash: digestFormToken(pepper, key),
    ...displayOf(key),
  })
  const row = await getKey(mandate, id)
  recordEvent(mandate, {
    action: 'agency_key.created',
    delegationId: row.id,
    resource: { type: 'agency_key', id: row.id, label: row.name },
    changes: { scopes: row.scopes, allowed_networks: row.allowed_networks },
  })
  return { key, row }
}

/** Ends a server key at once. Throws AGENCY_KEY_STATE_CONFLICT. */
export async function endKey(mandate: TenantMandate, id: string, reason: string): Promise<KeyRow> {
  const row = await getKey(mandate, id)
  await revokeKey(mandate, row, reason)
  recordEvent(mandate, {
    action: 'agency_key.revoked',
    delegationId: row.id,
    resource: { type: 'agency_key', id: row.id, label: row.name },
    reason,
  })
  return getKey(mandate, id)
}

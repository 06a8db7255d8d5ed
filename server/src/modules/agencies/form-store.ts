import { sql } from 'kysely'
import type { Selectable } from 'kysely'
import { ProblemError } from '#platform/problem.ts'
import { takeTurn } from '#platform/turn.ts'
import { db, NOW } from './agency-store.ts'
import type { TenantMandate } from './agency-store.ts'
import type { FormConfig } from './config.ts'
import { makeFormPublicId } from './token.ts'
import type { AgencyTables } from './tables.ts'

export type FormRow = Selectable<AgencyTables['form']> & { readonly agency_name: string }

const MOST_FORMS = 20

function forms(mandate: TenantMandate) {
  return db(mandate)
    .selectFrom('form as f')
    .innerJoin('agency as a', (join) =>
      join.onRef('a.tenant_id', '=', 'f.tenant_id').onRef('a.id', '=', 'f.agency_id'),
    )
    .where('f.tenant_id', '=', mandate.tenant.id)
    .selectAll('f')
    .select('a.name as agency_name')
}

/** The forms of one agency, the oldest first. */
export function listForms(mandate: TenantMandate, agencyId: string): Promise<FormRow[]> {
  return forms(mandate).where('f.agency_id', '=', agencyId).orderBy('f.id').execute()
}

/** One form. Throws FORM_NOT_FOUND, also for one of another organisation. */
export async function getForm(mandate: TenantMandate, id: string): Promise<FormRow> {
  const row = await forms(mandate).where('f.id', '=', id).executeTakeFirst()
  if (row) return row
  throw new ProblemError(404, 'FORM_NOT_FOUND', 'No form of your organisation has this id.')
}

export interface FormSettings {
  readonly name: string
  readonly allowed_origins: readonly string[]
  readonly allows_subdomains: boolean
  readonly is_headless: boolean
  readonly challenge: 'off' | 'required'
  readonly access_code_hash: string | null
  readonly daily_issue_limit: number | null
}

/** Adds a form to an agency; returns its id. Throws AGENCY_LIMIT_REACHED. */
export async function insertForm(
  mandate: TenantMandate,
  agencyId: string,
  form: FormSettings & { readonly config: FormConfig | null },
): Promise<string> {
  await takeTurn(mandate, 'forms of an agency', agencyId)
  const { total } = await db(mandate)
    .selectFrom('form')
    .where('tenant_id', '=', mandate.tenant.id)
    .where('agency_id', '=', agencyId)
    .select(sql<number>`count(*)::integer`.as('total'))
    .executeTakeFirstOrThrow()
  if (total >= MOST_FORMS)
    throw new ProblemError(409, 'AGENCY_LIMIT_REACHED', `An agency has at most ${MOST_FORMS} forms.`)
  const { id } = await db(mandate)
    .insertInto('form')
    .values({
      ...form,
      tenant_id: mandate.tenant.id,
      agency_id: agencyId,
      public_id: makeFormPublicId(),
      allowed_origins: [...form.allowed_origins],
      config: JSON.stringify(form.config ?? {}),
      created_by: mandate.actor.id,
      created_by_name: mandate.actor.name,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

/** Changes where and how a form may be used, in the version that was read. Throws PRECONDITION_FAILED. */
export async function updateForm(
  mandate: TenantMandate,
  form: { readonly id: string; readonly version: number },
  settings: FormSettings,
): Promise<void> {
  const changed = await db(mandate)
    .updateTable('form')
    .set({ ...settings, allowed_origins: [...settings.allowed_origins], version: form.version + 1 })
    .where('tenant_id', '=', mandate.tenant.id)
    .where('id', '=', form.id)
    .where('version', '=', form.version)
    .executeTakeFirst()
  if (changed.numUpdatedRows === 0n)
    throw new ProblemError(412, 'PRECONDITION_FAILED', 'The form changed since it was read.')
}

/**
 * Saves what a form may issue, says and looks like, in the version that was read; a trigger carries it to every live token
 * of this form and of no other. Throws PRECONDITION_FAILED.
 */
export async function updateConfig(
  mandate: TenantMandate,
  form: { readonly id: string; readonly configVersion: number },
  config: FormConfig,
): Promise<void> {
  const changed = await db(mandate)
    .updateTable('form')
    .set({ config: JSON.stringify(config), config_version: form.configVersion + 1 })
    .where('tenant_id', '=', mandate.tenant.id)
    .where('id', '=', form.id)
    .where('config_version', '=', form.configVersion)
    .executeTakeFirst()
  if (changed.numUpdatedRows === 0n)
    throw new ProblemError(412, 'PRECONDITION_FAILED', 'The form changed since it was read.')
}

/** Pauses a form, or lets it work again. Throws FORM_STATE_CONFLICT. */
export async function moveForm(
  mandate: TenantMandate,
  id: string,
  move: { readonly status: 'active' | 'paused'; readonly reason: string | null },
): Promise<void> {
  const moved = await db(mandate)
    .updateTable('form')
    .set((eb) => ({
      status: move.status,
      status_reason: move.reason,
      status_changed_at: NOW,
      version: eb('version', '+', 1),
    }))
    .where('tenant_id', '=', mandate.tenant.id)
    .where('id', '=', id)
    .where('status', '<>', move.status)
    .executeTakeFirst()
  if (moved.numUpdatedRows === 0n)
    throw new ProblemError(409, 'FORM_STATE_CONFLICT', `The form is ${move.status} already.`)
}

/** The types of vouchers of the organisation, by code. */
export function listVoucherTypes(
  mandate: TenantMandate,
): Promise<{ code: string; label: string; is_active: boolean }[]> {
  return db(mandate)
    .selectFrom('voucher_type')
    .where('tenant_id', '=', mandate.tenant.id)
    .select(['code', 'label', 'is_active'])
    .orderBy('label')
    .execute()
}

/** Throws VOUCHER_TYPE_UNKNOWN when one of the codes is no type of the organisation. */
export async function requireVoucherTypes(mandate: TenantMandate, codes: readonly string[]): Promise<void> {
  const known = new Set((await listVoucherTypes(mandate)).map(({ code }) => code))
  const unknown = codes.filter((code) => !known.has(code))
  if (unknown.length > 0)
    throw new ProblemError(
      422,
      'VOUCHER_TYPE_UNKNOWN',
      `Your organisation has no type of voucher called ${unknown.join(', ')}.`,
    )
}

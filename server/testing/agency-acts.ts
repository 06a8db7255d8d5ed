import type { TenantId } from '@liaison/access'
import { digestFormToken, formTokenPepper, makeFormToken } from '#modules/agencies/index.ts'
import type { FormConfig } from '#modules/agencies/index.ts'
import { publicIdOf } from '#platform/public-id.ts'
import type { Caller, TestWorld } from './world.ts'

/** A config that the product takes, for a form that issues these types. */
export const formConfig = (...types: string[]): FormConfig => ({
  allowed_voucher_types: types,
  default_language: 'en',
  texts: {
    en: { title: 'Vouchers', intro_text: 'For neighbours.', rules_list: ['One for each household.'] },
  },
  theme: { accent: '#0b5cad', radius: 'small', appearance: 'auto', density: 'comfortable' },
})

/** Types of vouchers of a tenant, by code. */
export async function seedVoucherTypes(
  world: TestWorld,
  tenant: TenantId,
  ...codes: string[]
): Promise<void> {
  await world.seed(
    `insert into voucher_type (tenant_id, code, label, yearly_reset) select $1, code, initcap(code), '01-01' from unnest($2::text[]) code on conflict do nothing`,
    [tenant, codes],
    tenant,
  )
}

/** An agency of a tenant; returns its UUID. */
export async function seedAgency(world: TestWorld, tenant: TenantId, name: string): Promise<string> {
  const [row] = await world.seed<{ id: string }>(
    `insert into agency (tenant_id, name, created_by_name) values ($1, $2, 'An admin') returning id`,
    [tenant, name],
    tenant,
  )
  return row?.id ?? ''
}

/** A form of an agency that may issue these types; returns its UUID and its public name. */
export async function seedForm(
  world: TestWorld,
  place: { readonly tenant: TenantId; readonly agency: string },
  types: readonly string[],
): Promise<{ uuid: string; id: string; publicId: string }> {
  const [row] = await world.seed<{ id: string; public_id: string }>(
    `insert into form (tenant_id, agency_id, public_id, name, allowed_origins, config, created_by_name)
     values ($1, $2, 'frm_' || substr(md5(uuidv7()::text), 1, 16), 'Website', '{https://www.agency.example}', $3, 'An admin') returning id, public_id`,
    [place.tenant, place.agency, JSON.stringify(formConfig(...types))],
    place.tenant,
  )
  const uuid = row?.id ?? ''
  return { uuid, id: publicIdOf('form', uuid), publicId: row?.public_id ?? '' }
}

/** A current token of a form, as its admin would have made it; returns its UUID and the token itself. */
export async function seedFormToken(
  world: TestWorld,
  place: { readonly tenant: TenantId; readonly agency: string; readonly form: string },
): Promise<{ uuid: string; token: string }> {
  const [owner] = await world.sql('select is_sandbox from tenant where id = $1', [place.tenant])
  const mode = owner?.['is_sandbox'] === true ? 'test' : 'live'
  const token = makeFormToken(mode)
  const hash = digestFormToken(formTokenPepper(world.app.services.vault), token)
  const [row] = await world.seed<{ id: string }>(
    `insert into form_token (tenant_id, agency_id, form_id, mode, token_hash, display_prefix, last4, created_by_name)
     values ($1, $2, $3, $4, $5, $6, $7, 'An admin') returning id`,
    [place.tenant, place.agency, place.form, mode, hash, token.slice(0, 14), token.slice(-4)],
    place.tenant,
  )
  return { uuid: row?.id ?? '', token }
}

/** A tenant with its administrator, signed in. */
export async function seedTenantAdmin(
  world: TestWorld,
  name: string,
): Promise<{ tenant: TenantId; admin: Caller; person: string }> {
  const tenant = await world.tenant(name)
  const person = await world.person()
  await world.tenantMember(tenant, person.id)
  return { tenant, admin: await world.signIn(person.id, { tenantId: tenant }), person: person.id }
}

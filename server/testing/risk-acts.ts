import type { PartnerId, TenantId } from '@liaison/access'
import { idFromUuid } from '@liaison/access'
import { activeAgreement } from './program-acts.ts'
import type { Caller, SeededPerson, TestWorld } from './world.ts'

/** A partner with an owner and a member of staff, an active agreement and a code, and somebody of the provider. */
export interface ProgramScene {
  readonly partner: PartnerId
  readonly owner: SeededPerson & { readonly caller: Caller }
  readonly staff: SeededPerson & { readonly caller: Caller }
  readonly provider: SeededPerson & { readonly caller: Caller }
  readonly codeId: string
}

let serial = 0

/** A digit string without look-alikes, different each time. */
function nextCode(): string {
  serial += 1
  return `RISK${String(serial).padStart(6, '0')}`
}

/** Puts a code of the partner in, as its owner would have made it. */
export async function seedCode(world: TestWorld, partner: PartnerId, by: SeededPerson): Promise<string> {
  const [row] = await world.seed<{ id: string }>(
    `insert into referral_code (partner_id, code, created_by, created_by_name) values ($1, $2, $3, $4) returning id`,
    [partner, nextCode(), by.id, by.name],
  )
  if (!row) throw new Error('No code was made.')
  return row.id
}

/** Seeds a scene of its own. */
export async function openProgramScene(world: TestWorld, name = 'Northwind'): Promise<ProgramScene> {
  const partner = await world.partner(name, ['referral'])
  const known = async (person: SeededPerson) => ({ ...person, caller: await world.signIn(person.id) })
  const owner = await world.person(`${name} Owner`)
  await world.partnerMember(partner, owner.id, 'PARTNER_OWNER')
  const staff = await world.person(`${name} Staff`)
  await world.partnerMember(partner, staff.id, 'PARTNER_STAFF')
  const provider = await world.person('Provider')
  await world.platformAdmin(provider.id)
  await activeAgreement(world, partner)
  const codeId = await seedCode(world, partner, owner)
  return {
    partner,
    codeId,
    owner: await known(owner),
    staff: await known(staff),
    provider: await known(provider),
  }
}

/** A tenant whose admin has this address. */
export async function seedTenantOf(world: TestWorld, email: string): Promise<TenantId> {
  const tenant = await world.tenant('Acme')
  const admin = await world.person()
  await world.seed('update person set email = $2 where id = $1', [admin.id, email])
  await world.tenantMember(tenant, admin.id)
  return tenant
}

/** What is known of a sign-up besides who signed up with which code. */
export interface SignUp {
  readonly clickId?: string | null
  readonly at?: Date
  readonly contactEmail?: string
  readonly ipPrefix?: string
}

/** What the rules make of a sign-up: as attribution asks them, with everything kept. */
export async function assess(
  world: TestWorld,
  scene: { readonly partner: PartnerId; readonly codeId: string },
  tenant: TenantId,
  signUp: SignUp = {},
): Promise<{ outcome: string; rules: string[] }> {
  const facts = {
    ...(signUp.contactEmail && { contact_email: signUp.contactEmail }),
    ...(signUp.ipPrefix && { ip_prefix: signUp.ipPrefix }),
  }
  const [row] = await world.seed<{ outcome: string; rules: string[] }>(
    'select outcome, rules from private.assess_sign_up($1, $2, $3, $4, coalesce($5, now()), $6)',
    [scene.partner, tenant, scene.codeId, signUp.clickId ?? null, signUp.at ?? null, facts],
  )
  if (!row) throw new Error('Nothing was answered.')
  return row
}

/** A click on the scene's link. */
export async function seedClick(
  world: TestWorld,
  scene: { readonly partner: PartnerId; readonly codeId: string },
  click: {
    readonly at?: Date
    readonly landing?: string
    readonly referrerHost?: string
    readonly utm?: object
    readonly network?: string
  } = {},
): Promise<string> {
  const [row] = await world.sql<{ id: string }>(
    `insert into referral_click (code_id, partner_id, occurred_at, expires_at, landing, referrer_host, utm, ip_prefix_hash)
     values ($1, $2, coalesce($3, now() - interval '1 hour'), now() + interval '120 days', $4, $5, $6, sha256(convert_to($7, 'UTF8'))) returning id`,
    [
      scene.codeId,
      scene.partner,
      click.at ?? null,
      click.landing ?? null,
      click.referrerHost ?? null,
      click.utm ?? {},
      click.network ?? 'somewhere',
    ],
  )
  if (!row) throw new Error('No click was made.')
  return row.id
}

/** A live referral of the tenant, as attribution would have made it. */
export async function seedReferral(
  world: TestWorld,
  scene: { readonly partner: PartnerId; readonly codeId: string },
  tenant: TenantId,
) {
  const [row] = await world.seed<{ id: string }>(
    `insert into referral (partner_id, program_id, tenant_id, code_id, agreement_id, method, referred_at)
     select $1, a.program_id, $2, $3, a.id, 'code', now() from agreement a where a.partner_id = $1 and a.state = 'active' returning id`,
    [scene.partner, tenant, scene.codeId],
    tenant,
  )
  if (!row) throw new Error('No referral was made.')
  return idFromUuid('referral', row.id)
}

/** An earning of the referral that waits, as the engine would have put it in. */
export async function seedEarning(world: TestWorld, referral: string, amountMinor = 1000): Promise<string> {
  const [row] = await world.seed<{ id: string }>(
    `with e as (
       insert into billing_event (source, external_id, kind, tenant_id, currency, net_minor, tax_minor, occurred_at)
       select 'test', gen_random_uuid()::text, 'invoice_paid', r.tenant_id, 'USD', $2::bigint * 10, 0, now() from referral r where r.id = $1 returning id)
     insert into earning (partner_id, program_id, referral_id, agreement_id, billing_event_id, kind, component, occurred_at, service_month, period_month, currency, base_minor, amount_minor, calc, available_on)
     select r.partner_id, r.program_id, r.id, r.agreement_id, e.id, 'commission', 'commission', now(), date_trunc('month', now()), date_trunc('month', now()), 'USD', $2::bigint * 10, $2, '{}', now()::date + 30
     from referral r, e where r.id = $1 returning id`,
    [referral, amountMinor],
  )
  if (!row) throw new Error('Nothing was earned.')
  return row.id
}

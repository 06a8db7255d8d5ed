import { createHash, randomBytes } from 'node:crypto'
import type { PartnerId, PersonId, TenantId } from '@liaison/access'
import type { LightMyRequestResponse } from 'fastify'
import type pg from 'pg'
import { activeAgreement } from './program-acts.ts'
import type { Caller, TestWorld } from './world.ts'

/** A partner that earns from one tenant, its people, and two platform admins. */
export interface PayoutScene {
  readonly partner: PartnerId
  readonly tenant: TenantId
  readonly referral: string
  readonly agreement: string
  readonly owner: Caller
  readonly ownerId: PersonId
  readonly staff: Caller
  readonly maker: Caller
  readonly checker: Caller
  readonly checkerId: PersonId
}

/** Two platform admins: one builds, the other approves. */
export interface PayoutAdmins {
  readonly maker: Caller
  readonly checker: Caller
  readonly checkerId: PersonId
}

/** Seeds two platform admins. */
export async function openPayoutAdmins(world: TestWorld): Promise<PayoutAdmins> {
  const [maker, checker] = [await world.person('Sam Ortiz'), await world.person('Ines Marsh')]
  await world.platformAdmin(maker.id)
  await world.platformAdmin(checker.id)
  return {
    maker: await world.signIn(maker.id),
    checker: await world.signIn(checker.id),
    checkerId: checker.id,
  }
}

/** Seeds a partner that is ready to be paid from 50.00 on, in EUR and USD. */
export async function openPayoutScene(world: TestWorld, admins?: PayoutAdmins): Promise<PayoutScene> {
  const partner = await world.partner('Brightside', ['referral'])
  const tenant = await world.tenant('Acme Fiber')
  const [owner, staff] = [await world.person('Nora Vance'), await world.person('Eli Stone')]
  await world.partnerMember(partner, owner.id, 'PARTNER_OWNER')
  await world.partnerMember(partner, staff.id, 'PARTNER_STAFF')
  const { maker, checker, checkerId } = admins ?? (await openPayoutAdmins(world))
  const agreement = await activeAgreement(world, partner, { min_payout: { EUR: 5000, USD: 5000 } })
  const [referral] = await world.seed<{ id: string }>(
    `insert into referral (partner_id, program_id, tenant_id, agreement_id, method, referred_at, reason)
     select $1, p.id, $2, $3, 'manual', now() - interval '1 year', 'Introduced' from program p where p.code = 'standard' returning id`,
    [partner, tenant, agreement],
    tenant,
  )
  const scene = {
    partner,
    tenant,
    agreement,
    referral: referral?.id ?? '',
    owner: await world.signIn(owner.id),
    ownerId: owner.id,
    staff: await world.signIn(staff.id),
    maker,
    checker,
    checkerId,
  }
  await giveAccount(world, scene)
  return scene
}

/** A verified account whose 72 hours are over, as an owner would have given it four days ago. */
async function giveAccount(
  world: TestWorld,
  scene: Pick<PayoutScene, 'partner' | 'ownerId' | 'checkerId'>,
): Promise<void> {
  const id = (await world.sql<{ id: string }>('select uuidv7() as id'))[0]?.id ?? ''
  const details = { account_number: 'DE89370400440532013000', bank_code: null, reference: null }
  const sealed = world.app.services.vault.seal(
    Buffer.from(JSON.stringify(details)),
    `payout_account|sealed_details|${id}`,
  )
  await world.seed(
    `insert into payout_account (id, partner_id, method, holder_name, label, country, sealed_details, fingerprint, created_by, created_by_name, created_at, usable_from, verified_at, verified_by, verified_by_name)
     values ($1, $2, 'bank_transfer', 'Brightside Growth', 'DE •••• 3000', 'DE', $3, $4, $5, 'Nora Vance', now() - interval '4 days', now() - interval '1 day', now() - interval '3 days', $6, 'Ines Marsh')`,
    [id, scene.partner, sealed, randomBytes(32), scene.ownerId, scene.checkerId],
  )
}

/** What a seeded earning is; approved, in EUR and available yesterday unless told otherwise. */
export interface SeededEarning {
  readonly amount: number
  readonly state?: string
  readonly currency?: string
  readonly month?: string
  readonly availableOn?: string
  /** The earning that it takes back: then the amount is negative. */
  readonly reverses?: string
}

/** Puts an earning into the ledger, past the engine; answers its UUID. */
export async function seedEarning(
  world: TestWorld,
  scene: Pick<PayoutScene, 'partner' | 'tenant' | 'referral' | 'agreement'>,
  earning: SeededEarning,
): Promise<string> {
  const currency = earning.currency ?? 'EUR'
  const kind = earning.reverses === undefined ? 'commission' : 'clawback'
  const [row] = await world.seed<{ id: string }>(
    `with e as (
       insert into billing_event (source, external_id, kind, tenant_id, currency, net_minor, tax_minor, occurred_at)
       values ('test', gen_random_uuid()::text, 'invoice_paid', $2, $5, abs($6::bigint) * 10, 0, coalesce($8::date, current_date - 40)) returning id, occurred_at)
     insert into earning (partner_id, program_id, referral_id, agreement_id, billing_event_id, kind, component, reverses_id, occurred_at, service_month, period_month, currency, base_minor, amount_minor, calc, state, available_on, approved_at, void_reason, hold_kind, hold_reason)
     select $1, p.id, $3, $4, e.id, $7, 'commission', $11, e.occurred_at, date_trunc('month', e.occurred_at)::date, date_trunc('month', e.occurred_at)::date, $5, $6::bigint * 10, $6, '{}', $9::text, coalesce($10::date, current_date - 1),
       case when $9 in ('approved', 'in_payout', 'paid') then now() end, case when $9 = 'void' then 'Mistake' end, case when $9 = 'held' then 'provider' end, case when $9 = 'held' then 'Looked at' end
     from e, program p where p.code = 'standard' returning id`,
    [
      scene.partner,
      scene.tenant,
      scene.referral,
      scene.agreement,
      currency,
      earning.amount,
      kind,
      earning.month === undefined ? null : `${earning.month}-10`,
      earning.state ?? 'approved',
      earning.availableOn ?? null,
      earning.reverses ?? null,
    ],
  )
  if (!row) throw new Error('No earning was made.')
  return row.id
}

/** Builds a batch over HTTP. */
export const buildPayout = (
  world: TestWorld,
  by: Caller,
  body: Readonly<Record<string, unknown>> = {},
): Promise<LightMyRequestResponse> =>
  world.call(by, 'POST', '/api/v1/admin/payout-batches', { body: { currency: 'EUR', ...body } })

/** Moves a batch over HTTP with the version that was read last. */
export async function movePayout(
  world: TestWorld,
  by: Caller,
  act: { readonly batchId: string; readonly move: string; readonly body?: object },
): Promise<LightMyRequestResponse> {
  const path = `/api/v1/admin/payout-batches/${act.batchId}`
  const read = await world.call(by, 'GET', path)
  return world.call(by, 'POST', `${path}/${act.move}`, {
    headers: { 'if-match': String(read.headers['etag']) },
    ...(act.body && { body: act.body }),
  })
}

export const PAYOUT_SIDES = ['owner', 'staff', 'maker', 'checker', 'clock'] as const
export type PayoutSide = (typeof PAYOUT_SIDES)[number]

async function enterSide(client: pg.PoolClient, side: PayoutSide, scene: PayoutScene): Promise<void> {
  if (side === 'clock') {
    await client.query('select access.enter_system($1)', [{ actor_name: 'test', route: 'test' }])
    return
  }
  const token = String(scene[side].cookie).split('=')[1] ?? ''
  const isProgram = side === 'owner' || side === 'staff'
  await client.query('select access.enter_person($1)', [
    {
      session_hash: createHash('sha256').update(token).digest('hex'),
      permission: isProgram ? 'partner_org.payouts.read' : 'platform.payouts.run',
      writes: true,
      source: 'api',
    },
  ])
}

/** Works as one side's login with that person's context, in a transaction that is kept or rolled back. */
export async function asPayoutSide<Result>(
  {
    world,
    side,
    scene,
    keep = false,
  }: { world: TestWorld; side: PayoutSide; scene: PayoutScene; keep?: boolean },
  work: (client: pg.PoolClient) => Promise<Result>,
): Promise<Result> {
  const login =
    side === 'clock'
      ? 'liaison_job'
      : side === 'owner' || side === 'staff'
        ? 'liaison_program'
        : 'liaison_platform'
  const client = await world.database.pool(login).connect()
  try {
    await client.query('begin')
    await enterSide(client, side, scene)
    const result = await work(client)
    if (keep) {
      await client.query(`select audit.record('{"action":"test.moved"}')`)
      await client.query('commit')
    }
    return result
  } finally {
    await client.query('rollback')
    client.release()
  }
}

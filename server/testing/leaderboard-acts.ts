import type { PartnerId, TenantId } from '@liaison/access'
import { openReferralScene } from './referral-acts.ts'
import type { ReferralScene } from './referral-acts.ts'
import type { TestWorld } from './world.ts'

/** A partner with this name that brought so many tenants, at this time, and earned this much in each currency. */
export async function openRanked(
  world: TestWorld,
  name: string,
  has: { signUps?: number; at?: Date; earned?: Readonly<Record<string, number>> } = {},
): Promise<ReferralScene> {
  const scene = await openReferralScene(world)
  await world.seed('update partner set name = $2 where id = $1', [scene.partner, name])
  for (let count = 0; count < (has.signUps ?? 0); count += 1) await bring(world, scene.partner, has.at)
  for (const [currency, amount] of Object.entries(has.earned ?? {}))
    await earn(world, scene.partner, { currency, amount })
  return scene
}

/** The partner brings one more tenant; answers which. */
export async function bring(world: TestWorld, partner: PartnerId, at?: Date): Promise<TenantId> {
  const tenant = await world.tenant('Tenant')
  await world.seed(
    `insert into referral (partner_id, program_id, tenant_id, agreement_id, method, referred_at)
     select g.partner_id, g.program_id, $2, g.id, 'partner_created', coalesce($3, now()) from agreement g where g.partner_id = $1`,
    [partner, tenant, at ?? null],
    tenant,
  )
  return tenant
}

/** The partner earns an amount in this month. */
export async function earn(
  world: TestWorld,
  partner: PartnerId,
  { currency, amount, state = 'pending' }: { currency: string; amount: number; state?: 'pending' | 'void' },
): Promise<void> {
  await world.seed(
    `insert into earning (partner_id, program_id, agreement_id, kind, component, occurred_at, service_month, period_month, currency, base_minor, amount_minor, calc, state, void_reason, available_on, reason)
     select g.partner_id, g.program_id, g.id, 'adjustment', 'adjustment', now(), date_trunc('month', now()), date_trunc('month', now()), $2, 0, $3, '{}', $4, case when $4 = 'void' then 'Made by mistake.' end, now(), 'Agreed with them.'
     from agreement g where g.partner_id = $1`,
    [partner, currency, amount, state],
  )
}

/** The provider shows these boards from now on. */
export async function show(world: TestWorld, boards: { signUps: boolean; earnings: boolean }): Promise<void> {
  await world.seed(
    `insert into program_setting (version, live_needs_agreement, contact_kept_days, set_by_name, shows_sign_up_ranks, shows_earning_ranks, created_at)
     select max(version) + 1, false, 365, 'Test', $1, $2, clock_timestamp() from program_setting`,
    [boards.signUps, boards.earnings],
  )
}

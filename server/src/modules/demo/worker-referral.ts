import type { RunSql } from '#platform/admin.ts'
import { addDays, Dice } from './dice.ts'
import type { DemoConsented } from './consents.ts'
import type { DemoPeople } from './people.ts'
import { WRITE_DEMO_REFERRALS } from './program.ts'

/** A stream of chance of its own, so that the rest of the world stays as it was. */
const SEED = 20_261_129
const DAYS_AGO = 190

interface Ground {
  readonly making: { readonly now: Date }
  readonly people: DemoPeople
  readonly consented: DemoConsented
}

/**
 * Adds a referral of the partner whose app customers let in, so that it knows tenants by links, by consents and by
 * referrals; written after what was earned, since it has earned nothing yet.
 */
export async function addWorkerReferral(run: RunSql, { making, people, consented }: Ground): Promise<void> {
  const tenant = people.tenants.get('cascade-broadband')
  if (!tenant) throw new Error('The demo world has no Cascade Broadband.')
  const at = addDays(making.now, -DAYS_AGO)
  const referral = {
    id: new Dice(SEED).uuid(at),
    partner_id: consented.partner.id,
    tenant_id: tenant.id,
    code_id: null,
    click_id: null,
    method: 'partner_created',
    referred_at: at,
    window_days: null,
    voided_at: null,
    void_reason: null,
  }
  await run(WRITE_DEMO_REFERRALS, [JSON.stringify([referral])])
}

import type { RunSql } from '#platform/admin.ts'
import type { Vault } from '#platform/credentials/vault.ts'
import { addDemoAsks } from './asks.ts'
import type { DemoConsented } from './consents.ts'
import { addDemoDeals } from './deals.ts'
import { addDemoLeaderboard } from './leaderboard.ts'
import { addDemoPayouts } from './payouts.ts'
import type { DemoPeople } from './people.ts'
import type { DemoProgram } from './program.ts'
import { addDemoRisk } from './risk.ts'
import { addWorkerReferral } from './worker-referral.ts'

interface Parties {
  readonly making: { readonly now: Date }
  readonly program: DemoProgram
  readonly people: DemoPeople
  readonly consented: DemoConsented
}

/** What partners, the provider and tenants have dealt with lately: payouts, cases of risk, deals, ranks and requests for access. */
export async function addDealings(
  run: RunSql,
  { making, program, people, consented }: Parties,
  vault: Vault,
): Promise<void> {
  const { partnerId, owner } = program
  await addDemoPayouts(run, { partnerId, owner, admins: people.platformAdmins, vault })
  await addWorkerReferral(run, { making, people, consented })
  const [checker] = people.platformAdmins
  if (checker) {
    await addDemoRisk(run, { partnerId, admin: checker })
    await addDemoDeals(run, { partnerId, owner, admin: checker })
    await addDemoLeaderboard(run, checker)
  }
  await addDemoAsks(run, consented, people.tenants.get('juniper-valley')?.id)
}

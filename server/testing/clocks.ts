import type { TenantId } from '@liaison/access'
import type { TestWorld } from './world.ts'

/**
 * Lets the clocks of a tenant's tickets be older than they are by so many minutes, as if that much time had passed. No login
 * may do that: the guard of the table is off for the moment, in the database of this world only.
 */
export async function ageClocks(world: TestWorld, tenantId: TenantId, minutes: number): Promise<void> {
  await world.sql('alter table ticket_sla_clock disable trigger enforce_sla_clock')
  await world.seed(
    `update ticket_sla_clock set started_at = started_at - make_interval(mins => $2), due_at = due_at - make_interval(mins => $2),
      at_risk_at = at_risk_at - make_interval(mins => $2), next_signal_at = next_signal_at - make_interval(mins => $2),
      met_at = met_at - make_interval(mins => $2), paused_since = paused_since - make_interval(mins => $2)
     where tenant_id = $1`,
    [tenantId, minutes],
    tenantId,
  )
  await world.sql('alter table ticket_sla_clock enable trigger enforce_sla_clock')
}

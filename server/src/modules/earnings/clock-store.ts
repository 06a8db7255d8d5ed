import { runStatements } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'

async function move(mandate: Mandate<'system'>, text: string, limit: number): Promise<number> {
  const [result] = await runStatements(mandate, [{ text, values: [limit] }])
  return result?.rowCount ?? 0
}

/**
 * Approves earnings whose waiting time is over, as far as the policy does that by itself; what was taken back of them before
 * goes with them. Answers how many.
 */
export function approveDue(mandate: Mandate<'system'>, limit: number): Promise<number> {
  return move(
    mandate,
    `update earning e set state = 'approved' where e.id in (
       select d.id from earning d
       where d.state = 'pending' and (d.kind = 'commission' or (d.kind = 'clawback' and not exists (select from earning o where o.id = d.reverses_id and o.state in ('pending', 'held')))) and d.available_on <= (select access.program_day(statement_timestamp())) and (select (access.earning_policy_now()).approves_by_itself)
         and d.first_approved_by is null and (d.kind = 'clawback' or not access.takes_two_people(d.currency, d.amount_minor))
       order by d.available_on, d.id limit $1 for update skip locked)`,
    limit,
  )
}

/** Releases what was held because its partner was suspended, once it is active again; a warning keeps holding. Answers how many. */
export function releaseReactivated(mandate: Mandate<'system'>, limit: number): Promise<number> {
  return move(
    mandate,
    `update earning e set state = 'pending', hold_kind = null, hold_reason = null where e.id in (
       select h.id from earning h
       where h.state = 'held' and h.hold_kind = 'partner_suspended' and access.partner_is_active(h.partner_id) and not access.referral_on_hold(h.referral_id)
       order by h.id limit $1 for update skip locked)`,
    limit,
  )
}

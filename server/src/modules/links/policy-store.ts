import type { Conditions, LinkId, LinkRole, PartnerId } from '@liaison/access'
import { runStatements, tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import type { Letters } from '#platform/words/letters.ts'
import { isKnown, namingConflicts } from './store.ts'
import type { KnownLink } from './store.ts'
import type { LinkTables } from './tables.ts'

/** What a tenant lets partners ask for, and what holds for every link. */
export interface PolicyTerms {
  readonly who_may_ask: 'any' | 'listed' | 'unlisted' | 'none'
  readonly listed_partner_ids: readonly string[]
  readonly roles_allowed: readonly LinkRole[]
  readonly max_duration_days: number
  readonly dual_approval: boolean
  readonly acting_minutes: number
  readonly sends_digest: boolean
  readonly conditions: Partial<Conditions>
}

/** The rules of a record alone, without its version and what waits. */
export function toTerms(policy: PolicyTerms): PolicyTerms {
  return {
    who_may_ask: policy.who_may_ask,
    listed_partner_ids: [...policy.listed_partner_ids],
    roles_allowed: [...policy.roles_allowed],
    max_duration_days: policy.max_duration_days,
    dual_approval: policy.dual_approval,
    acting_minutes: policy.acting_minutes,
    sends_digest: policy.sends_digest,
    conditions: policy.conditions,
  }
}

/** What is written over the version that was read. */
export interface PolicyWrite {
  readonly expectedVersion: number
  /** Looser rules that wait for a second person from now on; null when nothing waits any more. */
  readonly proposed: PolicyTerms | null
}

/** Writes the rules of the mandate's tenant over the version that was read. Throws PRECONDITION_FAILED, SECOND_APPROVER_NEEDED. */
export async function savePolicy(
  mandate: Mandate<'tenant'>,
  policy: PolicyTerms,
  { expectedVersion, proposed }: PolicyWrite,
): Promise<void> {
  const written = runStatements(mandate, [
    {
      text: `insert into tenant_partner_policy (tenant_id, who_may_ask, listed_partner_ids, roles_allowed, max_duration_days, dual_approval, conditions, acting_minutes, sends_digest, version)
        select $1, $2, $3, $4, $5, $6, $7, $8, $10, 2 where $9 = 1 or exists (select from tenant_partner_policy where tenant_id = $1)
        on conflict (tenant_id) do update set who_may_ask = excluded.who_may_ask, listed_partner_ids = excluded.listed_partner_ids, roles_allowed = excluded.roles_allowed,
          max_duration_days = excluded.max_duration_days, dual_approval = excluded.dual_approval, conditions = excluded.conditions, acting_minutes = excluded.acting_minutes, sends_digest = excluded.sends_digest, version = tenant_partner_policy.version + 1,
          proposed = $11
        where tenant_partner_policy.version = $9
        returning version`,
      values: [
        mandate.tenant.id,
        policy.who_may_ask,
        policy.listed_partner_ids,
        policy.roles_allowed,
        policy.max_duration_days,
        policy.dual_approval,
        JSON.stringify(policy.conditions),
        policy.acting_minutes,
        expectedVersion,
        policy.sends_digest,
        proposed && JSON.stringify(proposed),
      ],
    },
  ])
  await namingConflicts(written)
  const [result] = await written
  if (result?.rows.length !== 1)
    throw new ProblemError(412, 'PRECONDITION_FAILED', 'The rules changed after they were read.')
}

/** Whether rules let in more than those that hold, as the database takes it: stricter than the program where the two could differ. */
export async function loosensInDatabase(mandate: Mandate<'tenant'>, terms: PolicyTerms): Promise<boolean> {
  const [result] = await runStatements(mandate, [
    { text: 'select access.loosens_own_rules($1) as looser', values: [JSON.stringify(terms)] },
  ])
  return result?.rows[0]?.['looser'] === true
}

/** Mails the other administrators of the mandate's tenant, each in a language of their own. */
export async function mailOtherAdmins(mandate: Mandate<'tenant'>, letters: Letters): Promise<void> {
  await runStatements(mandate, [
    { text: 'select access.mail_other_admins($1)', values: [JSON.stringify(letters)] },
  ])
}

/** Holds one link until the transaction ends: whoever decides at the same moment sees what was decided. */
export async function holdLink(mandate: Mandate<'tenant'>, id: LinkId): Promise<void> {
  await runStatements(mandate, [
    { text: `select id from delegation where id = $1 for no key update`, values: [id] },
  ])
}

/**
 * Every link of the tenant, or of it with one partner, that is open or asked for, held until the transaction ends. What is
 * written under a link may still name it: its change waits for that, so that with a stronger lock each waited for the other.
 */
export async function holdOpenLinks(mandate: Mandate<'tenant'>, partnerId?: PartnerId): Promise<KnownLink[]> {
  await runStatements(mandate, [
    {
      text: `select id from delegation where tenant_id = $1 and kind = 'link' and status in ('requested', 'approved', 'active', 'suspended') and ($2::uuid is null or partner_id = $2) order by id for no key update`,
      values: [mandate.tenant.id, partnerId ?? null],
    },
  ])
  let query = tables<LinkTables>(mandate)
    .selectFrom('link_overview')
    .selectAll()
    .where('tenant_id', '=', mandate.tenant.id)
    .where('stored_status', 'in', ['requested', 'approved', 'active', 'suspended'])
  if (partnerId) query = query.where('partner_id', '=', partnerId)
  const rows = await query.orderBy('partner_name').execute()
  return rows.filter(isKnown)
}

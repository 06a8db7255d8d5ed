import type { ExplainId, PartnerId, PersonId, TenantId } from '@liaison/access'
import { decodeFacts } from '#platform/facts.ts'
import type { EnteredFacts } from '#platform/facts.ts'
import { runStatements, tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import type { DelegationTables, KeptDecision } from './tables.ts'

export type ExplainMandate = Mandate<'program' | 'tenant' | 'platform'>

/** Whom and what an explanation is about. */
export interface Subject {
  readonly personId: PersonId
  readonly tenantId: TenantId
  readonly partnerId: PartnerId | null
}

/**
 * The facts of somebody's access as the database has them now; null when the mandate's side may not ask about this
 * person. The same functions gather them as at a request.
 */
export async function findFactsAbout(
  mandate: ExplainMandate,
  subject: Subject,
): Promise<EnteredFacts | null> {
  const [result] = await runStatements(mandate, [
    {
      text: 'select access.facts_about($1, $2, $3) as facts',
      values: [subject.personId, subject.tenantId, subject.partnerId],
    },
  ])
  const facts = result?.rows[0]?.['facts']
  return facts === null || facts === undefined ? null : decodeFacts(facts)
}

/** A decision to keep. */
export interface NewExplanation extends Subject {
  readonly permission: string
  readonly decision: KeptDecision
}

/** Keeps a decision for 30 days and returns its id. */
export async function insertExplanation(mandate: ExplainMandate, made: NewExplanation): Promise<string> {
  const [result] = await runStatements(mandate, [
    {
      text: `insert into access_explanation (person_id, partner_id, tenant_id, permission, code, decision) values ($1, $2, $3, $4, $5, $6) returning id`,
      values: [
        made.personId,
        made.partnerId,
        made.tenantId,
        made.permission,
        made.decision.code,
        JSON.stringify(made.decision),
      ],
    },
  ])
  return String(result?.rows[0]?.['id'])
}

/** A kept decision that the mandate's side may read, while its 30 days last. */
export function findExplanation(mandate: ExplainMandate, id: ExplainId) {
  return tables<DelegationTables>(mandate)
    .selectFrom('access_explanation')
    .select(['id', 'created_at', 'person_id', 'partner_id', 'tenant_id', 'permission', 'code', 'decision'])
    .where('id', '=', id)
    .where('ends_at', '>', mandate.origin.now)
    .executeTakeFirst()
}

/** The name of a person, as far as the mandate's side knows it. */
export async function findPersonName(mandate: ExplainMandate, id: string): Promise<string | null> {
  const row = await tables<DelegationTables>(mandate)
    .selectFrom('person')
    .select('name')
    .where('id', '=', id)
    .executeTakeFirst()
  return row?.name ?? null
}

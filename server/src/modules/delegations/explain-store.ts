import type { ExplainId, PartnerId, PersonId, TenantId } from '@liaison/access'
import { decodeFacts } from '#platform/resolvers/facts.ts'
import type { EnteredFacts } from '#platform/resolvers/facts.ts'
import { featuresFor, runStatements, tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import type { RecordKind } from './explain-input.ts'
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
  return facts === null || facts === undefined ? null : decodeFacts(facts, featuresFor(mandate))
}

/** Whether a record is one of the tenant's. */
export async function ownsRecord(
  mandate: ExplainMandate,
  { tenantId, partnerId }: { readonly tenantId: TenantId; readonly partnerId: PartnerId | null },
  record: { readonly type: RecordKind; readonly id: string },
): Promise<boolean> {
  const [result] = await runStatements(mandate, [
    {
      text: 'select access.owns_record($1, $2, $3, $4) as owned',
      values: [tenantId, record.type, record.id, partnerId],
    },
  ])
  return result?.rows[0]?.['owned'] === true
}

/** Somebody's access at one instant, from the records and what they said before. */
export async function findFactsAt(
  mandate: Mandate<'platform'>,
  subject: Subject & { readonly partnerId: PartnerId },
  instants: readonly Date[],
): Promise<EnteredFacts[]> {
  const [result] = await runStatements(mandate, [
    {
      text: `select access.facts_at($1, $2, $3, i.at) as facts from unnest($4::timestamptz[]) with ordinality as i(at, n) order by i.n`,
      values: [subject.personId, subject.tenantId, subject.partnerId, [...instants]],
    },
  ])
  return (result?.rows ?? []).map((row) => decodeFacts(row['facts'], featuresFor(mandate)))
}

/** An instant at which an answer may have changed, and what happened then. */
export interface Happened {
  readonly at: Date
  readonly what: string
}

/** The instants since one at which the answer about a person in a tenant may have changed, newest first. */
export async function listChanges(
  mandate: Mandate<'platform'>,
  subject: Subject & { readonly partnerId: PartnerId },
  since: Date,
): Promise<Happened[]> {
  const [result] = await runStatements(mandate, [
    {
      // A moment is told in milliseconds, so it is the first at which the change has happened.
      text: `select (date_trunc('milliseconds', c.at) + interval '1 millisecond')::text as at, c.what from access.changes_of($1, $2, $3, $4) c`,
      values: [subject.personId, subject.tenantId, subject.partnerId, since],
    },
  ])
  return (result?.rows ?? []).map((row) => ({
    at: new Date(String(row['at'])),
    what: String(row['what']),
  }))
}

/** A decision to keep. */
export interface NewExplanation extends Subject {
  readonly permission: string
  readonly decision: KeptDecision
}

/** Keeps a decision for 30 days; returns its id and the version of the partner's configuration that was in force. */
export async function insertExplanation(
  mandate: ExplainMandate,
  made: NewExplanation,
): Promise<{ id: string; configurationVersion: number | null }> {
  const [result] = await runStatements(mandate, [
    {
      text: `insert into access_explanation (person_id, partner_id, tenant_id, permission, code, decision) values ($1, $2, $3, $4, $5, $6) returning id, config_version`,
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
  const version = result?.rows[0]?.['config_version']
  return {
    id: String(result?.rows[0]?.['id']),
    configurationVersion: typeof version === 'number' ? version : null,
  }
}

/** A kept decision that the mandate's side may read, while its 30 days last. */
export function findExplanation(mandate: ExplainMandate, id: ExplainId) {
  return tables<DelegationTables>(mandate)
    .selectFrom('access_explanation')
    .select([
      'id',
      'created_at',
      'person_id',
      'partner_id',
      'tenant_id',
      'permission',
      'code',
      'decision',
      'config_version',
    ])
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

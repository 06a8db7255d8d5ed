import { idFromUuid } from '@liaison/access'
import type { IdOf, PartnerId } from '@liaison/access'
import { sql } from 'kysely'
import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { guarded } from './refusals.ts'
import type { ApprovalTables, RequestKind, RequestState } from './tables.ts'

type Platform = Mandate<'platform'>
type RequestId = IdOf<'second_person_request'>

/** What waits only on paper has run out. */
const STATE = sql<RequestState>`case when r.state = 'waiting' and r.ends_at <= statement_timestamp() then 'lapsed' else r.state end`

function requests(mandate: Platform) {
  return tables<ApprovalTables>(mandate)
    .selectFrom('second_person_request as r')
    .leftJoin('partner as p', 'p.id', 'r.partner_id')
}

function selectRequests(mandate: Platform) {
  return requests(mandate).select([
    'r.id',
    'r.kind',
    'r.partner_id',
    'p.name as partner_name',
    'p.status as partner_status',
    'r.proposed',
    'r.reason',
    STATE.as('state'),
    'r.asked_by',
    'r.asked_by_name',
    'r.asked_at',
    'r.ends_at',
    'r.decided_by_name',
    'r.decided_at',
    'r.decision_reason',
  ])
}

export type RequestRow = Awaited<ReturnType<ReturnType<typeof selectRequests>['execute']>>[number]

/** Which requests a list shows. */
export interface RequestFilter {
  readonly state?: readonly RequestState[] | undefined
  readonly kind?: readonly RequestKind[] | undefined
  readonly partnerId?: PartnerId | undefined
}

function matching(filter: RequestFilter) {
  const conditions = [sql<boolean>`true`]
  if (filter.state) conditions.push(sql<boolean>`${STATE} = any(${[...filter.state]})`)
  if (filter.kind) conditions.push(sql<boolean>`r.kind = any(${[...filter.kind]})`)
  if (filter.partnerId) conditions.push(sql<boolean>`r.partner_id = ${filter.partnerId}`)
  return sql<boolean>`${sql.join(conditions, sql` and `)}`
}

/** A page of the requests, what was asked last on top, with how many there are. */
export async function listRequests(
  mandate: Platform,
  filter: RequestFilter,
  page: { readonly limit: number; readonly offset: number },
): Promise<{ rows: RequestRow[]; total: number }> {
  const rows = await selectRequests(mandate)
    .where(matching(filter))
    .orderBy('r.asked_at', 'desc')
    .orderBy('r.id')
    .limit(page.limit)
    .offset(page.offset)
    .execute()
  const { total } = await requests(mandate)
    .where(matching(filter))
    .select((eb) => eb.fn.countAll<string>().as('total'))
    .executeTakeFirstOrThrow()
  return { rows, total: Number(total) }
}

/** One request of this kind. Throws SECOND_PERSON_NOT_FOUND. */
export async function getRequest(mandate: Platform, kind: RequestKind, id: RequestId): Promise<RequestRow> {
  const row = await selectRequests(mandate)
    .where('r.id', '=', id)
    .where('r.kind', '=', kind)
    .executeTakeFirst()
  if (!row)
    throw new ProblemError(404, 'SECOND_PERSON_NOT_FOUND', 'Nothing of this kind that waited has this id.')
  return row
}

/** What waits for a second person about this subject; undefined when nothing does. */
export function findWaiting(
  mandate: Platform,
  kind: RequestKind,
  partnerId: PartnerId | null,
): Promise<RequestRow | undefined> {
  return selectRequests(mandate)
    .where('r.kind', '=', kind)
    .where(sql<boolean>`r.partner_id is not distinct from ${partnerId}::uuid`)
    .where(sql<boolean>`${STATE} = 'waiting'`)
    .executeTakeFirst()
}

/** What somebody asks for. */
export interface NewRequest {
  readonly kind: RequestKind
  readonly partnerId: PartnerId | null
  readonly proposed: object
  readonly reason: string
}

/** Writes down what somebody asks for; what ran out makes room. Throws SECOND_PERSON_WAITING. */
export async function insertRequest(mandate: Platform, wanted: NewRequest): Promise<RequestRow> {
  await tables<ApprovalTables>(mandate)
    .updateTable('second_person_request')
    .set({ state: 'lapsed' })
    .where('kind', '=', wanted.kind)
    .where(sql<boolean>`partner_id is not distinct from ${wanted.partnerId}::uuid`)
    .where('state', '=', 'waiting')
    .where(sql<boolean>`ends_at <= statement_timestamp()`)
    .execute()
  const { id } = await guarded(
    tables<ApprovalTables>(mandate)
      .insertInto('second_person_request')
      .values({
        kind: wanted.kind,
        partner_id: wanted.partnerId,
        proposed: sql`${JSON.stringify(wanted.proposed)}::jsonb`,
        reason: wanted.reason,
      })
      .returning('id')
      .executeTakeFirstOrThrow(),
  )
  return getRequest(mandate, wanted.kind, idFromUuid('second_person_request', id))
}

/**
 * Answers a request; what is confirmed happens with it, in the database.
 * Throws SECOND_PERSON_ANSWERED, SECOND_PERSON_REFUSED and SECOND_PERSON_OUTDATED.
 */
export async function answerRequest(
  mandate: Platform,
  id: RequestId,
  answer: { readonly state: Exclude<RequestState, 'waiting' | 'lapsed'>; readonly reason: string | null },
): Promise<void> {
  const updated = await guarded(
    tables<ApprovalTables>(mandate)
      .updateTable('second_person_request')
      .set({ state: answer.state, decision_reason: answer.reason })
      .where('id', '=', id)
      .where('state', '=', 'waiting')
      .executeTakeFirst(),
  )
  if (updated.numUpdatedRows === 0n)
    throw new ProblemError(409, 'SECOND_PERSON_ANSWERED', 'It does not wait for an answer any more.')
}

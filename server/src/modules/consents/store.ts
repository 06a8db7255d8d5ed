import type { ConsentId } from '@liaison/access'
import { guardedBy } from '#platform/guarded.ts'
import type { Letters } from '#platform/words/letters.ts'
import { runStatements, tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { DEFAULT_POLICY } from './rules.ts'
import type { ConsentRow, ConsentTables, Side } from './tables.ts'

/** The mandates that read and move consents, each for its own side. */
export type ConsentMandate = Mandate<'program' | 'tenant' | 'platform' | 'system'>

const SIDES = {
  program: 'partner',
  tenant: 'tenant',
  platform: 'provider',
  system: 'clock',
} as const satisfies Record<ConsentMandate['kind'], Side>

const LIVE: ConsentRow['stored_status'][] = ['requested', 'active', 'suspended']
/** What a side that stops a consent ends: what only waits opens nothing. */
const STOPPABLE: ConsentRow['stored_status'][] = ['active', 'suspended']

function selectConsents(mandate: ConsentMandate) {
  const query = tables<ConsentTables>(mandate).selectFrom('consent_overview').selectAll()
  // What no tenant has allowed is none of the partner's business: it must not learn whom a request reached.
  return mandate.kind === 'program'
    ? query.where('stored_status', 'in', ['active', 'suspended', 'expired', 'revoked'])
    : query
}

/** What a list of consents is narrowed by. */
export interface ConsentFilter {
  readonly state?: 'active' | 'past' | 'stoppable' | undefined
  readonly account?: string | undefined
  readonly partner_id?: string | undefined
  readonly tenant_id?: string | undefined
  readonly client_id?: string | undefined
}

/** A page of consents, newest first, after the one with this id. */
export async function listConsents(
  mandate: ConsentMandate,
  filter: ConsentFilter,
  page: { readonly limit: number; readonly after: string | null },
): Promise<ConsentRow[]> {
  const { now } = mandate.origin
  let query = selectConsents(mandate)
  if (filter.partner_id !== undefined) query = query.where('partner_id', '=', filter.partner_id)
  if (filter.tenant_id !== undefined) query = query.where('tenant_id', '=', filter.tenant_id)
  if (filter.client_id !== undefined) query = query.where('client_id', '=', filter.client_id)
  if (filter.state === 'active') query = query.where('stored_status', 'in', LIVE).where('ends_at', '>', now)
  if (filter.state === 'stoppable')
    query = query.where('stored_status', 'in', STOPPABLE).where('ends_at', '>', now)
  if (filter.state === 'past')
    query = query.where((eb) => eb.or([eb('stored_status', 'not in', LIVE), eb('ends_at', '<=', now)]))
  if (filter.account !== undefined) {
    const { account } = filter
    query = query.where((eb) =>
      eb.exists(
        eb
          .selectFrom('delegation_account')
          .select('delegation_id')
          .whereRef('delegation_account.delegation_id', '=', 'consent_overview.id')
          .where('account_id', '=', account),
      ),
    )
  }
  if (page.after !== null) query = query.where('id', '<', page.after)
  return query.orderBy('id', 'desc').limit(page.limit).execute()
}

/**
 * Holds the consents of the mandate's organisation that can be stopped until the transaction ends, so that none changes
 * meanwhile. What is written under one may still name it: its end waits for that, so that with a stronger lock each waited
 * for the other.
 */
export async function holdStoppable(mandate: Mandate<'tenant'>): Promise<void> {
  await tables<ConsentTables>(mandate)
    .selectFrom('delegation')
    .select('id')
    .where('tenant_id', '=', mandate.tenant.id)
    .where('kind', '=', 'consent')
    .where('status', 'in', STOPPABLE)
    .orderBy('id')
    .forNoKeyUpdate()
    .execute()
}

/** One consent as the mandate's side sees it, or nothing. */
export function findConsent(mandate: ConsentMandate, id: string): Promise<ConsentRow | undefined> {
  return selectConsents(mandate).where('id', '=', id).executeTakeFirst()
}

/** One consent as the mandate's side sees it. Throws CONSENT_NOT_FOUND. */
export async function getConsent(mandate: ConsentMandate, id: ConsentId): Promise<ConsentRow> {
  const row = await findConsent(mandate, id)
  if (!row) throw new ProblemError(404, 'CONSENT_NOT_FOUND', 'No consent that you can see has this id.')
  return row
}

/** Runs a change and names the rule of the database that refused it. */
export const namingConflicts = guardedBy({
  delegation_transition: [
    'CONSENT_STATE_CONFLICT',
    'The consent is in a state from which you do not make this move.',
  ],
  delegation_two_people: ['CONSENT_SECOND_PERSON', "The organisation's rules ask for a second approver."],
  delegation_partner_kind: ['CONSENT_REQUEST_BLOCKED', 'This kind of partner holds no consent.'],
  sandbox_of_own_partner: ['CONSENT_REQUEST_BLOCKED', 'A sandbox is opened to the partner whose it is.'],
  sandbox_of_sandbox_clients: ['CONSENT_REQUEST_BLOCKED', 'A sandbox lets in sandbox clients alone.'],
  consent_request_transition: ['CONSENT_REQUEST_OVER', 'Somebody answered this request already.'],
  consent_request_over: ['CONSENT_REQUEST_OVER', 'The time for this answer is over.'],
  access_request_answered: ['CONSENT_REQUEST_OVER', 'Somebody answered this request already.'],
  backchannel_request_answered: [
    'CONSENT_REQUEST_OVER',
    'Somebody answered this request already, or its time is over.',
  ],
  consent_ask_answered: [
    'CONSENT_REQUEST_OVER',
    'Somebody answered this request already, or its time is over.',
  ],
  consent_request_two_people: [
    'CONSENT_SECOND_PERSON',
    'You approved this already; another person has to approve it too.',
  ],
})

/** What a change of a consent writes into its delegation and its history. */
export interface ConsentChange {
  readonly to?: ConsentRow['status']
  readonly reason?: string | null | undefined
  readonly set?: Readonly<Record<string, unknown>>
  readonly event: string
  readonly detail?: Readonly<Record<string, unknown>>
}

/**
 * Changes the delegation of a consent if nobody changed it since it was read, and writes its history. Throws
 * PRECONDITION_FAILED when somebody did, and the problem of the rule that the database enforces.
 */
export async function changeConsent(
  mandate: ConsentMandate,
  row: ConsentRow,
  change: ConsentChange,
): Promise<void> {
  const moved = change.to !== undefined && {
    status: change.to,
    status_reason: change.reason ?? null,
    status_changed_at: mandate.origin.now,
    status_changed_by: 'actor' in mandate ? mandate.actor.id : null,
    status_changed_by_side: SIDES[mandate.kind],
  }
  const updated = await namingConflicts(
    tables<ConsentTables>(mandate)
      .updateTable('delegation')
      .set({ ...change.set, ...moved, version: row.version + 1 })
      .where('id', '=', row.id)
      .where('version', '=', row.version)
      .where('status', '=', row.stored_status)
      .executeTakeFirst(),
  )
  if (updated.numUpdatedRows === 0n)
    throw new ProblemError(412, 'PRECONDITION_FAILED', 'The consent changed after it was read.')
  await writeHistory(mandate, { ...row, version: row.version + 1 }, change)
}

/** Adds a line to the history of a consent. */
export async function writeHistory(
  mandate: ConsentMandate,
  row: Pick<ConsentRow, 'id' | 'tenant_id' | 'partner_id' | 'version'>,
  { event, detail = {} }: Pick<ConsentChange, 'event' | 'detail'>,
): Promise<void> {
  await tables<ConsentTables>(mandate)
    .insertInto('delegation_history')
    .values({
      delegation_id: row.id,
      tenant_id: row.tenant_id,
      partner_id: row.partner_id,
      version: row.version,
      event,
      detail: { ...detail, by: SIDES[mandate.kind], ...('actor' in mandate && { name: mandate.actor.name }) },
    })
    .execute()
}

/** The history of a consent, newest first. */
export function listHistory(mandate: ConsentMandate, id: string) {
  return tables<ConsentTables>(mandate)
    .selectFrom('delegation_history')
    .select(['changed_at', 'version', 'event', 'detail'])
    .where('delegation_id', '=', id)
    .orderBy('changed_at', 'desc')
    .limit(200)
    .execute()
}

/** What the approver of a consent was shown; the tenant's and the provider's to read. */
export async function findShown(mandate: Mandate<'tenant' | 'platform'>, id: string) {
  const row = await tables<ConsentTables>(mandate)
    .selectFrom('delegation')
    .select('approval_snapshot')
    .where('id', '=', id)
    .executeTakeFirst()
  return row?.approval_snapshot ?? null
}

/** Takes accounts out of a consent. */
export async function dropAccounts(
  mandate: Mandate<'tenant'>,
  id: string,
  keep: readonly string[],
): Promise<void> {
  await tables<ConsentTables>(mandate)
    .deleteFrom('delegation_account')
    .where('delegation_id', '=', id)
    .where('account_id', 'not in', [...keep])
    .execute()
}

/** Mails one side of a consent, each in a language of their own, without the other side learning any address. */
export async function mailSide(
  mandate: ConsentMandate,
  id: string,
  mail: { readonly side: 'partner' | 'tenant'; readonly letters: Letters },
): Promise<void> {
  await runStatements(mandate, [
    { text: 'select access.mail_side($1, $2, $3)', values: [id, mail.side, mail.letters] },
  ])
}

/** Mails the security contact of a consent's organisation, where it has one that no administrator reads anyway. Nobody learns whether it has. */
export async function mailSecurityContact(
  mandate: ConsentMandate,
  id: string,
  letters: Letters,
): Promise<void> {
  await runStatements(mandate, [
    { text: 'select access.mail_security_contact($1, $2)', values: [id, letters] },
  ])
}

/** The rules of the mandate's organisation, or those that hold while it has set none. */
export async function policyOf(mandate: Mandate<'tenant'>) {
  const own = await tables<ConsentTables>(mandate)
    .selectFrom('tenant_partner_policy')
    .select([
      'who_may_ask',
      'listed_partner_ids',
      'max_duration_days',
      'dual_approval',
      'conditions',
      'version',
    ])
    .where('tenant_id', '=', mandate.tenant.id)
    .executeTakeFirst()
  return own ?? DEFAULT_POLICY
}

export type Policy = Awaited<ReturnType<typeof policyOf>>

/** When the clients of the own partner were last used, by client. */
export async function findClientUse(
  mandate: Mandate<'program' | 'platform'>,
  clientIds: readonly string[],
): Promise<ReadonlyMap<string, Date | null>> {
  if (clientIds.length === 0) return new Map()
  const rows = await tables<ConsentTables>(mandate)
    .selectFrom('api_client_use')
    .select(['client_id', 'last_used_at'])
    .where('client_id', 'in', [...clientIds])
    .execute()
  return new Map(rows.map((row) => [row.client_id, row.last_used_at]))
}

import type { LinkId, LinkTerms } from '@liaison/access'
import { sql } from 'kysely'
import type { SelectQueryBuilder } from 'kysely'
import { guardedBy } from '#platform/guarded.ts'
import { containsPattern } from '#platform/list.ts'
import type { Letters } from '#platform/words/letters.ts'
import { runStatements, tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { changedParties } from './payers.ts'
import { maskOfOverride, masksOfTerms, toStoredConditions } from './rules.ts'
import type { ApprovalSnapshot, LinkRow, LinkTables, Side } from './tables.ts'

/** The mandates that read and move links, each for its own side. */
export type LinkMandate = Mandate<'program' | 'tenant' | 'platform' | 'system'>

/** The side of a link that a mandate stands on. */
function sideOf(mandate: LinkMandate): Side {
  switch (mandate.kind) {
    case 'program':
      return 'partner'
    case 'tenant':
      return 'tenant'
    case 'platform':
      return 'provider'
    case 'system':
      return 'clock'
  }
}

function selectLinks(mandate: LinkMandate): SelectQueryBuilder<LinkTables, 'link_overview', LinkRow> {
  // The two views have the same columns; the partner's hides requests that no tenant answered.
  const db = tables<LinkTables>(mandate)
  return mandate.kind === 'program'
    ? db.selectFrom('link_list_of_partner as link_overview').selectAll()
    : db.selectFrom('link_overview').selectAll()
}

/** What a list of links is narrowed by. */
export interface LinkFilter {
  readonly status?: LinkRow['status'][] | undefined
  readonly access_role?: LinkRow['access_role'][] | undefined
  readonly tenant?: string | undefined
  readonly partner_id?: string | undefined
  readonly tenant_id?: string | undefined
  readonly expiring_within_days?: number | undefined
  readonly relationship_type?: LinkRow['relationship_type'][] | undefined
  readonly tenant_ids?: readonly string[] | undefined
}

type Links = SelectQueryBuilder<LinkTables, 'link_overview', LinkRow>

function narrow(query: Links, filter: LinkFilter, now: Date): Links {
  let narrowed = query
  if (filter.status) narrowed = narrowed.where('status', 'in', filter.status)
  if (filter.access_role) narrowed = narrowed.where('access_role', 'in', filter.access_role)
  if (filter.relationship_type) narrowed = narrowed.where('relationship_type', 'in', filter.relationship_type)
  if (filter.partner_id) narrowed = narrowed.where('partner_id', '=', filter.partner_id)
  if (filter.tenant_id) narrowed = narrowed.where('tenant_id', '=', filter.tenant_id)
  if (filter.tenant) {
    const pattern = containsPattern(filter.tenant)
    narrowed = narrowed.where((eb) =>
      eb.or([eb('tenant_name', 'ilike', pattern), eb('tenant_slug', 'ilike', pattern)]),
    )
  }
  if (filter.tenant_ids)
    narrowed = narrowed.where(sql<boolean>`tenant_id = any (${[...filter.tenant_ids]}::uuid[])`)
  if (filter.expiring_within_days !== undefined) {
    const until = new Date(now.getTime() + filter.expiring_within_days * 86_400_000)
    narrowed = narrowed
      .where('status', 'in', ['approved', 'active', 'suspended'])
      .where('ends_at', '<=', until)
  }
  return narrowed
}

/** A page of links, newest first within live ones before ended ones. */
export async function listLinks(
  mandate: LinkMandate,
  filter: LinkFilter,
  page: { readonly limit: number; readonly offset: number },
): Promise<{ rows: LinkRow[]; total: number }> {
  const { now } = mandate.origin
  const query = narrow(selectLinks(mandate), filter, now)
  const rows = await query
    .orderBy(sql`status not in ('requested', 'approved', 'active', 'suspended')`)
    .orderBy('requested_at', 'desc')
    .orderBy('id')
    .limit(page.limit)
    .offset(page.offset)
    .execute()
  const counted = await narrow(selectLinks(mandate), filter, now)
    .clearSelect()
    .select(({ fn }) => fn.countAll<number>().as('total'))
    .executeTakeFirst()
  return { rows, total: counted?.total ?? 0 }
}

/** One link as the mandate's side sees it. Throws LINK_NOT_FOUND. */
export async function getLink(mandate: LinkMandate, id: LinkId): Promise<LinkRow> {
  const row = await selectLinks(mandate).where('id', '=', id).executeTakeFirst()
  if (!row) throw new ProblemError(404, 'LINK_NOT_FOUND', 'No link that you can see has this id.')
  return row
}

/** A link that its tenant has answered or made, so that its terms can be worked on. Throws LINK_NOT_FOUND. */
export type KnownLink = LinkRow & { readonly tenant_id: string }

export function isKnown(row: LinkRow): row is KnownLink {
  return row.tenant_id !== null
}

/** What only the tenant and the provider read of a link. */
export interface PrivateTerms {
  readonly conditions: LinkTables['delegation']['conditions']
  readonly approval_snapshot: ApprovalSnapshot | null
}

/** The conditions and the kept snapshot of a link. */
export async function findPrivateTerms(
  mandate: Mandate<'tenant' | 'platform'>,
  id: string,
): Promise<PrivateTerms> {
  const row = await tables<LinkTables>(mandate)
    .selectFrom('delegation')
    .select(['conditions', 'approval_snapshot'])
    .where('id', '=', id)
    .executeTakeFirst()
  return row ?? { conditions: {}, approval_snapshot: null }
}

/** Runs a change and names the rule of the database that refused it. */
export const namingConflicts = guardedBy({
  link_one_live: ['LINK_ALREADY_LIVE', 'There is a request or a link between these two already.'],
  link_one_full_role: ['FULL_ROLE_TAKEN', 'Another partner already has a full role in this organisation.'],
  delegation_transition: [
    'LINK_STATE_CONFLICT',
    'The link is in a state from which this move is not made by you.',
  ],
  delegation_two_sides: ['LINK_STATE_CONFLICT', 'The side that asked cannot approve.'],
  delegation_review: [
    'REVIEW_OVERDUE',
    'The access review is overdue; the organisation confirms the access first.',
  ],
  delegation_two_people: ['SECOND_APPROVER_NEEDED', 'The organisation asks for a second approver.'],
  link_second_factor: [
    'LINK_STATE_CONFLICT',
    'The link begins once somebody of the partner has a second sign-in step.',
  ],
  delegation_payer: ['LINK_STATE_CONFLICT', 'No side of a link makes the other one pay.'],
  policy_two_people: ['SECOND_APPROVER_NEEDED', 'Looser rules take a second person of the organisation.'],
  change_request_two_people: ['SECOND_APPROVER_NEEDED', 'The organisation asks for a second approver.'],
  change_request_own: ['LINK_STATE_CONFLICT', 'Whoever asked for a change does not decide about it.'],
  // Both were asked for before: only rules that changed at this very moment are met here.
  delegation_welcome: ['LINK_STATE_CONFLICT', 'Something changed at this moment. Send the request again.'],
  link_with_itself: ['LINK_WITH_ITSELF', 'The partner and the organisation are one.'],
  link_distributor: ['DISTRIBUTOR_NOT_FOUND', 'No other active partner has this code.', 404],
  link_handover_waits: [
    'LINK_STATE_CONFLICT',
    'This work is being handed over already. Take that invitation back first.',
  ],
  // The route asks before: only an access that changed at this very moment is met here.
  link_handover_links: ['LINK_STATE_CONFLICT', 'The access changed at this moment. Read it again.'],
  sandbox_of_own_partner: [
    'PARTNER_NOT_INVITED',
    'A sandbox is opened to the partner whose it is, and to no other.',
    404,
  ],
})

/** What a change of a link writes into its delegation. */
export interface DelegationChange {
  readonly to?: LinkRow['status']
  readonly reason?: string | null | undefined
  readonly set?: Readonly<Record<string, unknown>>
  /** The name of the change in the link's history. */
  readonly event: string
  readonly detail?: Readonly<Record<string, unknown>>
}

function actorId(mandate: LinkMandate): string | null {
  return 'actor' in mandate ? mandate.actor.id : null
}

/**
 * Changes the delegation of a link if nobody changed it since it was read, and writes its history. Throws
 * PRECONDITION_FAILED when somebody did, and the problem of the rule that the database enforces.
 */
export async function changeDelegation(
  mandate: LinkMandate,
  row: KnownLink,
  change: DelegationChange,
): Promise<number> {
  const { now } = mandate.origin
  if (change.to === row.stored_status)
    throw new ProblemError(409, 'LINK_STATE_CONFLICT', `The link is ${row.stored_status} already.`)
  const moved = change.to !== undefined && {
    status: change.to,
    status_reason: change.reason ?? null,
    status_changed_at: now,
    status_changed_by: actorId(mandate),
    status_changed_by_side: sideOf(mandate),
  }
  const updated = await namingConflicts(
    tables<LinkTables>(mandate)
      .updateTable('delegation')
      .set({ ...change.set, ...moved, version: row.version + 1 })
      .where('id', '=', row.id)
      .where('version', '=', row.version)
      .where('status', '=', row.stored_status)
      .executeTakeFirst(),
  )
  if (updated.numUpdatedRows === 0n)
    throw new ProblemError(412, 'PRECONDITION_FAILED', 'The link changed after it was read.')
  await writeHistory(mandate, row, {
    version: row.version + 1,
    event: change.event,
    detail: change.detail ?? {},
  })
  return row.version + 1
}

/** Moves the end of a link that renews itself by so many days, of those that its tenant agreed. Throws PRECONDITION_FAILED. */
export function extendByAgreement(
  mandate: Mandate<'system'>,
  row: KnownLink,
  { days, end }: { readonly days: number; readonly end: Date },
): Promise<number> {
  return changeDelegation(mandate, row, {
    event: 'renewed',
    detail: { before: row.ends_at, after: end },
    set: { ends_at: sql<Date>`ends_at + make_interval(days => ${days})` },
  })
}

/** Adds a line to the history of a link. */
async function writeHistory(
  mandate: LinkMandate,
  row: Pick<KnownLink, 'id' | 'tenant_id' | 'partner_id'>,
  entry: {
    readonly version: number
    readonly event: string
    readonly detail: Readonly<Record<string, unknown>>
  },
): Promise<void> {
  await tables<LinkTables>(mandate)
    .insertInto('delegation_history')
    .values({
      delegation_id: row.id,
      tenant_id: row.tenant_id,
      partner_id: row.partner_id,
      version: entry.version,
      event: entry.event,
      detail: {
        ...entry.detail,
        by: sideOf(mandate),
        ...('actor' in mandate && { name: mandate.actor.name }),
      },
    })
    .execute()
}

/** The history of a link, newest first. */
export function listHistory(mandate: LinkMandate, id: string) {
  return tables<LinkTables>(mandate)
    .selectFrom('delegation_history')
    .select(['changed_at', 'version', 'event', 'detail'])
    .where('delegation_id', '=', id)
    .orderBy('changed_at', 'desc')
    .limit(200)
    .execute()
}

function keyOf(override: { pattern: string; effect: string }): string {
  return `${override.effect} ${override.pattern}`
}

/** Makes the overrides of a link those of the terms; what stays the same is not touched. */
async function replaceOverrides(
  mandate: LinkMandate,
  row: KnownLink,
  { terms, reason = null }: { readonly terms: LinkTerms; readonly reason?: string | null },
): Promise<void> {
  const wanted = new Set(terms.overrides.map(keyOf))
  const gone = row.overrides.filter((override) => !wanted.has(keyOf(override)))
  for (const { pattern, effect } of gone) {
    await tables<LinkTables>(mandate)
      .deleteFrom('link_override')
      .where('link_id', '=', row.id)
      .where('pattern', '=', pattern)
      .where('effect', '=', effect)
      .execute()
  }
  for (const override of terms.overrides) {
    await tables<LinkTables>(mandate)
      .insertInto('link_override')
      .values({
        link_id: row.id,
        tenant_id: row.tenant_id,
        partner_id: row.partner_id,
        pattern: override.pattern,
        effect: override.effect,
        mask: maskOfOverride(override, terms),
        reason,
        expires_at: override.expires_at ?? null,
        set_by_side: sideOf(mandate),
      })
      .onConflict((conflict) =>
        conflict
          .columns(['link_id', 'pattern', 'effect'])
          .doUpdateSet((eb) => ({ mask: eb.ref('excluded.mask'), expires_at: eb.ref('excluded.expires_at') }))
          .where(
            sql<boolean>`(link_override.mask, link_override.expires_at) is distinct from (excluded.mask, excluded.expires_at)`,
          ),
      )
      .execute()
  }
}

/** Writes role, its version and the renewal of a link where they change. */
async function saveRole(mandate: LinkMandate, row: KnownLink, terms: LinkTerms): Promise<void> {
  const isRoleNew = terms.role !== row.access_role || terms.role_version !== row.role_version
  if (isRoleNew || terms.auto_renew_days !== row.auto_renew_days) {
    await namingConflicts(
      tables<LinkTables>(mandate)
        .updateTable('link')
        .set({
          access_role: terms.role,
          auto_renew_days: terms.auto_renew_days,
          role_version: terms.role_version,
        })
        .where('id', '=', row.id)
        .execute(),
    )
  }
}

/** Writes the terms of a link: masks, dates, overrides, role, and for the tenant its conditions. */
export async function saveTerms(
  mandate: LinkMandate,
  row: KnownLink,
  edit: { readonly terms: LinkTerms; readonly reason?: string | null; readonly change: DelegationChange },
): Promise<number> {
  const { terms, change } = edit
  await namingConflicts(replaceOverrides(mandate, row, edit))
  // The role before the state: whether the role takes two approvers is told from what it becomes.
  await saveRole(mandate, row, terms)
  return changeDelegation(mandate, row, {
    ...change,
    set: {
      ...masksOfTerms(terms, mandate.origin.now),
      // A date that stays is not written back: what was read has lost its microseconds.
      ...(terms.starts_at.getTime() !== row.starts_at.getTime() && { starts_at: terms.starts_at }),
      ...(terms.ends_at?.getTime() !== row.ends_at?.getTime() && { ends_at: terms.ends_at }),
      ...(mandate.kind === 'tenant' && { conditions: JSON.stringify(toStoredConditions(terms.conditions)) }),
      ...((terms.own_accounts_only ?? false) !== row.own_accounts_only && {
        own_accounts_only: terms.own_accounts_only ?? false,
      }),
      ...changedParties(row, terms),
      ...change.set,
    },
  })
}

/** Whether the partner has somebody who can sign in with a second factor, so that a link may begin to work. */
export async function hasStrongMember(mandate: LinkMandate, partnerId: string): Promise<boolean> {
  const [result] = await runStatements(mandate, [
    { text: 'select access.has_strong_member($1) as ready', values: [partnerId] },
  ])
  return result?.rows[0]?.['ready'] === true
}

/** What one side of a link is told, by mail and in the portal. */
export interface Telling {
  readonly side: 'partner' | 'tenant'
  readonly news: string
  readonly sentence: string
  readonly letters: Letters
}

/** Tells one side of a link by mail and in the portal, without this side learning any address. */
export async function tellSide(mandate: LinkMandate, linkId: string, told: Telling): Promise<void> {
  await runStatements(mandate, [
    {
      text: 'select access.tell_side($1, $2, $3, $4, $5)',
      values: [linkId, told.side, told.news, told.sentence, told.letters],
    },
  ])
}

/** Mails the security contact of a link's tenant, where it has one that no administrator reads anyway. Nobody learns whether it has. */
export async function mailSecurityContact(
  mandate: LinkMandate,
  linkId: string,
  letters: Letters,
): Promise<void> {
  await runStatements(mandate, [
    { text: 'select access.mail_security_contact($1, $2)', values: [linkId, letters] },
  ])
}

/** The rules of the mandate's own tenant; null when it has set none. */
export function findPolicy(mandate: Mandate<'tenant'>) {
  return tables<LinkTables>(mandate)
    .selectFrom('tenant_partner_policy')
    .selectAll()
    .where('tenant_id', '=', mandate.tenant.id)
    .executeTakeFirst()
}

import { billingOf, LINK_ROLES } from '@liaison/access'
import type { LinkTerms, PartnerId } from '@liaison/access'
import { z } from 'zod'
import { runStatements, tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import type { Statement } from '#platform/statement.ts'
import { partyColumns } from './payers.ts'
import { maskOfOverride, masksOfTerms, toStoredConditions } from './rules.ts'
import { namingConflicts } from './store.ts'
import type { LinkTables } from './tables.ts'

const Policy = z
  .object({
    who_may_ask: z.enum(['any', 'listed', 'unlisted', 'none']),
    listed_partner_ids: z.array(z.string()),
    roles_allowed: z.array(z.enum(LINK_ROLES)),
    max_duration_days: z.number(),
  })
  .nullable()

interface AskedTenant {
  readonly tenantId: string | null
  readonly policy: z.output<typeof Policy>
}

async function readAsked(mandate: Mandate<'program'>, statement: Statement): Promise<AskedTenant> {
  const [result] = await runStatements(mandate, [statement])
  const row = result?.rows[0]
  const id = row?.['id']
  return { tenantId: typeof id === 'string' ? id : null, policy: Policy.parse(row?.['policy'] ?? null) }
}

/** The tenant that a request names, with its rules; nulls when there is none. The same work either way. */
export function findAskedTenant(mandate: Mandate<'program'>, slug: string): Promise<AskedTenant> {
  return readAsked(mandate, {
    text: 'select t.id, access.tenant_policy_for_request(t.id) as policy from access.find_tenant_for_request($1) as t (id)',
    values: [slug],
  })
}

/** The tenant whose invitation code holds now, with its rules; nulls when none does. The code is held until the transaction is over. */
export function findInvitingTenant(mandate: Mandate<'program'>, hash: Buffer): Promise<AskedTenant> {
  return readAsked(mandate, {
    text: 'select t.id, access.tenant_policy_for_request(t.id) as policy from access.hold_invitation_code($1) as t (id)',
    values: [hash],
  })
}

/** The partner that an invitation names; null when none that is active has this code. */
export async function findInvitedPartner(mandate: Mandate<'tenant'>, slug: string): Promise<string | null> {
  const [result] = await runStatements(mandate, [
    { text: 'select access.find_partner_for_invitation($1) as id', values: [slug] },
  ])
  const id = result?.rows[0]?.['id']
  return typeof id === 'string' ? id : null
}

/** The active partner that a request names as its distributor; null when none has this code. */
export async function findDistributor(
  mandate: Mandate<'program'>,
  slug: string,
): Promise<{ id: string; name: string } | null> {
  const [result] = await runStatements(mandate, [
    { text: 'select id, name from access.find_distributor($1)', values: [slug] },
  ])
  const row = result?.rows[0]
  return row ? { id: String(row['id']), name: String(row['name']) } : null
}

const Indirect = z.object({
  link_id: z.string(),
  tenant_name: z.string(),
  partner_name: z.string(),
  status: z.string(),
  access_role: z.enum(LINK_ROLES),
  ends_at: z.date().nullable(),
  totals: z.array(z.object({ currency: z.string(), outstanding_minor: z.number() })),
})

/** The links that name the mandate's partner as distributor: who with whom, in which state, and what is open. */
export async function listIndirect(mandate: Mandate<'program'>) {
  const [result] = await runStatements(mandate, [
    { text: 'select * from access.indirect_links()', values: [] },
  ])
  return z.array(Indirect).parse(result?.rows ?? [])
}

/** The requests that this partner sent to a tenant code: whether one is open, and when each was declined. */
export async function findEarlierRequests(
  mandate: Mandate<'program'>,
  slug: string,
): Promise<{ hasOpen: boolean; declinedAt: Date[] }> {
  const rows = await tables<LinkTables>(mandate)
    .selectFrom('link_list_of_partner')
    .select(['status', 'status_changed_at', 'initiated_by'])
    .where('tenant_slug', '=', slug)
    .execute()
  const live = new Set(['requested', 'approved', 'active', 'suspended'])
  return {
    hasOpen: rows.some(({ status }) => live.has(status)),
    // An invitation that the partner itself declined holds it back from nothing.
    declinedAt: rows
      .filter((row) => row.status === 'declined' && row.initiated_by === 'partner')
      .map((row) => row.status_changed_at),
  }
}

/** A request as it is written. */
export interface LinkRequest {
  readonly terms: LinkTerms
  readonly message: string
  readonly requestedBy: string
  /** Within how many hours the partner promises its first answer; null without a promise. */
  readonly promisedHours?: number | null
  /** The distributor between the two, if there is one. */
  readonly via?: { readonly id: string; readonly name: string } | null
}

function overrideRows(terms: LinkTerms): readonly unknown[][] {
  return terms.overrides.map((override) => [
    override.pattern,
    override.effect,
    maskOfOverride(override, terms),
    override.expires_at ?? null,
  ])
}

/**
 * Writes a request of a partner. Every request is kept as it was typed; with a tenant it becomes a delegation under
 * the same id. Both take the same statements in one round trip, so that the time tells nothing either.
 */
export async function insertRequest(
  mandate: Mandate<'program'>,
  request: LinkRequest & {
    readonly id: string
    readonly slug: string
    readonly tenantId: string | null
    readonly askedEnd: Date | null
  },
): Promise<void> {
  const { id, terms } = request
  const masks = masksOfTerms(terms, mandate.origin.now)
  const { tenantId } = request
  const rows = overrideRows(terms)
  const column = (index: number) => rows.map((row) => row[index])
  await namingConflicts(
    runStatements(mandate, [
      {
        text: `insert into link_request_sent (id, partner_id, tenant_slug, relationship_type, access_role, role_version, overrides, request_message, starts_at, ends_at, requested_by, sla_response_hours, billing_parties, conditions)
          values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
        values: [
          id,
          mandate.partner.id,
          request.slug,
          terms.relationship_type,
          terms.role,
          terms.role_version,
          JSON.stringify(terms.overrides),
          request.message,
          terms.starts_at,
          request.askedEnd,
          request.requestedBy,
          request.promisedHours ?? null,
          JSON.stringify(billingOf(terms.billing_parties)),
          JSON.stringify(toStoredConditions(terms.conditions)),
        ],
      },
      ...delegationStatements(
        { id, tenantId, partnerId: mandate.partner.id, request, side: 'partner' },
        masks,
      ),
      {
        text: `insert into link_override (link_id, tenant_id, partner_id, pattern, effect, mask, expires_at, set_by_side)
          select $1, $2, $3, o.pattern, o.effect, o.mask, o.expires_at, 'partner' from unnest($4::text[], $5::text[], $6::bit(256)[], $7::timestamptz[]) as o (pattern, effect, mask, expires_at) where $2::uuid is not null`,
        values: [id, tenantId, mandate.partner.id, column(0), column(1), column(2), column(3)],
      },
    ]),
  )
}

/** The id of a link that is about to be written. */
export async function newId(mandate: Mandate<'program' | 'tenant'>): Promise<string> {
  const [result] = await runStatements(mandate, [{ text: 'select uuidv7() as id', values: [] }])
  return String(result?.rows[0]?.['id'])
}

interface NewDelegation {
  readonly id: string
  readonly tenantId: string | null
  readonly partnerId: PartnerId | string
  readonly request: LinkRequest
  readonly side: 'partner' | 'tenant'
}

function viaOf({ via }: LinkRequest): readonly [id: string | null, name: string | null] {
  return [via?.id ?? null, via?.name ?? null]
}

function delegationStatements(made: NewDelegation, masks: ReturnType<typeof masksOfTerms>) {
  const { terms, message, requestedBy } = made.request
  return [
    {
      text: `insert into delegation (id, tenant_id, partner_id, kind, status, role_mask, mask, has_timed_overrides, starts_at, ends_at, requested_by, status_changed_by, status_changed_by_side, conditions, own_accounts_only, billing_party, api_calls_party, seats_party, exports_party)
        select $1, $2, $3, 'link', 'requested', $4::bit(256), $5::bit(256), $6, $7, $8, $9, $9, $10, $11, $12, $13, $14, $15, $16 where $2::uuid is not null`,
      values: [
        made.id,
        made.tenantId,
        made.partnerId,
        masks.role_mask,
        masks.mask,
        masks.has_timed_overrides,
        terms.starts_at,
        terms.ends_at,
        requestedBy,
        made.side,
        JSON.stringify(toStoredConditions(terms.conditions)),
        terms.own_accounts_only ?? false,
        ...Object.values(partyColumns(billingOf(terms.billing_parties))),
      ],
    },
    {
      text: `insert into link (id, tenant_id, partner_id, relationship_type, access_role, role_version, initiated_by, request_message, via_partner_id, via_partner_name, sla_response_hours)
        select $1, $2, $3, $4, $5, $6, $7, $8, $9::uuid, $10::text, $11::integer where $2::uuid is not null`,
      values: [
        made.id,
        made.tenantId,
        made.partnerId,
        terms.relationship_type,
        terms.role,
        terms.role_version,
        made.side,
        message,
        ...viaOf(made.request),
        made.request.promisedHours ?? null,
      ],
    },
    firstOfHistory(made),
  ]
}

/** The first entry in the history of a link. */
function firstOfHistory({ id, tenantId, partnerId, side, request: { terms } }: NewDelegation) {
  const detail = { by: side, access_role: terms.role, relationship_type: terms.relationship_type }
  return {
    text: `insert into delegation_history (delegation_id, tenant_id, partner_id, version, event, detail)
      select $1, $2, $3, 1, $4, $5 where $2::uuid is not null`,
    values: [id, tenantId, partnerId, side === 'tenant' ? 'invited' : 'requested', detail],
  }
}

/** Writes an invitation of a tenant to a partner. */
export async function insertInvitation(
  mandate: Mandate<'tenant'>,
  invitation: LinkRequest & { readonly partnerId: string },
): Promise<string> {
  const id = await newId(mandate)
  const masks = masksOfTerms(invitation.terms, mandate.origin.now)
  await namingConflicts(
    runStatements(
      mandate,
      delegationStatements(
        {
          id,
          tenantId: mandate.tenant.id,
          partnerId: invitation.partnerId,
          request: invitation,
          side: 'tenant',
        },
        masks,
      ),
    ),
  )
  return id
}

/** Takes back a request, whether or not it reached a tenant. False when it was taken back before. */
export async function withdrawRequest(mandate: Mandate<'program'>, id: string): Promise<boolean> {
  const updated = await tables<LinkTables>(mandate)
    .updateTable('link_request_sent')
    .set({ withdrawn_at: mandate.origin.now })
    .where('id', '=', id)
    .where('withdrawn_at', 'is', null)
    .where('expires_at', '>', mandate.origin.now)
    .executeTakeFirst()
  return updated.numUpdatedRows > 0n
}

/** The link behind a request that no tenant has answered; undefined when it reached nobody. */
export function findUnanswered(mandate: Mandate<'program'>, id: string) {
  return tables<LinkTables>(mandate)
    .selectFrom('link_overview')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst()
}

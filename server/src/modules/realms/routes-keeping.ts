import type { PartnerId } from '@liaison/access'
import { z } from 'zod'
import { guardedBy } from '#platform/guarded.ts'
import { noteRead, tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { REALM_KEYS_MAX_AGE_SECONDS, REALM_TOKEN_SECONDS } from '#platform/credentials/realm-token.ts'
import { plainText, publicId } from '#platform/route-input.ts'
import { route, sentAt } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { noteRealm } from './events.ts'
import { reasonBody } from './schemas.ts'
import type { RealmTables } from './tables.ts'

type Keeper = Mandate<'platform' | 'program'>

const RealmBody = z
  .strictObject({
    status: z.enum(['open', 'closed']),
    path: z.string().meta({ description: 'Where its pages are, and the end of its issuer.' }),
    opened_at: z.string(),
    closed_at: z.string().nullable(),
    closed_by_side: z.enum(['partner', 'provider']).nullable(),
    closed_by_name: z.string().nullable(),
    close_reason: z.string().nullable(),
    may_reopen: z.boolean().meta({ description: 'Whether the side of the reader may open it again.' }),
    key_id: z.string().meta({ description: 'The `kid` of the key that signs.' }),
    previous_key_until: z
      .string()
      .nullable()
      .meta({ description: 'Until when tokens under the key before count; null when they do not.' }),
    version: z.int(),
  })
  .meta({ id: 'Realm' })

async function readRealm(mandate: Keeper, partnerId: PartnerId) {
  const row = await tables<RealmTables & { partner: { id: string; slug: string } }>(mandate)
    .selectFrom('realm')
    .innerJoin('partner', 'partner.id', 'realm.partner_id')
    .selectAll('realm')
    .select('partner.slug')
    .where('realm.partner_id', '=', partnerId)
    .executeTakeFirst()
  if (!row) throw new ProblemError(404, 'REALM_MISSING', 'There is no such user base.')
  return row
}

type RealmRow = Awaited<ReturnType<typeof readRealm>>

function toRealm(mandate: Keeper, row: RealmRow) {
  const until = row.key_previous_until
  const body: z.input<typeof RealmBody> = {
    status: row.status,
    path: `/p/${row.slug}`,
    opened_at: row.opened_at.toISOString(),
    closed_at: row.closed_at?.toISOString() ?? null,
    closed_by_side: row.closed_by_side,
    closed_by_name: row.closed_by_name,
    close_reason: row.close_reason,
    may_reopen: row.status === 'closed' && (mandate.kind === 'platform' || row.closed_by_side === 'partner'),
    key_id: `realm-${row.key_number}`,
    previous_key_until: until && until > mandate.origin.now ? until.toISOString() : null,
    version: row.version,
  }
  return sentAt(body, row.version)
}

interface Wanted {
  readonly partnerId: PartnerId
  readonly version: number
  readonly reason: string
}

type Change =
  | { status: 'open' | 'closed'; closed_by_name?: string; close_reason?: string }
  | { key_number: number; key_previous_until: Date | null }

/** Runs a change; what the database's own rules refuse becomes the problem that names it. */
const guarded = guardedBy({
  realm_transition: ['REALM_STATE_REFUSED', 'The user base cannot be moved like this now.'],
  realm_key: ['REALM_KEY_FRESH', 'Tokens under the key before still count.'],
})

async function write(mandate: Keeper, { partnerId, version }: Wanted, change: Change): Promise<RealmRow> {
  const updated = await guarded(
    tables<RealmTables>(mandate)
      .updateTable('realm')
      .set(change)
      .where('partner_id', '=', partnerId)
      .where('version', '=', version)
      .executeTakeFirst(),
  )
  if (updated.numUpdatedRows === 0n)
    throw new ProblemError(412, 'PRECONDITION_FAILED', 'The user base changed after it was read.')
  return readRealm(mandate, partnerId)
}

async function move(mandate: Keeper, wanted: Wanted, to: 'open' | 'closed') {
  const before = await readRealm(mandate, wanted.partnerId)
  if (before.status === to)
    throw new ProblemError(409, 'REALM_STATE_REFUSED', `The user base is ${to} already.`)
  const after = await write(mandate, wanted, {
    status: to,
    ...(to === 'closed' && { closed_by_name: mandate.actor.name, close_reason: wanted.reason }),
  })
  noteRealm(mandate, to === 'closed' ? 'close' : 'reopen', {
    partnerId: wanted.partnerId,
    reason: wanted.reason,
    changes: { status: { before: before.status, after: to } },
  })
  return toRealm(mandate, after)
}

const KEY_BEFORE_SECONDS = REALM_TOKEN_SECONDS + REALM_KEYS_MAX_AGE_SECONDS

async function changeKey(mandate: Mandate<'program'>, wanted: Wanted, endsAtOnce: boolean) {
  const before = await readRealm(mandate, wanted.partnerId)
  const until = endsAtOnce ? null : new Date(mandate.origin.now.getTime() + KEY_BEFORE_SECONDS * 1000)
  const after = await write(mandate, wanted, {
    key_number: before.key_number + 1,
    key_previous_until: until,
  })
  noteRealm(mandate, 'change_key', {
    partnerId: wanted.partnerId,
    reason: wanted.reason,
    changes: {
      key: { before: `realm-${before.key_number}`, after: `realm-${after.key_number}` },
      key_before_until: { after: until?.toISOString() ?? null },
    },
  })
  return toRealm(mandate, after)
}

const keyBody = z.strictObject({
  reason: plainText(1, 500),
  end_key_before: z
    .enum(['when_its_tokens_end', 'now'])
    .default('when_its_tokens_end')
    .meta({ description: '`now` when somebody else may have it: every token under it is refused at once.' }),
})

const keep = { permission: 'partner_org.realm.manage' } as const
const PROBLEMS = ['REALM_MISSING', 'REALM_STATE_REFUSED'] as const

const partnerRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/v1/partner/realm',
    summary: "The caller's own user base: open or closed, and which key signs",
    input: {},
    access: { permission: 'partner_org.users.read' },
    limit: 'detail',
    problems: ['REALM_MISSING'],
    responses: { 200: RealmBody },
    handle: async ({ mandate }) => toRealm(mandate, await readRealm(mandate, mandate.partner.id)),
  }),
  route({
    method: 'POST',
    path: '/api/v1/partner/realm/close',
    summary:
      'Close the own user base: the next request of each of its users is refused, and nothing is removed',
    input: { body: reasonBody },
    access: keep,
    limit: 'write',
    ifMatch: true,
    problems: PROBLEMS,
    responses: { 200: RealmBody },
    handle: ({ mandate, body, expectedVersion: version }) =>
      move(mandate, { partnerId: mandate.partner.id, version, reason: body.reason }, 'closed'),
  }),
  route({
    method: 'POST',
    path: '/api/v1/partner/realm/reopen',
    summary: 'Open the own user base again, as it was',
    input: { body: reasonBody },
    access: keep,
    limit: 'write',
    ifMatch: true,
    problems: PROBLEMS,
    responses: { 200: RealmBody },
    handle: ({ mandate, body, expectedVersion: version }) =>
      move(mandate, { partnerId: mandate.partner.id, version, reason: body.reason }, 'open'),
  }),
  route({
    method: 'POST',
    path: '/api/v1/partner/realm/change-key',
    summary: 'Sign tokens of the own user base with a new key from now on',
    input: { body: keyBody },
    access: keep,
    limit: 'write',
    ifMatch: true,
    problems: ['REALM_MISSING', 'REALM_KEY_FRESH'],
    responses: { 200: RealmBody },
    handle: ({ mandate, body, expectedVersion: version }) =>
      changeKey(
        mandate,
        { partnerId: mandate.partner.id, version, reason: body.reason },
        body.end_key_before === 'now',
      ),
  }),
]

const partnerParams = z.strictObject({ partner_id: publicId('partner') })
const provider = { permission: 'platform.realms.manage' } as const

const providerRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/v1/admin/partners/:partner_id/realm/state',
    summary: "Whether a partner's own user base is open, and who closed it",
    input: { params: partnerParams },
    access: { permission: 'platform.realms.read' },
    limit: 'detail',
    problems: ['REALM_MISSING'],
    responses: { 200: RealmBody },
    async handle({ mandate, params }) {
      const row = await readRealm(mandate, params.partner_id)
      noteRead(mandate, {
        action: 'platform.realms.read',
        resource: { type: 'partner', id: params.partner_id },
      })
      return toRealm(mandate, row)
    },
  }),
  route({
    method: 'POST',
    path: '/api/v1/admin/partners/:partner_id/realm/close',
    summary: "Close a partner's own user base; the partner cannot open it again",
    input: { params: partnerParams, body: reasonBody },
    access: provider,
    limit: 'write',
    ifMatch: true,
    problems: PROBLEMS,
    responses: { 200: RealmBody },
    handle: ({ mandate, params, body, expectedVersion: version }) =>
      move(mandate, { partnerId: params.partner_id, version, reason: body.reason }, 'closed'),
  }),
  route({
    method: 'POST',
    path: '/api/v1/admin/partners/:partner_id/realm/reopen',
    summary: "Open a partner's own user base again, as it was",
    input: { params: partnerParams, body: reasonBody },
    access: provider,
    limit: 'write',
    ifMatch: true,
    problems: PROBLEMS,
    responses: { 200: RealmBody },
    handle: ({ mandate, params, body, expectedVersion: version }) =>
      move(mandate, { partnerId: params.partner_id, version, reason: body.reason }, 'open'),
  }),
]

/** The routes by which a partner and the provider close a user base and open it again, and a partner changes its key (C9). */
export const realmKeepingRoutes: readonly Route[] = [...partnerRoutes, ...providerRoutes]

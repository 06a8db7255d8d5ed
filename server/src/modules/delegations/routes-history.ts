import { encodeId, fromBits, has, idFromUuid, PERMISSIONS, ROLE_TITLES } from '@liaison/access'
import { z } from 'zod'
import { noteRead } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { readCountedPage } from '#platform/read-page.ts'
import { instantText, wholeNumber } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { findHistorySince, findOwnPartnerAt, listAccessAt } from './history-store.ts'
import type { AccessThenRow, HistoryMandate, OwnPartnerThen } from './history-store.ts'

const sentences = (description: string) => z.array(z.string()).meta({ description })

const Person = z
  .strictObject({
    person_id: z.string(),
    name: z.string(),
    role_title: z
      .string()
      .nullable()
      .meta({ description: 'The person’s own role in the link; null for that of the link.' }),
    can: sentences('What the person could do while nothing stopped them, one sentence a line.')
      .nullable()
      .meta({ description: 'What the person could do; null when it was all that the link opened.' }),
    ends_at: z.string().nullable(),
    elevated_until: z
      .string()
      .nullable()
      .meta({ description: 'Until when an elevation then in force added to it.' }),
    stopped: z.enum(['person_inactive', 'member_inactive', 'frozen']).nullable().meta({
      description: 'Why the person could do nothing although assigned; null when nothing stopped them.',
    }),
  })
  .meta({ id: 'PersonWithAccessThen' })

const Entry = z
  .strictObject({
    delegation_id: z.string(),
    kind: z.enum(['link', 'consent', 'resale']),
    partner_name: z.string(),
    app_name: z.string().nullable(),
    role_title: z.string().nullable(),
    state: z.enum(['open', 'not_started', 'suspended', 'frozen', 'partner_inactive', 'tenant_closed']).meta({
      description: 'Whether it was in force (`open`), or what kept it from being so.',
    }),
    starts_at: z.string(),
    ends_at: z.string().nullable(),
    can: sentences('What it opened while it was in force, exceptions counted, one sentence a line.'),
    granted: sentences('What exceptions gave beyond the role.'),
    denied: sentences('What exceptions took away.'),
    own_accounts_only: z.boolean(),
    own_accounts: z.int().nullable().meta({
      description: 'How many accounts it was restricted to; null for a link without this restriction.',
    }),
    accounts: z
      .array(z.strictObject({ number: z.string(), name: z.string() }))
      .nullable()
      .meta({
        description:
          'The billing accounts that a consent or a resale opened; null for links, and for an auditor who sees no billing accounts.',
      }),
    freezes: z.array(
      z.strictObject({ set_by: z.enum(['partner', 'tenant', 'provider']), since: z.string() }),
    ),
    people: z.array(Person).meta({ description: 'Who was assigned, by name, the first 100.' }),
    people_total: z.int(),
  })
  .meta({ id: 'AccessThen' })

const AccessHistory = z
  .strictObject({
    as_of: z.string(),
    recorded_since: z.string().meta({ description: 'Since when the record tells who had access.' }),
    is_recorded: z.boolean().meta({
      description: 'False for a moment before that: then nothing is known, which is not the same as nobody.',
    }),
    items: z.array(Entry).nullable().meta({ description: 'Null when nothing is recorded.' }),
    own_partner: z
      .strictObject({ partner_name: z.string(), since: z.string(), ended_at: z.string().nullable() })
      .nullable()
      .meta({
        description:
          'The partner that the organisation was itself: its API clients could use all accounts, without an access among the items. Null where there was none, or nothing is recorded.',
      }),
    total: z.int().nullable(),
    has_more: z.boolean(),
    offset: z.int(),
    limit: z.int(),
  })
  .meta({ id: 'AccessHistory' })

const query = z.strictObject({
  as_of: instantText()
    .transform((text) => new Date(text))
    .optional()
    .meta({ description: 'The moment to look at; now when it is left out.' }),
  offset: wholeNumber(0, 10_000).default(0),
  limit: wholeNumber(1, 100).default(50),
})

function sentencesOf(mask: string): string[] {
  const held = fromBits(mask)
  return PERMISSIONS.filter(({ name }) => has(held, name)).map(({ sentence }) => sentence)
}

const toText = (time: string | null) => time && new Date(time).toISOString()

function toPerson(row: AccessThenRow['people'][number], whole: string): z.input<typeof Person> {
  return {
    person_id: publicIdOf('person', row.person_id),
    name: row.name,
    role_title: row.role && ROLE_TITLES[row.role],
    can: row.mask === whole ? null : sentencesOf(row.mask),
    ends_at: toText(row.ends_at),
    elevated_until: toText(row.elevated_until),
    stopped: row.stopped,
  }
}

function toEntry(row: AccessThenRow): z.input<typeof Entry> {
  return {
    delegation_id: encodeId(row.kind, idFromUuid(row.kind, row.id)),
    kind: row.kind,
    partner_name: row.partner_name,
    app_name: row.client_name,
    role_title: row.access_role && ROLE_TITLES[row.access_role],
    state: row.state,
    starts_at: row.starts_at.toISOString(),
    ends_at: row.ends_at?.toISOString() ?? null,
    can: sentencesOf(row.mask),
    granted: sentencesOf(row.granted),
    denied: sentencesOf(row.denied),
    own_accounts_only: row.own_accounts_only,
    own_accounts: row.own_accounts === null ? null : Number(row.own_accounts),
    accounts: row.accounts && [...row.accounts],
    freezes: row.freezes.map(({ set_by, since }) => ({ set_by, since: new Date(since).toISOString() })),
    people: row.people.map((person) => toPerson(person, row.mask)),
    people_total: Number(row.people_total),
  }
}

const toOwnPartner = (row: OwnPartnerThen | undefined) =>
  row === undefined
    ? null
    : {
        partner_name: row.partner_name,
        since: row.since.toISOString(),
        ended_at: row.ended_at?.toISOString() ?? null,
      }

function refuseFuture(moment: Date, now: Date): void {
  if (moment <= now) return
  throw new ProblemError(422, 'VALIDATION_ERROR', 'Nobody knows yet who will have access then.', {
    errors: [{ pointer: '/query/as_of', code: 'IN_THE_FUTURE', detail: 'must not lie in the future' }],
  })
}

async function answer(mandate: HistoryMandate, asked: z.output<typeof query>) {
  const { now } = mandate.origin
  const { as_of: moment = now, offset, limit } = asked
  refuseFuture(moment, now)
  const since = await findHistorySince(mandate)
  if (since === null)
    throw new ProblemError(
      403,
      'AUDITORS_ONLY',
      'Only an auditor of the tenant sees who else had access to it.',
    )
  const isRecorded = moment >= since
  const { rows, total } = await readCountedPage({ limit, offset }, (page) =>
    isRecorded ? listAccessAt(mandate, moment, page) : Promise.resolve([]),
  )
  noteRead(mandate, {
    action: 'access.history',
    rowCount: rows.length,
    resource: { type: 'access_history', label: moment.toISOString() },
  })
  return {
    as_of: moment.toISOString(),
    recorded_since: since.toISOString(),
    is_recorded: isRecorded,
    items: isRecorded ? rows.map(toEntry) : null,
    own_partner: toOwnPartner(await findOwnPartnerAt(mandate, moment)),
    total: isRecorded ? total : null,
    has_more: offset + rows.length < total,
    offset,
    limit,
  }
}

const COMMON = {
  method: 'GET',
  summary: 'Who could do what in the organisation at a moment, from what was recorded',
  input: { query },
  limit: 'list',
  responses: { 200: AccessHistory },
} as const

/** Who could do what on a date, for the tenant's own people and for its auditors. Source: experience.md section 4, "Auditor". */
export const historyRoutes: readonly Route[] = [
  route({
    ...COMMON,
    path: '/api/v1/tenant/access-history',
    access: { permission: 'tenant.partner_access.read' },
    handle: ({ mandate, query: asked }) => answer(mandate, asked),
  }),
  route({
    ...COMMON,
    path: '/api/v1/partner/access-history',
    summary: 'Who could do what in the tenant that is audited, at a moment; for its auditors',
    access: { permission: 'partner.audit.read', tenant: 'header' },
    problems: ['AUDITORS_ONLY'],
    handle: ({ mandate, query: asked }) => answer(mandate, asked),
  }),
]

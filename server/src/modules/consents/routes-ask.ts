import { ACTION_NAMES, decodeId } from '@liaison/access'
import { z } from 'zod'
import type { CursorSigner } from '#platform/cursor.ts'
import { cursorPageOf, toNext } from '#platform/list.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { plainText, publicId, wholeNumber } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { askTenant, idOfAsk, takeAskBack } from './ask.ts'
import { listSentAsks } from './ask-store.ts'
import type { SentAsk } from './ask-store.ts'

const TENANT_CODE = /^[a-z0-9][a-z0-9-]{1,62}$/
const ADDRESS = /^[^@\s]+@[^@\s]+\.[^@\s]+$/

const DAYS = [30, 90, 180, 365] as const

const AskBody = z.strictObject({
  to: z
    .string()
    .trim()
    .toLowerCase()
    .max(254)
    .refine((text) => TENANT_CODE.test(text) || ADDRESS.test(text), {
      message: 'must be the partner code of a customer, or the mail address of somebody there',
    })
    .meta({
      description:
        'The partner code of the customer, or the mail address of one of its administrators. The answer is the same whether or not there is one.',
    }),
  client_id: publicId('api_client'),
  actions: z
    .array(z.enum(ACTION_NAMES))
    .min(1)
    .max(ACTION_NAMES.length)
    .refine((names) => new Set(names).size === names.length, { message: 'must name each action once' }),
  purpose: plainText(120, 300).meta({
    description: 'Why, in 120 to 300 characters; the customer reads it in quotation marks.',
  }),
  duration_days: z
    .literal([...DAYS])
    .default(90)
    .meta({ description: 'How long it lasts at most; the customer may choose an earlier end.' }),
})

const STATUSES = ['sent', 'withdrawn', 'approved', 'denied', 'lapsed'] as const

const SentBody = z.strictObject({
  consent_ask_id: z.string(),
  to: z.string().meta({ description: 'The code or the address, as it was typed.' }),
  client_id: z.string(),
  client_name: z.string(),
  actions: z.array(z.enum(ACTION_NAMES)),
  purpose: z.string(),
  duration_days: z.int(),
  requested_by_name: z.string(),
  status: z.enum(STATUSES).meta({
    description:
      '`sent` until a customer decided, also while a second person there has to; it says nothing of whether the request reached anybody.',
  }),
  created_at: z.string(),
  ends_at: z.string(),
  decided_at: z.string().nullable(),
  consent_id: z
    .string()
    .nullable()
    .meta({ description: 'The consent that the answer made; the API client takes its tokens under it.' }),
})

function toSent(row: SentAsk, now: Date): z.output<typeof SentBody> {
  return {
    consent_ask_id: idOfAsk(row.id),
    to: row.asked,
    client_id: publicIdOf('api_client', row.client_id),
    client_name: row.client_name,
    actions: [...row.actions],
    purpose: row.purpose,
    duration_days: row.access_duration_days,
    requested_by_name: row.requested_by_name,
    status: row.status === 'sent' && row.ends_at <= now ? 'lapsed' : row.status,
    created_at: row.created_at.toISOString(),
    ends_at: row.ends_at.toISOString(),
    decided_at: row.decided_at?.toISOString() ?? null,
    consent_id: row.consent_id && publicIdOf('consent', row.consent_id),
  }
}

function positionOf(cursors: CursorSigner, cursor: string | undefined, bound: unknown): string | null {
  if (cursor === undefined) return null
  const id = decodeId('consent_ask', String(cursors.read(cursor, bound)[0]))
  if (id === null) throw new ProblemError(400, 'CURSOR_INVALID', 'The cursor holds no position.')
  return id
}

const ListQuery = z.strictObject({
  cursor: z.string().min(1).max(500).optional(),
  limit: wholeNumber(1, 100).default(50),
})

async function readSent(
  mandate: Mandate<'program'>,
  { cursor, limit }: z.output<typeof ListQuery>,
  cursors: CursorSigner,
) {
  const bound = ['consent_asks', mandate.partner.id]
  const after = positionOf(cursors, cursor, bound)
  const rows = await listSentAsks(mandate, { limit: limit + 1, after })
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  const hasMore = rows.length > limit && last !== undefined
  return {
    items: shown.map((row) => toSent(row, mandate.origin.now)),
    ...toNext(hasMore ? cursors.sign([idOfAsk(last.id)], bound) : null),
  }
}

/** The routes by which a partner asks a customer for access from its own portal, and sees what became of it (C1). */
export function makeAskRoutes(services: Services): readonly Route[] {
  return [
    route({
      method: 'POST',
      path: '/api/v1/partner/consent-asks',
      summary: 'Ask a customer, by code or address, to let an API client work on its accounts',
      input: { body: AskBody },
      access: { permission: 'partner_org.consents.manage' },
      limit: 'link_request',
      problems: ['CONSENT_ASK_PENDING', 'CONSENT_ASK_TOO_SOON', 'CONSENT_REQUEST_BLOCKED'],
      responses: { 202: SentBody },
      async handle({ mandate, body: { to, client_id: clientId, duration_days: days, ...rest } }) {
        const asking = { ...rest, asked: to, clientId, days }
        return toSent(await askTenant(mandate, asking, services.publicOrigin()), mandate.origin.now)
      },
    }),
    route({
      method: 'GET',
      path: '/api/v1/partner/consent-asks',
      summary: 'What was asked of customers from the portal, newest first',
      input: { query: ListQuery },
      access: { permission: 'partner_org.consents.read' },
      limit: 'list',
      problems: ['CURSOR_INVALID'],
      responses: { 200: z.strictObject(cursorPageOf(SentBody)) },
      handle: ({ mandate, query }) => readSent(mandate, query, services.cursors),
    }),
    route({
      method: 'POST',
      path: '/api/v1/partner/consent-asks/:consent_ask_id/withdraw',
      summary: 'Take back what was asked of a customer',
      input: {
        params: z.strictObject({ consent_ask_id: publicId('consent_ask') }),
        body: z.strictObject({}),
      },
      access: { permission: 'partner_org.consents.manage' },
      limit: 'write',
      problems: ['CONSENT_ASK_NOT_FOUND', 'CONSENT_STATE_CONFLICT'],
      responses: { 200: SentBody },
      handle: async ({ mandate, params }) =>
        toSent(await takeAskBack(mandate, params.consent_ask_id), mandate.origin.now),
    }),
  ]
}

import { z } from 'zod'
import type { CursorSigner } from '#platform/cursor.ts'
import { cursorPageOf, toNext } from '#platform/list.ts'
import type { Mandate } from '#platform/mandate.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { commaList, FIRST_INSTANT, publicId, wholeNumber } from '#platform/route-input.ts'
import { checkedWindow, moment, toPublicId, toTold } from './activity.ts'
import { readClientCalls } from './client-call-store.ts'
import type { CallFilters, CallRow } from './client-call-store.ts'
import { phraseOf } from './phrases.ts'
import { readOwnDetails } from './store.ts'
import type { OwnDetails } from './store.ts'
import { REFUSALS, toSentence } from './words.ts'

const DEFAULT_DAYS = 7
const DAY_MS = 86_400_000

/** What the calls can be asked for. */
export const CallsQuery = z.strictObject({
  client_id: publicId('api_client').optional(),
  tenant_id: publicId('tenant').optional().meta({ description: 'The customer that the call was about.' }),
  outcome: commaList(z.enum(['allowed', 'denied', 'error']), 3).optional(),
  code: z
    .string()
    .regex(/^[A-Za-z][A-Za-z_]{0,99}$/, 'must be the code of a refusal')
    .optional(),
  request_id: z
    .string()
    .min(1)
    .max(128)
    .optional()
    .meta({ description: 'Looked for in the last 90 days unless `from` says otherwise.' }),
  from: moment().optional(),
  to: moment().optional(),
  cursor: z.string().min(1).max(1000).optional(),
  limit: wholeNumber(1, 100).default(50),
})

const ClientCall = z
  .strictObject({
    call_id: z.string(),
    occurred_at: z.string(),
    client: z.strictObject({
      client_id: z.string(),
      name: z.string(),
      environment: z.enum(['sandbox', 'live']),
    }),
    method: z.string().nullable(),
    route: z.string().nullable().meta({
      description: 'The route, with names in place of ids; behind a gateway its API and the route there.',
    }),
    action: z.string(),
    tenant: z.strictObject({ tenant_id: z.string(), name: z.string().nullable() }).nullable().meta({
      description: 'Null where the call was about none, or about one that never let the client in.',
    }),
    outcome: z.enum(['allowed', 'denied', 'error']),
    code: z.string().nullable(),
    says: z.string().meta({ description: 'What happened, in words.' }),
    next_step: z.string().nullable(),
    reason: z.string().nullable().meta({ description: 'What else is known of a refusal.' }),
    repeats: z.int().meta({
      description: 'How many: like reads within 60 seconds and like refusals within 10 are counted in one.',
    }),
    request_id: z.string().nullable(),
    source: z.string(),
    explain_id: z.string().nullable(),
  })
  .meta({ id: 'ClientCall' })

export const CallsPage = z
  .strictObject({
    ...cursorPageOf(ClientCall),
    limit: z.int(),
    window: z.strictObject({ from: z.string(), to: z.string(), is_default: z.boolean() }).meta({
      description: 'The time that was looked at, the end excluded; the last 7 days without `from`.',
    }),
  })
  .meta({ id: 'ClientCalls' })

type Query = z.output<typeof CallsQuery>

/** What the authorization server refused is named by its act: its codes are those of OAuth, and have no words here. */
function refusalOf({ action, code }: CallRow): string | null {
  const words = code === null ? undefined : REFUSALS[code]
  if (words) return words.sentence
  const { says } = phraseOf(action)
  return action === 'access.refused' || says.includes('{')
    ? null
    : `The client ${says}${code === null ? '' : ` (${code})`}.`
}

function saysOf(row: CallRow, counted: { rows: number | null; repeats: number }): string {
  const refusal = row.outcome === 'denied' ? refusalOf(row) : null
  return refusal ?? `${toSentence(toTold(row, counted), 'partner')}.`
}

function toTenant({ tenant_id: id, tenant_name: name }: CallRow) {
  return id === null ? null : { tenant_id: publicIdOf('tenant', id), name }
}

function toCall(row: CallRow, details: OwnDetails | undefined): z.output<typeof ClientCall> {
  const repeats = row.repeats + (details?.countedRepeats ?? 0)
  const rows = row.row_count === null ? null : row.row_count + (details?.countedRows ?? 0)
  const isDenied = row.outcome === 'denied'
  return {
    call_id: publicIdOf('audit_event', row.id),
    occurred_at: row.occurred_at.toISOString(),
    client: {
      client_id: publicIdOf('api_client', row.client_id),
      name: row.client_name,
      environment: row.environment,
    },
    method: row.method,
    route: row.route,
    action: row.action,
    tenant: toTenant(row),
    outcome: row.outcome,
    code: row.code,
    says: saysOf(row, { rows, repeats }),
    next_step: (isDenied && row.code !== null && REFUSALS[row.code]?.next_step) || null,
    reason: details?.reason ?? null,
    repeats,
    request_id: row.request_id,
    source: row.source,
    explain_id: toPublicId('explain', row.explain_id),
  }
}

/** A request that somebody looks for is looked for as far back as the log opens by itself; the list begins with what is near. */
function windowFor(asked: Pick<Query, 'from' | 'to' | 'request_id'>, now: Date) {
  const window = checkedWindow(asked, now)
  if (!window.isDefault || asked.request_id !== undefined) return window
  const last = Math.min(window.to.getTime(), now.getTime())
  return { ...window, from: new Date(Math.max(last - DEFAULT_DAYS * DAY_MS, FIRST_INSTANT.getTime())) }
}

/** One page of what the partner's own API clients did and were refused, behind a cursor. */
export async function readCallsPage(
  mandate: Mandate<'program'>,
  { cursor, limit, ...asked }: Query,
  cursors: CursorSigner,
): Promise<z.output<typeof CallsPage>> {
  const bound = ['client-calls', mandate.actor.id, mandate.partner.id, asked]
  const [at, id] = cursor === undefined ? [] : cursors.read(cursor, bound)
  const after = at === undefined || id === undefined ? null : { at: String(at), id: String(id) }
  const window = windowFor(asked, mandate.origin.now)
  const filters: CallFilters = asked
  const found = await readClientCalls(mandate, { filters, window, after, limit })
  const rows = found.slice(0, limit)
  const details = await readOwnDetails(
    mandate,
    rows.map((row) => row.id),
  )
  const last = found.length > limit ? rows.at(-1) : undefined
  return {
    items: rows.map((row) => toCall(row, details.get(row.id))),
    ...toNext(last ? cursors.sign([last.at, last.id], bound) : null),
    limit,
    window: { from: window.from.toISOString(), to: window.to.toISOString(), is_default: window.isDefault },
  }
}

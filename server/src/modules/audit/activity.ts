import { decodeId, ID_PREFIXES } from '@liaison/access'
import type { IdKind, PartnerId, TenantId } from '@liaison/access'
import { z } from 'zod'
import type { CursorSigner } from '#platform/cursor.ts'
import { cursorPageOf, toNext } from '#platform/list.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { publicIdOf } from '#platform/public-id.ts'
import {
  commaList,
  dayOrInstant,
  plainText,
  publicId,
  searchText,
  wholeNumber,
} from '#platform/route-input.ts'
import { sideOf, windowOf } from './rules.ts'
import type { ActivityFilters, Viewer, Window } from './rules.ts'
import { readOwnDetails, readScopedFeed, readWholeFeed } from './store.ts'
import type { EventRow, FeedQuestion, OwnDetails, Position } from './store.ts'
import { toSentence } from './words.ts'
import type { Told } from './words.ts'

/** A day or a time of a question to the log. */
export const moment = () =>
  dayOrInstant().meta({ description: 'A day (UTC) or a time; `to` includes a day and excludes a time.' })

/** What an act can be done under: a partner's access, and that of the provider's support. */
const ACCESSES = ['link', 'consent', 'resale', 'assisted'] as const

export const ACCESS_WANTED = 'must be the id of a link, a consent, a resale or a support access'

/** The UUID of an access by its public id, of whatever kind it is; null for anything else. */
export function decodeAccess(text: string): string | null {
  return ACCESSES.map((kind) => decodeId(kind, text)).find((found) => found !== null) ?? null
}

const delegationId = () =>
  z
    .string()
    .max(40)
    .transform((text, context): string => {
      const id = decodeAccess(text)
      if (id !== null) return id
      context.addIssue({
        code: 'custom',
        message: ACCESS_WANTED,
        params: { code: 'INVALID_ID' },
      })
      return z.NEVER
    })
    .meta({ description: 'What was done under one link, consent, resale or support access, and to it.' })

const filters = {
  delegation_id: delegationId().optional(),
  person_id: publicId('person').optional(),
  by: z.enum(['partner', 'tenant', 'provider']).optional().meta({ description: 'Which side acted.' }),
  action: z
    .string()
    .max(100)
    .regex(
      /^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$/,
      'must be an action such as billing.invoices, without wildcards',
    )
    .optional()
    .meta({ description: 'An action, or the beginning of several: `billing` means all below it.' }),
  outcome: commaList(z.enum(['allowed', 'denied', 'error']), 3).optional(),
  request_id: plainText(1, 128).optional(),
  search: searchText().optional(),
  from: moment().optional(),
  to: moment().optional(),
}

const page = {
  cursor: z.string().min(1).max(1000).optional(),
  limit: wholeNumber(1, 100).default(50),
}

const partner = { partner_id: publicId('partner').optional() }
const tenant = { tenant_id: publicId('tenant').optional() }
const format = { format: z.enum(['csv', 'jsonl']).default('csv') }

/** What each feed can be asked; its file takes the same and a format. Files of an organisation's feed are ordered as exports. */
export const QUERIES = {
  partner: z.strictObject({ ...filters, ...tenant, ...page }),
  tenant: z.strictObject({ ...filters, ...partner, ...page }),
  acting: z.strictObject({ ...filters, ...page }),
  platform: z.strictObject({ ...filters, ...partner, ...tenant, ...page }),
} as const

export const EXPORT_QUERIES = {
  partner: z.strictObject({ ...filters, ...tenant, ...format }),
  acting: z.strictObject({ ...filters, ...format }),
  platform: z.strictObject({ ...filters, ...partner, ...tenant, ...format }),
} as const

/** One event as the lists of the log show it. */
export const ActivityItem = z
  .strictObject({
    event_id: z.string(),
    occurred_at: z.string(),
    sentence: z.string(),
    action: z.string(),
    outcome: z.enum(['allowed', 'denied', 'error']),
    code: z.string().nullable(),
    person_id: z.string().nullable(),
    person_name: z.string().nullable(),
    partner_id: z.string().nullable(),
    partner_name: z.string().nullable(),
    tenant_id: z.string().nullable(),
    tenant_name: z.string().nullable(),
    role: z.string().nullable(),
    permission: z.string().nullable(),
    resource: z
      .strictObject({ type: z.string(), id: z.string().nullable(), label: z.string().nullable() })
      .nullable(),
    row_count: z.int().nullable(),
    repeats: z.int().meta({ description: 'How many times in a row; repeats within 60 seconds are counted.' }),
    changes: z.record(z.string(), z.unknown()).nullable(),
    request_id: z.string().nullable(),
    source: z.string(),
    explain_id: z.string().nullable(),
    configuration_version: z.int().nullable().meta({
      description:
        "Which version of the partner's configuration was in force; null for the platform's defaults.",
    }),
    ip: z.string().nullable().meta({ description: 'Only for acts of the own side.' }),
    reason: z.string().nullable().meta({ description: 'Only for acts of the own side.' }),
  })
  .meta({ id: 'ActivityItem' })

export type Item = z.output<typeof ActivityItem>

export const ActivityPage = z
  .strictObject({
    ...cursorPageOf(ActivityItem),
    limit: z.int(),
    window: z
      .strictObject({ from: z.string(), to: z.string(), is_default: z.boolean() })
      .meta({ description: 'The time that was looked at, the end excluded; older events need `from`.' }),
  })
  .meta({ id: 'ActivityPage' })

function isIdKind(type: string): type is IdKind {
  return Object.hasOwn(ID_PREFIXES, type)
}

/** What the log calls otherwise than its ids do. */
const KIND_OF_TYPE: Readonly<Record<string, IdKind>> = { 'support access': 'assisted' }

/** A public id of whatever kind it is; null where there is none. */
export function toPublicId(kind: string, uuid: string | null): string | null {
  return uuid === null || !isIdKind(kind) ? null : publicIdOf(kind, uuid)
}

/** What the sentence of an event is made of. */
export function toTold(row: EventRow, counted: { rows: number | null; repeats: number }): Told {
  return {
    action: row.action,
    outcome: row.outcome,
    code: row.code,
    actorType: row.actor_type,
    personName: row.actor_name,
    partnerName: row.partner_name,
    tenantName: row.tenant_name,
    permission: row.permission,
    resourceType: row.resource_type,
    label: row.resource_label,
    side: sideOf(row),
    ...counted,
  }
}

function toResource(row: EventRow): Item['resource'] {
  const { resource_type: type, resource_id: id, resource_label: label } = row
  return type === null ? null : { type, id: toPublicId(KIND_OF_TYPE[type] ?? type, id), label }
}

/** One event as its reader may see it. */
export function toItem(row: EventRow, details: OwnDetails | undefined, viewer: Viewer): Item {
  const repeats = row.repeats + (details?.countedRepeats ?? 0)
  const rows = row.row_count === null ? null : row.row_count + (details?.countedRows ?? 0)
  return {
    event_id: publicIdOf('audit_event', row.id),
    occurred_at: row.occurred_at.toISOString(),
    sentence: toSentence(toTold(row, { rows, repeats }), viewer),
    action: row.action,
    outcome: row.outcome,
    code: row.code,
    person_id: row.actor_type === 'person' ? toPublicId('person', row.actor_id) : null,
    person_name: row.actor_name,
    partner_id: toPublicId('partner', row.partner_id),
    partner_name: row.partner_name,
    tenant_id: toPublicId('tenant', row.tenant_id),
    tenant_name: row.tenant_name,
    role: row.role,
    permission: row.permission,
    resource: toResource(row),
    row_count: rows,
    repeats,
    changes: row.changes,
    request_id: row.request_id,
    source: row.source,
    explain_id: toPublicId('explain', row.explain_id),
    configuration_version: row.config_version,
    ip: details?.ip ?? null,
    reason: details?.reason ?? null,
  }
}

/** Who can read the log; each plane opens its own part of it. */
export type ReadingMandate = Mandate<'program' | 'acting' | 'tenant' | 'platform'>

const VIEWERS = { program: 'partner', acting: 'partner', tenant: 'tenant', platform: 'platform' } as const

/** The organisation whose scope rows drive the feed; row policies narrow what an acting partner sees of the tenant's. */
function scopeOf(
  mandate: Exclude<ReadingMandate, Mandate<'platform'>>,
): { kind: 'partner'; id: PartnerId } | { kind: 'tenant'; id: TenantId } {
  return mandate.kind === 'program'
    ? { kind: 'partner', id: mandate.partner.id }
    : { kind: 'tenant', id: mandate.tenant.id }
}

function readRows(mandate: ReadingMandate, question: FeedQuestion): Promise<EventRow[]> {
  if (mandate.kind === 'platform') return readWholeFeed(mandate, question)
  return readScopedFeed(mandate, scopeOf(mandate), question)
}

/** The time that the filters ask for. Throws VALIDATION_ERROR for one that ends before it begins. */
export function checkedWindow(asked: ActivityFilters, now: Date): Window {
  const window = windowOf(asked, now)
  if (window.from < window.to) return window
  throw new ProblemError(422, 'VALIDATION_ERROR', '`from` must lie before `to`.', {
    errors: [{ pointer: '/query/from', code: 'EMPTY_WINDOW', detail: 'must lie before `to`' }],
  })
}

/** The newest events that the filters let through, with what the reader's own side may see of each. */
export async function readActivity(
  mandate: ReadingMandate,
  asked: ActivityFilters,
  slice: { after: Position | null; limit: number },
): Promise<{ items: Item[]; window: Window; next: Position | null }> {
  const window = checkedWindow(asked, mandate.origin.now)
  const found = await readRows(mandate, { filters: asked, window, ...slice })
  const ids = found.slice(0, slice.limit).map((row) => row.id)
  const details = await readOwnDetails(mandate, ids)
  return { ...toSlice(found, details, { viewer: VIEWERS[mandate.kind], limit: slice.limit }), window }
}

function toSlice(
  found: readonly EventRow[],
  details: ReadonlyMap<string, OwnDetails>,
  { viewer, limit }: { readonly viewer: Viewer; readonly limit: number },
): { items: Item[]; next: Position | null } {
  const rows = found.slice(0, limit)
  const last = found.length > limit ? rows.at(-1) : undefined
  return {
    items: rows.map((row) => toItem(row, details.get(row.id), viewer)),
    next: last ? { at: last.at, id: last.id } : null,
  }
}

/** What the partner's own people did in one of the tenants that are read across, newest first. */
export async function readActsIn(
  mandate: Mandate<'portfolio'>,
  tenantId: TenantId,
  asked: { readonly filters: ActivityFilters; readonly after: Position | null; readonly limit: number },
): Promise<{ items: Item[]; next: Position | null }> {
  const { filters: wanted, after, limit } = asked
  const window = checkedWindow(wanted, mandate.origin.now)
  const question = { filters: wanted, window, after, limit }
  const found = await readScopedFeed(mandate, { kind: 'tenant', id: tenantId }, question)
  const ids = found.slice(0, limit).map((row) => row.id)
  return toSlice(found, await readOwnDetails(mandate, ids, tenantId), { viewer: 'partner', limit })
}

function boundOf(mandate: ReadingMandate, asked: ActivityFilters): unknown {
  const side = mandate.kind === 'platform' ? null : scopeOf(mandate).id
  return ['audit', mandate.kind, mandate.actor.id, side, asked]
}

/** One page of the feed behind a cursor. */
export async function readActivityPage(
  mandate: ReadingMandate,
  query: ActivityFilters & { cursor?: string | undefined; limit: number },
  cursors: CursorSigner,
): Promise<z.output<typeof ActivityPage>> {
  const { cursor, limit, ...asked } = query
  const bound = boundOf(mandate, asked)
  const [at, id] = cursor === undefined ? [] : cursors.read(cursor, bound)
  const after = at === undefined || id === undefined ? null : { at: String(at), id: String(id) }
  const { items, window, next } = await readActivity(mandate, asked, { after, limit })
  return {
    items,
    ...toNext(next ? cursors.sign([next.at, next.id], bound) : null),
    limit,
    window: { from: window.from.toISOString(), to: window.to.toISOString(), is_default: window.isDefault },
  }
}

import { z } from 'zod'
import { refuseItems } from '#platform/item-faults.ts'
import type { ItemFault } from '#platform/item-faults.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { recordIngest, resolveItems, writeResolved } from './apply.ts'
import type { Resolved, Written } from './apply.ts'
import type { Placed } from './item-checks.ts'
import { keyRoutes, sourceName } from './routes-keys.ts'
import { ITEM_SCHEMAS, KINDS, parseItem } from './schemas.ts'
import type { Kind } from './schemas.ts'
import { prepareLookUps, returnToMark, setMark } from './store.ts'
import './problems.ts'

const MAXIMUM_ITEMS = 1000
const BODY_LIMIT_BYTES = 2 * 1024 * 1024

const Fault = z.strictObject({ index: z.int(), pointer: z.string(), code: z.string(), detail: z.string() })

const Outcome = z.strictObject({
  received: z.int(),
  created: z.int(),
  updated: z.int(),
  unchanged: z.int(),
  dry_run: z.boolean(),
  errors: z.array(Fault).readonly().meta({
    description:
      'What is wrong, item by item; filled by a dry run only, since otherwise nothing is taken and the answer is 422.',
  }),
})

const SUMMARIES: Readonly<Record<Kind, string>> = {
  tenants: 'Hand in tenants',
  billing_accounts: 'Hand in billing accounts',
  subscribers: 'Hand in subscribers',
  invoices: 'Hand in invoices',
  payments: 'Hand in payments',
  tickets: 'Hand in tickets',
  outages: 'Hand in outages',
  monitoring: 'Hand in when services were watched',
  usage: 'Hand in daily usage',
}

/** Any item, described by its schema: it is checked by the handler, which tells all faults of all items at once. */
function itemsOf(kind: Kind) {
  const { $schema: _dialect, ...shape } = z.toJSONSchema(ITEM_SCHEMAS[kind], {
    io: 'input',
    reused: 'inline',
    unrepresentable: 'any',
  })
  return z.array(z.unknown().meta(shape)).min(1).max(MAXIMUM_ITEMS)
}

interface Checked<K extends Kind> {
  readonly resolved: Resolved
  readonly items: readonly Placed<K>[]
  readonly faults: readonly ItemFault[]
}

async function check<K extends Kind>(
  mandate: Mandate<'ingest'>,
  kind: K,
  raw: readonly unknown[],
): Promise<Checked<K>> {
  const parsed = raw.map((value, index) => ({ index, ...parseItem(kind, value, index) }))
  const items = parsed.flatMap(({ index, item }): Placed<K>[] => (item === null ? [] : [{ index, item }]))
  await prepareLookUps(mandate)
  const resolved = await resolveItems(mandate, { kind, items })
  const faults = [...parsed.flatMap((part) => part.faults), ...resolved.faults].toSorted(
    (left, right) => left.index - right.index,
  )
  return { resolved, items, faults }
}

const NOTHING: Written = { created: 0, updated: 0, unchanged: 0, byTenant: new Map() }

async function tryOut(mandate: Mandate<'ingest'>, kind: Kind, raw: readonly unknown[]) {
  await setMark(mandate)
  const { resolved, faults } = await check(mandate, kind, raw)
  const written = faults.length === 0 ? await writeResolved(mandate, kind, resolved) : NOTHING
  await returnToMark(mandate)
  return { written, faults }
}

async function take(mandate: Mandate<'ingest'>, kind: Kind, raw: readonly unknown[]) {
  const { resolved, faults } = await check(mandate, kind, raw)
  if (faults.length > 0) refuseItems(faults)
  const written = await writeResolved(mandate, kind, resolved)
  recordIngest(mandate, { kind, received: raw.length, written, tenants: resolved.tenants })
  return { written, faults }
}

function makeRoute(kind: Kind): Route {
  return route({
    method: 'POST',
    path: `/api/v1/ingest/${kind}`,
    summary: SUMMARIES[kind],
    input: {
      body: z.strictObject({
        source: sourceName(),
        dry_run: z.boolean().default(false),
        items: itemsOf(kind),
      }),
    },
    access: { ingest: 'The provider hands its own records in.' },
    limit: 'ingest',
    bodyLimitBytes: BODY_LIMIT_BYTES,
    responses: { 200: Outcome },
    problems: ['INGEST_SOURCE_MISMATCH'],
    async handle({ mandate, body }) {
      if (body.source !== mandate.source)
        throw new ProblemError(
          403,
          'INGEST_SOURCE_MISMATCH',
          `This key belongs to the source ${mandate.source}.`,
        )
      const { written, faults } = body.dry_run
        ? await tryOut(mandate, kind, body.items)
        : await take(mandate, kind, body.items)
      if (body.dry_run)
        recordIngest(mandate, { kind, received: body.items.length, written: NOTHING, tenants: new Map() })
      const { created, updated, unchanged } = written
      return {
        received: body.items.length,
        created,
        updated,
        unchanged,
        dry_run: body.dry_run,
        errors: faults,
      }
    },
  })
}

/** The bulk interface for the provider's own systems, and the keys to it. Source: B17. */
export const ingestRoutes: readonly Route[] = [...KINDS.map(makeRoute), ...keyRoutes]

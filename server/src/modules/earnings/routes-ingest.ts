import { z } from 'zod'
import { refuseItems } from '#platform/item-faults.ts'
import type { ItemFault } from '#platform/item-faults.ts'
import { recordEvent, signal } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { returnToMark, setMark } from './accrual-store.ts'
import { BillingEventItem, parseItems } from './event-schemas.ts'
import { sayWhy } from './skip-view.ts'
import { takeEvents } from './take-events.ts'
import type { Taken } from './take-events.ts'
import './problems.ts'

const MAXIMUM_ITEMS = 1000
const BODY_LIMIT_BYTES = 4 * 1024 * 1024

const Fault = z.strictObject({ index: z.int(), pointer: z.string(), code: z.string(), detail: z.string() })

const Skip = z.strictObject({
  external_id: z.string(),
  component: z.string().nullable().meta({ description: 'Null when the whole event is meant.' }),
  reason: z.string(),
  says: z.string(),
})

const Outcome = z.strictObject({
  received: z.int(),
  created: z.int(),
  unchanged: z.int(),
  earnings: z.strictObject({
    created: z.int().meta({ description: 'Rows that were added to ledgers for payments.' }),
    clawed_back: z.int().meta({ description: 'Rows that were added for what went back.' }),
    skipped: z.int().meta({
      description:
        'Components of events of referred tenants that came to nothing; each is kept with its reason.',
    }),
    skips: z.array(Skip).meta({
      description:
        'Each of them by the id of its event. With `ORIGINAL_UNKNOWN` what was earned on the payment stays, until that payment is reported.',
    }),
    differing: z
      .int()
      .meta({ description: 'Rows that would be calculated otherwise now. They stay; somebody is told.' }),
  }),
  dry_run: z.boolean(),
  errors: z.array(Fault).readonly().meta({
    description:
      'What is wrong, item by item; filled by a dry run only, since otherwise nothing is taken and the answer is 422.',
  }),
})

/** Any item, described by its schema: the handler checks it and tells all faults of all items at once. */
function itemsSchema() {
  const { $schema: _dialect, ...shape } = z.toJSONSchema(BillingEventItem, {
    io: 'input',
    reused: 'inline',
    unrepresentable: 'any',
  })
  return z.array(z.unknown().meta(shape)).min(1).max(MAXIMUM_ITEMS)
}

function tellDiffering(mandate: Mandate<'ingest'>, taken: Taken): void {
  for (const { earningId, partnerId, currency, keptMinor, calculatedMinor } of taken.differing) {
    signal(mandate, 'earning_differs')
    recordEvent(mandate, {
      action: 'program.earning.differs',
      outcome: 'error',
      partnerId,
      resource: { type: 'earning', id: earningId },
      changes: { currency, kept_minor: keptMinor, calculated_minor: calculatedMinor },
    })
  }
}

function summarise(taken: Taken) {
  const { earnings, skips } = taken.accrued
  const created = earnings.filter(({ kind }) => kind === 'commission').length
  return {
    created,
    clawed_back: earnings.length - created,
    skipped: skips.length,
    differing: taken.differing.length,
  }
}

function tellSkips({ accrued, externalIds }: Taken): z.input<typeof Skip>[] {
  return accrued.skips.map(({ billing_event_id: id, component, reason }) => ({
    external_id: externalIds.get(id) ?? '',
    component: component === '' ? null : component,
    reason,
    says: sayWhy(reason),
  }))
}

async function take(
  mandate: Mandate<'ingest'>,
  raw: readonly unknown[],
  isDryRun: boolean,
): Promise<{ taken: Taken; faults: readonly ItemFault[] }> {
  const { items, faults: own } = parseItems(raw, mandate.origin.now)
  if (isDryRun) await setMark(mandate)
  const taken = await takeEvents(mandate, items)
  if (isDryRun) await returnToMark(mandate)
  const faults = [...own, ...taken.faults].toSorted((left, right) => left.index - right.index)
  if (faults.length > 0 && !isDryRun) refuseItems(faults)
  return { taken, faults }
}

const handIn = route({
  method: 'POST',
  path: '/api/v1/ingest/billing-events',
  summary:
    'Hand in payments and what was taken back of them; partners earn on those of the tenants that they referred',
  input: {
    body: z.strictObject({
      source: z.string().max(63),
      dry_run: z.boolean().default(false),
      items: itemsSchema(),
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
    const { taken, faults } = await take(mandate, body.items, body.dry_run)
    const { created, unchanged } = taken
    const earnings = summarise(taken)
    const received = body.items.length
    const isKept = !body.dry_run
    if (isKept) tellDiffering(mandate, taken)
    recordEvent(mandate, {
      action: 'ingest.billing_events.import',
      rowCount: received,
      changes: { source: mandate.source, created: isKept ? created : 0, unchanged, ...(isKept && earnings) },
    })
    const told = { ...earnings, skips: tellSkips(taken) }
    return { received, created, unchanged, earnings: told, dry_run: body.dry_run, errors: faults }
  },
})

/** How the provider's billing system reports payments (D11). */
export const eventRoutes: readonly Route[] = [handIn]

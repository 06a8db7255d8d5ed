import { z } from 'zod'
import { noteRead, runStatements } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { checkedWindow, moment } from './activity.ts'
import type { ActivityFilters } from './rules.ts'

/** How many events are counted one by one; of a time with more, the newest. */
const MOST_COUNTED = 10_000

const Completeness = z
  .strictObject({
    window: z
      .strictObject({ from: z.string(), to: z.string(), is_default: z.boolean() })
      .meta({ description: 'The time that was looked at, the end excluded.' }),
    events: z.int().meta({ description: 'The events of this time, counted up to 10,000.' }),
    has_more: z.boolean().meta({ description: 'Whether there are more than were counted.' }),
    missing: z.int().meta({ description: 'Events that the log should hold and does not.' }),
    waiting: z.int().meta({ description: 'Events that wait for their seal; usually for seconds.' }),
    sealed_at: z.string().nullable().meta({ description: 'When the newest seal of the log was signed.' }),
    verification: z
      .strictObject({ verified_at: z.string(), faults: z.int() })
      .nullable()
      .meta({ description: 'When the provider last verified the whole log; null when it never did.' }),
  })
  .meta({ id: 'AuditCompleteness' })

type ReadingOwn = Mandate<'program' | 'tenant'>

const isoOf = (value: unknown): string | null => (value instanceof Date ? value.toISOString() : null)

async function answerCompleteness(
  mandate: ReadingOwn,
  asked: Pick<ActivityFilters, 'from' | 'to'>,
): Promise<z.output<typeof Completeness>> {
  const window = checkedWindow(asked, mandate.origin.now)
  const [result] = await runStatements(mandate, [
    {
      text: 'select * from audit.completeness($1, $2, $3)',
      values: [window.from, window.to, MOST_COUNTED + 1],
    },
  ])
  const row = result?.rows[0] ?? {}
  const counted = Number(row['events'] ?? 0)
  const verifiedAt = isoOf(row['verified_at'])
  const events = Math.min(counted, MOST_COUNTED)
  noteRead(mandate, {
    action: mandate.kind === 'program' ? 'partner_org.audit.count' : 'tenant.partner_access.audit.count',
    rowCount: events,
  })
  return {
    window: { from: window.from.toISOString(), to: window.to.toISOString(), is_default: window.isDefault },
    events,
    has_more: counted > MOST_COUNTED,
    missing: Number(row['missing'] ?? 0),
    waiting: Number(row['waiting'] ?? 0),
    sealed_at: isoOf(row['sealed_at']),
    verification:
      verifiedAt === null ? null : { verified_at: verifiedAt, faults: Number(row['faults'] ?? 0) },
  }
}

const query = z.strictObject({ from: moment().optional(), to: moment().optional() })
const summary =
  'How many events a time of the log holds, whether one is gone, and when the log was sealed and verified'

/** Whether what is read is all there is, for both sides of the log. Source: experience.md section 4, "Auditor". */
export const completenessRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/v1/partner/audit/completeness',
    summary,
    input: { query },
    access: { permission: 'partner_org.audit.read' },
    limit: 'list',
    responses: { 200: Completeness },
    handle: ({ mandate, query: asked }) => answerCompleteness(mandate, asked),
  }),
  route({
    method: 'GET',
    path: '/api/v1/tenant/partner-access/activity/completeness',
    summary,
    input: { query },
    access: { permission: 'tenant.partner_access.audit.read' },
    limit: 'list',
    responses: { 200: Completeness },
    handle: ({ mandate, query: asked }) => answerCompleteness(mandate, asked),
  }),
]

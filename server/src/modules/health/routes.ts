import { z } from 'zod'
import { noteRead } from '#platform/mandate.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { CHECK_STATES, checkAll, CHECKS } from './checks.ts'
import { PURPOSES } from './purposes.ts'
import { countPartners, listFigures, listRefusals, listWork } from './store.ts'
import type { WorkRow } from './store.ts'

const access = { permission: 'platform.operations.read' } as const

const WORK_KINDS = ['queue', 'schedule', 'dead_letters'] as const

const WorkBody = z
  .strictObject({
    name: z.string(),
    kind: z.enum(WORK_KINDS),
    purpose: z.string().meta({ description: 'What it does, in a sentence.' }),
    cron: z
      .string()
      .nullable()
      .meta({ description: 'When it runs: five-field cron in UTC. Null for queues.' }),
    waiting: z.int(),
    running: z.int(),
    failed: z.int().meta({ description: 'Of the last days, as long as the queue keeps them.' }),
    oldest_waiting_at: z.string().nullable(),
    last_done_at: z.string().nullable(),
    last_failed_at: z.string().nullable(),
    last_error: z
      .string()
      .nullable()
      .meta({ description: 'The first 200 letters; never what the work was about.' }),
  })
  .meta({ id: 'BackgroundWork' })

const CheckBody = z
  .strictObject({
    name: z.enum(CHECKS),
    state: z.enum(CHECK_STATES),
    count: z.int().nullable(),
    at: z.string().nullable(),
  })
  .meta({ id: 'HealthCheck' })

const HealthBody = z
  .strictObject({
    checked_at: z.string(),
    checks: z.array(CheckBody),
    refusals: z.array(z.strictObject({ hour: z.string(), refused: z.int() })),
    partners: z.array(z.strictObject({ status: z.string(), count: z.int() })),
  })
  .meta({ id: 'ServiceHealth' })

function kindOf({ name, cron }: WorkRow): (typeof WORK_KINDS)[number] {
  if (name === 'dead') return 'dead_letters'
  return cron === null ? 'queue' : 'schedule'
}

const toWork = (row: WorkRow): z.input<typeof WorkBody> => ({
  name: row.name,
  kind: kindOf(row),
  purpose: PURPOSES[row.name] ?? 'Work of an earlier version, which nobody does any more',
  cron: row.cron,
  waiting: Number(row.waiting),
  running: Number(row.running),
  failed: Number(row.failed),
  oldest_waiting_at: row.oldest_waiting_at?.toISOString() ?? null,
  last_done_at: row.last_done_at?.toISOString() ?? null,
  last_failed_at: row.last_failed_at?.toISOString() ?? null,
  last_error: row.last_error,
})

/** What background work there is, and how the service stands, for the platform's administrators (experience.md section 5). */
export function makeHealthRoutes(services: Services): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/v1/admin/jobs',
      summary: 'Background work: what waits, what runs by the clock, and what failed',
      input: {},
      access,
      limit: 'list',
      responses: { 200: z.strictObject({ items: z.array(WorkBody) }) },
      async handle({ mandate }) {
        const rows = await listWork(mandate)
        noteRead(mandate, { action: 'platform.jobs.read' })
        return { items: rows.map(toWork) }
      },
    }),
    route({
      method: 'GET',
      path: '/api/v1/admin/health',
      summary: 'How each part of the service stands, refusals by the hour, and partners by state',
      input: {},
      access,
      limit: 'list',
      responses: { 200: HealthBody },
      async handle({ mandate }) {
        const { now } = mandate.origin
        const known = {
          work: await listWork(mandate),
          figures: await listFigures(mandate),
          isReady: (await services.standing()).isReady,
        }
        const [refusals, partners] = [await listRefusals(mandate), await countPartners(mandate)]
        noteRead(mandate, { action: 'platform.health.read' })
        return {
          checked_at: now.toISOString(),
          checks: checkAll(known, now).map((check) => ({ ...check, at: check.at?.toISOString() ?? null })),
          refusals: refusals.map(({ hour, refused }) => ({
            hour: hour.toISOString(),
            refused: Number(refused),
          })),
          partners: partners.map(({ status, count }) => ({ status, count: Number(count) })),
        }
      },
    }),
  ]
}

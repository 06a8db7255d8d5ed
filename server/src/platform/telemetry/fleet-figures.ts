import { Gauge } from 'prom-client'
import type { Registry } from 'prom-client'
import { z } from 'zod'
import type { Database } from '../database.ts'

/** What the database tells of the whole installation, with the labels of each. */
const FLEET = {
  links: ['Links by state, role and relationship.', ['status', 'role', 'type']],
  links_expiring: ['Links that end within a window.', ['window']],
  elevations_active: ['Elevations in force.', []],
  freeze_active: ['Freezes in force, by scope.', ['scope']],
  mfa_fresh_ratio: [
    'Share of the sessions of a partner used in the last 15 minutes whose second factor was shown in them.',
    ['partner'],
  ],
  export_jobs: ['Exports by state.', ['state']],
  sla_sweeper_lag_seconds: ['How long the oldest due signal of a ticket clock has been waiting.', []],
  alerts_active: ['Active alerts of partners and of the provider.', ['area', 'severity']],
  alert_evaluation_age_seconds: ['Time since the alerts of an area were brought up to date.', ['area']],
  audit_months_ahead: ['Whole months ahead for which the audit log has tables.', []],
  outbox_age_seconds: ['Age of the oldest message of the outbox.', []],
  signals_waiting: ['Events that wait for receivers of signals.', ['delivery']],
  signals_age_seconds: ['Age of the oldest event that could be pushed to a receiver of signals.', []],
} as const satisfies Record<string, readonly [help: string, labels: readonly string[]]>

const Figure = z.object({
  name: z.enum(Object.keys(FLEET)),
  labels: z.record(z.string(), z.string()),
  value: z.number(),
})

const CACHE_MS = 5000

async function readFigures(database: Database) {
  const { rows } = await database
    .pool('liaison_job')
    .query(
      `select * from access.fleet_figures() union all select 'audit_months_ahead', '{}', audit.months_ahead()`,
    )
  return z.array(Figure).parse(rows)
}

/** The figures, asked for at most once in five seconds however many gauges are collected. */
function makeReader(database: Database): () => Promise<z.output<typeof Figure>[]> {
  let readAtMs = -Infinity
  let reading: ReturnType<typeof readFigures> = Promise.resolve([])
  return () => {
    const nowMs = performance.now()
    if (nowMs - readAtMs > CACHE_MS) {
      readAtMs = nowMs
      reading = readFigures(database)
      reading.catch(() => (readAtMs = -Infinity))
    }
    return reading
  }
}

/** Adds the gauges of the installation. While the database cannot be asked, they have no values and one gauge says so. */
export function registerFleet(
  registry: Registry,
  database: Database,
  partnerLabel: (uuid: string) => string,
): void {
  const read = makeReader(database)
  const registers = [registry]
  const isUp = new Gauge({
    name: 'fleet_figures_up',
    help: 'Whether the figures of the installation could be read.',
    registers,
    async collect() {
      this.set(
        await read().then(
          () => 1,
          () => 0,
        ),
      )
    },
  })
  isUp.set(0)
  for (const [name, [help, labelNames]] of Object.entries(FLEET)) {
    const gauge = new Gauge({
      name,
      help,
      labelNames,
      registers: [],
      async collect() {
        this.reset()
        const figures = await read().catch(() => null)
        if (figures === null) {
          // Without labels a gauge is 0 unless it is said to be unknown.
          if (labelNames.length === 0) this.set(Number.NaN)
          return
        }
        for (const figure of figures) {
          if (figure.name !== name) continue
          const { partner, ...labels } = figure.labels
          this.set(
            partner === undefined ? labels : { ...labels, partner: partnerLabel(partner) },
            figure.value,
          )
        }
      },
    })
    registry.registerMetric(gauge)
  }
}

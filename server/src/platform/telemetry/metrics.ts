import { createServer } from 'node:http'
import type { Server } from 'node:http'
import { encodeId, idFromUuid } from '@liaison/access'
import type { PartnerId } from '@liaison/access'
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { Database } from '../database.ts'
import { LOGINS } from '../database.ts'
import type { Observer } from '#platform/execution/execute.ts'
import { registerFleet } from './fleet-figures.ts'

/** What the server counts. Labels have few values: never a tenant or a person; partners are named up to a bound (B15). */
export interface Metrics {
  readonly registry: Registry
  readonly jobErrors: Counter<'where'>
  /** Told of every decision and refusal. */
  readonly observer: Observer
  /** Told of every answer. */
  answered(answer: { method: string; route: string; status: number; seconds: number }): void
}

const BUCKETS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5]
const SCOPE_BUCKETS = [0, 1, 5, 10, 20, 50, 100, 200, 500, 1000]

/** How many partners the metrics of one process name; all others share one label. */
const NAMED_PARTNERS = 200
const OTHER = 'other'

export interface Gauges {
  readonly database: Database
  readonly countInFlight: () => number
  readonly sealerLag: () => { seconds: number; unsealed: number }
}

function registerGauges(gauges: Gauges, registers: Registry[]): Gauge[] {
  const poolWaiting = new Gauge({
    name: 'database_pool_waiting',
    help: 'Requests that wait for a connection, per login.',
    labelNames: ['login'],
    registers,
    collect() {
      for (const login of LOGINS) this.set({ login }, gauges.database.pool(login).waitingCount)
    },
  })
  const plain = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read())
      },
    })
  return [
    poolWaiting,
    plain('requests_in_flight', 'Requests being worked on.', gauges.countInFlight),
    plain(
      'audit_lag_seconds',
      'Age of the oldest audit event that is not sealed.',
      () => gauges.sealerLag().seconds,
    ),
    plain('audit_unsealed_events', 'Audit events that are not sealed.', () => gauges.sealerLag().unsealed),
  ]
}

/** The label of a partner: its id, for the first partners that this process meets. */
export function makePartnerLabel(limit = NAMED_PARTNERS): (partnerId: PartnerId) => string {
  const named = new Set<string>()
  return (partnerId) => {
    if (!named.has(partnerId) && named.size >= limit) return OTHER
    named.add(partnerId)
    return encodeId('partner', partnerId)
  }
}

function makeCounters(registers: Registry[]) {
  const count = <Label extends string>(name: string, help: string, labelNames: Label[]) =>
    new Counter({ name, help, labelNames, registers })
  return {
    decisions: count('authz_decision_total', 'Decisions of the kernel, by outcome and reason.', [
      'outcome',
      'reason',
    ]),
    limited: count('rate_limited_total', 'Requests refused by a rate limit, by bucket.', ['bucket']),
    forms: count(
      'embed_requests_total',
      'Requests with a form token or a server key, by outcome and reason.',
      ['outcome', 'reason'],
    ),
    violations: count(
      'policy_violations_total',
      'What the content security policies of pages stopped in browsers, by directive.',
      ['directive'],
    ),
    jobErrors: count('job_errors_total', 'Errors of background work.', ['where']),
    switches: count('context_switch_total', 'Switches into a tenant, by outcome.', ['outcome']),
    crossings: count('cross_tenant_requests_total', 'Requests of partners that went into tenants.', [
      'partner',
      'route',
    ]),
    stepUps: count('step_up_total', 'Step-ups that were asked for, done, and failed.', ['outcome']),
    signals: count('earnings_differing_total', 'Earnings that a repetition would calculate otherwise.', []),
    auditFailures: count(
      'audit_write_failures_total',
      'Requests that failed because the commit with their audit events failed.',
      [],
    ),
  }
}

function makeHistograms(registers: Registry[]) {
  return {
    requests: new Histogram({
      name: 'http_request_duration_seconds',
      help: 'Time to answer, per route and status.',
      labelNames: ['method', 'route', 'status'],
      buckets: BUCKETS,
      registers,
    }),
    decisions: new Histogram({
      name: 'authz_duration_seconds',
      help: 'Time to gather the facts of a request and decide it, its database round trips included.',
      buckets: BUCKETS,
      registers,
    }),
    scopes: new Histogram({
      name: 'portfolio_scope_size',
      help: 'Tenants that a portfolio request reached.',
      buckets: SCOPE_BUCKETS,
      registers,
    }),
  }
}

type Counters = ReturnType<typeof makeCounters>

const isDone = (status: number) => status < 400

/** Counts what only the answer tells: switches of context, and step-ups that were tried. */
function countSteps(
  counters: Counters,
  { method, route, status }: { method: string; route: string; status: number },
) {
  if (method !== 'POST') return
  if (route === '/api/v1/partner/context')
    counters.switches.inc({ outcome: isDone(status) ? 'done' : 'refused' })
  if (route === '/step-up') counters.stepUps.inc({ outcome: isDone(status) ? 'done' : 'failed' })
}

function observe(counters: Counters, histograms: ReturnType<typeof makeHistograms>): Observer {
  const partnerLabel = makePartnerLabel()
  return {
    decided(outcome, reason) {
      counters.decisions.inc({ outcome, reason })
      if (reason === 'STEP_UP_REQUIRED') counters.stepUps.inc({ outcome: 'required' })
    },
    limited: (bucket) => counters.limited.inc({ bucket }),
    opened: (seconds) => histograms.decisions.observe(seconds),
    crossed(partnerId, route, scope) {
      counters.crossings.inc({ partner: partnerLabel(partnerId), route })
      if (scope !== null) histograms.scopes.observe(scope)
    },
    auditFailed: () => counters.auditFailures.inc(),
    signalled: () => counters.signals.inc(),
    formAnswered: (outcome, reason) => counters.forms.inc({ outcome, reason }),
    stopped: (directive) => counters.violations.inc({ directive }),
  }
}

/** The metrics of one process. */
export function makeMetrics(gauges: Gauges): Metrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  registerGauges(gauges, registers)
  const partnerLabel = makePartnerLabel()
  registerFleet(registry, gauges.database, (uuid) => partnerLabel(idFromUuid('partner', uuid)))
  const counters = makeCounters(registers)
  const histograms = makeHistograms(registers)
  return {
    registry,
    jobErrors: counters.jobErrors,
    observer: observe(counters, histograms),
    answered({ method, route, status, seconds }) {
      histograms.requests.observe({ method, route, status: String(status) }, seconds)
      countSteps(counters, { method, route, status })
    },
  }
}

/** Serves the metrics on a port of its own, which is not for the public. */
export function serveMetrics(registry: Registry, port: number, host: string): Promise<Server> {
  const server = createServer((request, response) => {
    if (request.url !== '/metrics') {
      response.writeHead(404).end()
      return
    }
    registry.metrics().then(
      (text) => response.writeHead(200, { 'Content-Type': registry.contentType }).end(text),
      () => response.writeHead(500).end(),
    )
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => resolve(server))
  })
}

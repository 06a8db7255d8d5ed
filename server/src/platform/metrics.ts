import { createServer } from 'node:http'
import type { Server } from 'node:http'
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { Database } from './database.ts'
import { LOGINS } from './database.ts'

/** What the server counts. Labels have few values: never a tenant, a partner or a person (B15). */
export interface Metrics {
  readonly registry: Registry
  readonly requests: Histogram<'method' | 'route' | 'status'>
  readonly decisions: Counter<'outcome' | 'reason'>
  readonly limited: Counter<'bucket'>
  readonly jobErrors: Counter<'where'>
}

const BUCKETS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5]

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

/** The metrics of one process. */
export function makeMetrics(gauges: Gauges): Metrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  registerGauges(gauges, registers)
  return {
    registry,
    requests: new Histogram({
      name: 'http_request_duration_seconds',
      help: 'Time to answer, per route and status.',
      labelNames: ['method', 'route', 'status'],
      buckets: BUCKETS,
      registers,
    }),
    decisions: new Counter({
      name: 'authz_decision_total',
      help: 'Decisions of the kernel, by outcome and reason.',
      labelNames: ['outcome', 'reason'],
      registers,
    }),
    limited: new Counter({
      name: 'rate_limited_total',
      help: 'Requests refused by a rate limit, by bucket.',
      labelNames: ['bucket'],
      registers,
    }),
    jobErrors: new Counter({
      name: 'job_errors_total',
      help: 'Errors of background work.',
      labelNames: ['where'],
      registers,
    }),
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

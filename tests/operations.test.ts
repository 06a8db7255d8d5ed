import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import type { Database } from '../server/src/platform/database.ts'
import { makeMetrics } from '../server/src/platform/telemetry/metrics.ts'

const root = new URL('..', import.meta.url)
const readText = (path: string) => readFile(new URL(path, root), 'utf8')

/** The metrics that a server offers, with the labels of each; nothing is collected, so no database is asked. */
async function offered(): Promise<Map<string, ReadonlySet<string>>> {
  // Only collecting would ask the database.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const database = {} as Database
  const { registry } = makeMetrics({
    database,
    countInFlight: () => 0,
    sealerLag: () => ({ seconds: 0, unsealed: 0 }),
  })
  const found = new Map<string, ReadonlySet<string>>()
  for (const metric of registry.getMetricsAsArray()) {
    const labels =
      'labelNames' in metric && Array.isArray(metric.labelNames) ? metric.labelNames.map(String) : []
    const names = String(metric.type) === 'histogram' ? ['_bucket', '_sum', '_count'] : ['']
    for (const end of names)
      found.set(`${metric.name}${end}`, new Set([...labels, ...(end === '_bucket' ? ['le'] : [])]))
  }
  return found
}

const WORDS = new Set([
  'and',
  'or',
  'unless',
  'by',
  'without',
  'on',
  'offset',
  'sum',
  'max',
  'min',
  'avg',
  'rate',
  'increase',
  'delta',
  'topk',
  'histogram_quantile',
])

/** The metrics that an expression names, each with the labels it asks of them or groups by. */
function namedIn(expression: string): { readonly names: string[]; readonly labels: string[] } {
  const text = expression.replaceAll(/"[^"]*"/g, '""').replaceAll(/\[[^\]]*\]/g, '')
  const groups = [...text.matchAll(/\b(?:by|without|on) \(([^)]*)\)/g)].flatMap(([, inside = '']) =>
    inside.split(','),
  )
  const matchers = [...text.matchAll(/\{([^}]*)\}/g)].flatMap(([, inside = '']) =>
    inside.split(',').map((one) => one.split(/[=!]/)[0] ?? ''),
  )
  const bare = text.replaceAll(/\{[^}]*\}/g, '').replaceAll(/\b(?:by|without|on) \([^)]*\)/g, '')
  const names = [...bare.matchAll(/[a-z_][a-z0-9_:]*/gi)]
    .map(([name]) => name)
    .filter((name) => !WORDS.has(name) && !/^\d/.test(name))
  return {
    names: names.filter((name) => !['d', 'm', 'h'].includes(name)),
    labels: [...groups, ...matchers].map((label) => label.trim()),
  }
}

/** What is wrong with an expression: metrics that do not exist, labels that no metric in it has. */
function faultsOf(expression: string, known: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const { names, labels } = namedIn(expression)
  const unknown = names.filter((name) => !known.has(name))
  const has = new Set(names.flatMap((name) => [...(known.get(name) ?? [])]))
  const opens = expression.split('(').length
  const closes = expression.split(')').length
  return [
    ...(names.length === 0 ? [`${expression}: names no metric`] : []),
    ...(opens === closes ? [] : [`${expression}: brackets`]),
    ...unknown.map((name) => `${expression}: no metric ${name}`),
    ...labels.filter((label) => !has.has(label)).map((label) => `${expression}: no label ${label}`),
  ]
}

const Rules = z.strictObject({
  groups: z.array(
    z.strictObject({
      name: z.string(),
      rules: z.array(
        z.union([
          z.strictObject({ record: z.string(), expr: z.string() }),
          z.strictObject({
            alert: z.string(),
            expr: z.string(),
            for: z
              .string()
              .regex(/^\d+[smhd]$/)
              .optional(),
            labels: z.strictObject({ severity: z.enum(['warning', 'critical']) }),
            annotations: z.strictObject({ summary: z.string() }),
          }),
        ]),
      ),
    }),
  ),
})

async function readRules() {
  const parsed = Rules.parse(parse(await readText('ops/prometheus/alerts.yml')))
  return parsed.groups.flatMap(({ rules }) => rules)
}

test('every alert rule of Prometheus uses metrics and labels that the server has (B15)', async () => {
  const known = await offered()
  const rules = await readRules()
  for (const rule of rules) if ('record' in rule) known.set(rule.record, new Set())
  expect(rules.flatMap(({ expr }) => faultsOf(expr, known))).toEqual([])
})

test('every panel of the Grafana dashboard uses metrics and labels that the server has, and none stands on another (B15)', async () => {
  const Panel = z.object({
    id: z.int(),
    title: z.string(),
    gridPos: z.strictObject({ h: z.int(), w: z.int(), x: z.int(), y: z.int() }),
    targets: z.array(z.object({ expr: z.string(), legendFormat: z.string() })).default([]),
  })
  const board = z
    .object({ title: z.literal('Liaison'), panels: z.array(Panel) })
    .parse(JSON.parse(await readText('ops/grafana/liaison.json')))
  const known = await offered()
  expect(board.panels.flatMap(({ targets }) => targets.flatMap(({ expr }) => faultsOf(expr, known)))).toEqual(
    [],
  )
  expect(new Set(board.panels.map(({ id }) => id)).size).toBe(board.panels.length)
  const cells = board.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, index) => `${x + (index % w)} ${y + Math.floor(index / w)}`),
  )
  expect(new Set(cells).size).toBe(cells.length)
  expect(board.panels.every(({ gridPos: { x, w } }) => x + w <= 24)).toBe(true)
})

test('each metric that the specification names is offered, and is on the dashboard or in a rule (B15)', async () => {
  const wanted = [
    'authz_decision_total',
    'authz_duration_seconds_bucket',
    'context_switch_total',
    'cross_tenant_requests_total',
    'links',
    'links_expiring',
    'elevations_active',
    'freeze_active',
    'step_up_total',
    'mfa_fresh_ratio',
    'rate_limited_total',
    'audit_write_failures_total',
    'audit_lag_seconds',
    'export_jobs',
    'sla_sweeper_lag_seconds',
    'portfolio_scope_size_bucket',
  ]
  const known = await offered()
  const used = (await readText('ops/grafana/liaison.json')) + (await readText('ops/prometheus/alerts.yml'))
  expect(wanted.filter((name) => !known.has(name) || !new RegExp(`\\b${name}\\b`).test(used))).toEqual([])
})

test('every alert rule is explained to the operator (B15)', async () => {
  const page = await readText('docs/operations.md')
  const names = (await readRules()).flatMap((rule) => ('alert' in rule ? [rule.alert] : []))
  expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([])
})

test('the reader of expressions notices what does not exist', async () => {
  const known = await offered()
  expect(faultsOf('sum by (tenant) (rate(authz_decisions_total{colour="red"}[5m]))', known)).toEqual([
    'sum by (tenant) (rate(authz_decisions_total{colour="red"}[5m])): no metric authz_decisions_total',
    'sum by (tenant) (rate(authz_decisions_total{colour="red"}[5m])): no label tenant',
    'sum by (tenant) (rate(authz_decisions_total{colour="red"}[5m])): no label colour',
  ])
})

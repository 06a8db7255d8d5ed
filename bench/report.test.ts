import { expect, test } from 'vitest'
import type { Benchmark, BenchmarkResult } from './benchmark.ts'
import { describeRun, renderDocument } from './report.ts'

const benchmarkNamed = (name: string): Benchmark => ({
  name,
  title: `Title of ${name}`,
  run: () => Promise.reject(new Error('not run here')),
})
const [first, second] = [benchmarkNamed('first'), benchmarkNamed('second')]
const result: BenchmarkResult = {
  method: 'How it was measured.',
  table: { columns: ['Server', 'Ratio'], rows: [['ours', '0.90']] },
  claims: [{ requirement: 'P1', what: 'ratio', measured: '0.90', target: '≥ 0.85', isMet: true }],
  baselineSpread: 0.1,
}
const runOf = (benchmark: Benchmark, changes: Partial<BenchmarkResult> = {}) => ({
  benchmark,
  result: { ...result, ...changes },
  date: '2026-11-21',
  commit: 'abc1234',
  machine: '2 cores',
})

test('a run of one benchmark leaves the section of the other as it was', () => {
  const both = renderDocument('', [first, second], [runOf(first), runOf(second)])
  const again = renderDocument(both, [first, second], [runOf(second, { method: 'Another way.' })])
  expect(again).toContain('How it was measured.')
  expect(again).toContain('Another way.')
  expect(again.match(/How it was measured\./g)).toHaveLength(1)
  expect(renderDocument(again, [first, second], [])).toBe(again)
})

test('a target that was missed is shown as missed', () => {
  const missed = result.claims.map((claim) => ({ ...claim, isMet: false }))
  const document = renderDocument('', [first], [runOf(first, { claims: missed })])
  expect(document).toMatch(/\| P1 +\| ratio +\| 0\.90 +\| ≥ 0\.85 +\| \*\*no\*\* +\|/)
})

test('the page begins with what it holds, and with every target that was missed', () => {
  const missed = result.claims.map((claim) => ({ ...claim, isMet: false }))
  const document = renderDocument('', [first, second], [runOf(first, { claims: missed }), runOf(second)])
  const summary = document.slice(document.indexOf('## In short'), document.indexOf('<!-- bench first -->'))
  expect(summary).toContain('1 of 2 targets are met.')
  expect(summary).toMatch(/\| \[Title of first\]\(#title-of-first\) +\| 2026-11-21 +\| 0 of 1 +\|/)
  expect(summary.match(/\| P1 +\| ratio +\| 0\.90 +\| ≥ 0\.85 +\|/g)).toHaveLength(1)
  expect(renderDocument('', [first], [runOf(first)])).not.toContain('Missed:')
})

test('a baseline that was not steady is reported, in the document and on the terminal', () => {
  const noisy = runOf(first, { baselineSpread: 0.26 })
  expect(renderDocument('', [first], [noisy])).toContain('machine noisy')
  expect(describeRun(noisy)).toContain('machine noisy')
  expect(describeRun(runOf(first))).not.toContain('machine noisy')
})

import type { NewLine, Sums } from './statement-store.ts'
import type { StatementTotal } from './tables.ts'

function sumOf(lines: readonly NewLine[], what: NewLine['what']): number {
  return lines.reduce((sum, line) => (line.what === what ? sum + line.amount_minor : sum), 0)
}

function totalsOf(lines: readonly NewLine[]): StatementTotal[] {
  const groups = new Map<string, StatementTotal>()
  for (const { kind, state, amount_minor: amount } of lines) {
    const key = `${kind} ${state}`
    const known = groups.get(key) ?? { kind, state, amount_minor: 0, count: 0 }
    groups.set(key, { ...known, amount_minor: known.amount_minor + amount, count: known.count + 1 })
  }
  return [...groups.values()].toSorted((left, right) =>
    `${left.kind} ${left.state}` < `${right.kind} ${right.state}` ? -1 : 1,
  )
}

// Never -0, which would be told as such.
const negated = (value: number): number => (value === 0 ? 0 : -value)

/** The sums of a statement: what was there, what came, what was taken back or paid, and what is left. Exact; minor units. */
export function sumUp(opening: number, lines: readonly NewLine[]): Sums {
  const earned = sumOf(lines, 'earned')
  const voided = negated(sumOf(lines, 'voided'))
  const paid = negated(sumOf(lines, 'paid'))
  return { opening, earned, voided, paid, closing: opening + earned - voided - paid, totals: totalsOf(lines) }
}

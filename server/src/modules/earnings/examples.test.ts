import { readFile } from 'node:fs/promises'
import { beforeAll, describe, expect, test } from 'vitest'
import type { TermComponent } from '#modules/agreements/index.ts'
import { calculateClawback } from './rules-clawback.ts'
import type { Earned } from './rules-clawback.ts'
import { calculateCommission } from './rules-commission.ts'
import type { CapState } from './rules-commission.ts'

let rows: string[][] = []
beforeAll(async () => {
  const text = await readFile(new URL('../../../../docs/earnings.md', import.meta.url), 'utf8')
  rows = text
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) =>
      line
        .slice(2, -2)
        .split(' | ')
        .map((cell) => cell.trim()),
    )
})

const minor = (text: string): number => Math.round(Number(text.replaceAll(',', '')) * 100)
const common = { id: 'c', trigger: 'invoice', products: null, max_months: null } as const
const share = (rateBp: number): TermComponent => ({ ...common, model: 'percent', rate_bp: rateBp })

interface Example {
  readonly component: TermComponent
  readonly net: string
  readonly before?: string
  readonly caps?: readonly CapState[]
}

const EXAMPLES: readonly Example[] = [
  { component: share(1000), net: '12.55' },
  { component: share(1250), net: '0.99' },
  { component: { ...common, model: 'flat', amounts: { USD: 2500 } }, net: '499.00' },
  {
    component: {
      ...common,
      model: 'graduated',
      window: 'calendar_month',
      brackets: [
        { up_to_minor: 500_000, rate_bp: 500 },
        { up_to_minor: null, rate_bp: 775 },
      ],
    },
    net: '1,000.00',
    before: '4,500.00',
  },
  {
    component: share(1000),
    net: '100.00',
    caps: [{ kind: 'per_month', limit_minor: 5000, used_minor: 4510 }],
  },
]

describe('the worked examples of docs/earnings.md come out as they are written (D6)', () => {
  test('what is earned', () => {
    const written = rows.filter(
      (cells) => cells.length === 5 && cells[0] !== 'What' && !cells[0]?.startsWith('---'),
    )
    expect(written).toHaveLength(EXAMPLES.length)
    for (const [index, { component, net, before = '0', caps = [] }] of EXAMPLES.entries()) {
      const cells = written[index] ?? []
      expect(cells[2]?.startsWith(net), cells.join(' | ')).toBe(true)
      const payment = { currency: 'USD', net_minor: minor(net), lines: [] }
      const calc = calculateCommission(component, payment, { volume_before_minor: minor(before), caps })
      expect(calc?.amount_minor, cells.join(' | ')).toBe(minor(cells[4] ?? ''))
    }
  })

  test('what is taken back', () => {
    const written = rows.filter(
      (cells) => cells.length === 4 && cells[0] !== 'Earned' && !cells[0]?.startsWith('---'),
    )
    expect(written).toHaveLength(2)
    for (const [earned = '', on = '', refunds = '', taken = ''] of written) {
      const base = minor(on)
      const whole: Earned = {
        model: 'percent',
        amount_minor: minor(earned),
        base_minor: base,
        net_minor: base,
        products: null,
      }
      const returns = refunds
        .split(', ')
        .map((net) => ({ kind: 'refund' as const, net_minor: minor(net), lines: [] }))
      let already = 0
      const parts = returns.map((_, index) => {
        const calc = calculateClawback(whole, returns.slice(0, index + 1), {
          flat: 'full_only',
          already_minor: already,
        })
        already -= calc.amount_minor
        return 0 - calc.amount_minor
      })
      expect(parts).toEqual(taken.split(', ').map(minor))
    }
  })
})

import type { z } from 'zod'
import type { comparisonFields, Measure } from './schemas-money.ts'

type Comparison = z.input<z.ZodObject<typeof comparisonFields>>
export type Compared = Comparison['tenants'][number]
export type Worst = Comparison['worst'][number]

/** How bad a tenant is in one measure, the higher the worse, and why in words; null when it is fine or nothing is known. */
type Judge = (tenant: Compared) => { readonly badness: number; readonly reason: string } | null

const number = (value: number, digits = 1) => value.toLocaleString('en', { maximumFractionDigits: digits })
const many = (count: number, one: string, more: string) => `${number(count, 0)} ${count === 1 ? one : more}`

/** Minutes as every page tells them: “45 min”, “5 h 45 min”. */
function lengthOf(minutes: number): string {
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60]
  if (hours === 0) return `${minutes} min`
  return rest === 0 ? `${number(hours, 0)} h` : `${number(hours, 0)} h ${rest} min`
}

const judges: Readonly<Record<Measure, Judge>> = {
  revenue: ({ revenue }) => {
    const falls = (revenue ?? []).flatMap(({ currency, trend_percent: trend }) =>
      trend !== null && trend < 0 ? [{ currency, fall: -trend }] : [],
    )
    const [worst] = falls.toSorted((left, right) => right.fall - left.fall)
    if (!worst) return null
    return {
      badness: worst.fall,
      reason: `Invoiced ${number(worst.fall)} % less in ${worst.currency} than in the month before.`,
    }
  },
  uptime: ({ sla }) => {
    if (!sla || sla.uptime_percentage === null || sla.meets_sla !== false) return null
    return {
      badness: sla.sla_target - sla.uptime_percentage,
      reason: `Up ${number(sla.uptime_percentage, 3)} % of the time, ${number(sla.sla_target, 3)} % was promised: down for ${lengthOf(Math.round(sla.downtime_minutes ?? 0))}.`,
    }
  },
  promises: ({ sla }) => {
    if (!sla || sla.compliance_percentage === null || sla.promises_missed === 0) return null
    const settled = sla.promises_met + sla.promises_missed
    return {
      badness: 100 - sla.compliance_percentage,
      reason: `${number(sla.promises_missed, 0)} of ${many(settled, 'promise', 'promises')} for tickets missed.`,
    }
  },
  usage: ({ usage }) => {
    if (!usage || usage.trend_percent === null || usage.trend_percent >= 0) return null
    return {
      badness: -usage.trend_percent,
      reason: `Used ${number(-usage.trend_percent)} % less data than in the time before.`,
    }
  },
  tickets: ({ tickets }) => {
    if (!tickets || tickets.late === 0) return null
    return {
      badness: tickets.late,
      reason: `${many(tickets.late, 'ticket', 'tickets')} past the promised time, ${number(tickets.open, 0)} open.`,
    }
  },
}

/** The worst performer of each measure, the first by name of equals; measures in which nobody is bad are left out. */
export function findWorst(tenants: readonly Compared[], measures: readonly Measure[]): Worst[] {
  return measures.flatMap((measure) => {
    const judged = tenants.flatMap((tenant) => {
      const verdict = judges[measure](tenant)
      return verdict ? [{ tenant, ...verdict }] : []
    })
    const [worst] = judged.toSorted((left, right) => right.badness - left.badness)
    if (!worst) return []
    const { tenant_id, tenant_name } = worst.tenant
    return [{ measure, tenant_id, tenant_name, reason: worst.reason }]
  })
}

import { parseArgs } from 'node:util'
import { idFromUuid } from '@liaison/access'
import { readBlastRadius } from '#modules/consents/index.ts'
import { recordEvent } from '#platform/mandate.ts'
import { actAsOperator } from '#platform/operator.ts'
import { CommandError, STATUS, UsageError, writeJson } from './command.ts'
import type { Command, Surroundings } from './command.ts'
import { findPartner } from './targets.ts'

const DAY_MS = 86_400_000
const DEFAULT_DAYS = 30

type Report = Awaited<ReturnType<typeof readBlastRadius>>

const DAY = /^\d{4}-\d{2}-\d{2}$/
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})$/

/** Whether a day of the calendar is meant: JavaScript takes 31 April for 1 May. */
const isDay = (text: string): boolean => {
  const day = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text)
}

/** An instant, or a day in UTC: from its beginning on, or to its end. Whatever could be read in two ways is refused. */
function readInstant(side: 'from' | 'to', text: string | undefined, fallback: Date): Date {
  if (text === undefined) return fallback
  const instant = new Date(text)
  const isWritten = DAY.test(text) || INSTANT.test(text)
  if (!isWritten || Number.isNaN(instant.getTime()) || !isDay(text.slice(0, 10)))
    throw new UsageError(
      `--${side} is a day, for example 2026-11-01, or a time with its zone, for example 2026-11-01T14:30Z.`,
    )
  return side === 'to' && DAY.test(text) ? new Date(instant.getTime() + DAY_MS) : instant
}

function tell({ partner_id: id, from, to, tenants }: Report): string {
  const lines = [`${id} from ${from} to ${to}: ${tenants.length} tenants could be reached.`]
  for (const tenant of tenants) {
    lines.push('', `${tenant.tenant_name} (${tenant.tenant_id})`)
    for (const given of tenant.delegations)
      lines.push(
        `  could: ${given.kind} ${given.delegation_id}, ${given.status}, ${given.open_from} to ${given.open_until ?? 'no end'}`,
        `         ${given.permissions.join(', ')}`,
      )
    for (const act of tenant.acts)
      lines.push(`  did: ${act.times} x ${act.action} (${act.outcome}), ${act.first_at} to ${act.last_at}`)
    if (tenant.acts.length === 0) lines.push('  did: nothing on record')
  }
  return `${lines.join('\n')}\n`
}

async function report(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { from: { type: 'string' }, to: { type: 'string' }, json: { type: 'boolean' } },
  })
  const [named, ...rest] = positionals
  if (named === undefined || rest.length > 0) throw new UsageError('Name one partner.')
  const to = readInstant('to', values.to, surroundings.now())
  const from = readInstant('from', values.from, new Date(to.getTime() - DEFAULT_DAYS * DAY_MS))
  const { admin } = await surroundings.open()
  const request = { operator: surroundings.operator, command: 'blast-radius' }
  const found = await actAsOperator(admin, request, async (mandate) => {
    const { id, name } = await findPartner(mandate, named)
    const radius = await readBlastRadius(mandate, idFromUuid('partner', id), { from, to })
    recordEvent(mandate, {
      action: 'platform.partners.blast_radius.read',
      partnerId: id,
      partnerName: name,
      resource: { type: 'partner', id, label: name },
      rowCount: radius.tenants.length,
    })
    return radius
  }).catch((error: unknown) => {
    if (error instanceof Error && error.name === 'ProblemError') throw new CommandError(error.message)
    throw error
  })
  if (values.json) writeJson(surroundings, found)
  else surroundings.out(tell(found))
  return STATUS.done
}

/** What a partner could reach and what it did, tenant by tenant: for the hour after a breach. Source: A13. */
export const blastRadius: Command = {
  name: 'blast-radius',
  help: `blast-radius PARTNER [--from TIME] [--to TIME] [--json]
  What the partner could reach between the two times (the last 30 days), by which links, consents and resales, and what
  it did there. An upper bound: suspensions in between are not taken out. TIME is a day in UTC, the whole of it, or a time
  with its zone. That it was asked is an event.`,
  run: report,
}

import { formatInstant } from '@liaison/access'
import { z } from 'zod'
import type { Database } from '#platform/database.ts'
import { recordEvent, runStatements } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { inSystemTransaction } from '#platform/system-transaction.ts'
import { addDays } from './rules.ts'
import { tellSide } from './store.ts'

const WORK = { job: 'link-clock' }

const DAY_MS = 86_400_000
const BATCH = 200

/** The last whole week before an instant: from Monday 00:00 UTC, the end excluded. Source: ISO 8601 weeks. */
export function lastWeek(now: Date): { readonly start: Date; readonly end: Date } {
  const midnight = Math.floor(now.getTime() / DAY_MS) * DAY_MS
  // The first day of the epoch was a Thursday.
  const sinceMonday = (midnight / DAY_MS + 3) % 7
  const end = new Date(midnight - sinceMonday * DAY_MS)
  return { start: addDays(end, -7), end }
}

const Activity = z.object({
  partner_name: z.string(),
  people: z.array(z.string().nullable()),
  reads: z.number(),
  writes: z.number(),
  exports: z.number(),
})

/** What one partner did in a week. */
export type WeekOfPartner = z.output<typeof Activity>

const count = (number: number, one: string, many: string) => `${number} ${number === 1 ? one : many}`

/** The lines of a weekly mail; a week in which nobody did anything says so. */
export function digestLines(week: readonly WeekOfPartner[]): string[] {
  if (week.length === 0) return ['No partner did anything in your account.']
  return week.map(({ partner_name: partner, people, reads, writes, exports }) => {
    const names = people.filter((name) => name !== null).join(', ')
    const parts = [
      count(reads, 'time read', 'times read'),
      count(writes, 'change', 'changes'),
      ...(exports > 0 ? [count(exports, 'download', 'downloads')] : []),
    ]
    return `${partner}: ${parts.join(', ')}${names === '' ? '' : ` (${names})`}`
  })
}

/** The day of an instant in words: "16 Nov 2026". */
const dayOf = (instant: Date): string => formatInstant(instant).replace(/,.*/, '')

const Due = z.object({ tenant_id: z.string(), tenant_name: z.string(), link_id: z.string() })

// The tenants that let somebody in before the week was over, want the mail, and did not get it.
const DUE = `
  select d.tenant_id, (select t.name from tenant t where t.id = d.tenant_id) as tenant_name, min(d.id::text) as link_id
  from delegation d
  left join tenant_partner_policy p on p.tenant_id = d.tenant_id
  where d.kind = 'link' and d.approved_at < $2 and d.status in ('active', 'suspended', 'approved') and coalesce(p.sends_digest, true)
    and not exists (select from link_digest g where g.tenant_id = d.tenant_id and g.week_starts_on = $1::date) and d.tenant_id <> all ($3::uuid[])
  group by d.tenant_id order by d.tenant_id limit ${BATCH}`

async function sendOne(
  mandate: Mandate<'system'>,
  due: z.output<typeof Due>,
  { week, origin }: { readonly week: ReturnType<typeof lastWeek>; readonly origin: string | undefined },
): Promise<void> {
  const day = week.start.toISOString().slice(0, 10)
  const [kept, read] = await runStatements(mandate, [
    {
      text: 'insert into link_digest (tenant_id, week_starts_on) values ($1, $2::date) on conflict do nothing',
      values: [due.tenant_id, day],
    },
    {
      text: 'select * from access.activity_between($1, $2, $3)',
      values: [due.tenant_id, week.start, week.end],
    },
  ])
  if ((kept?.rowCount ?? 0) === 0) return
  const lines = digestLines(z.array(Activity).parse(read?.rows ?? []))
  const span = `${dayOf(week.start)} to ${dayOf(addDays(week.end, -1))}`
  recordEvent(mandate, {
    action: 'link_notices.tell',
    tenantId: due.tenant_id,
    tenantName: due.tenant_name,
    resource: { type: 'partner access', label: `the week from ${dayOf(week.start)}` },
  })
  await tellSide(mandate, due.link_id, {
    side: 'tenant',
    news: 'digest',
    sentence: `${span}. ${lines.join('. ')}`,
    letters: {
      en: {
        subject: `What partners did from ${span}`,
        text: `What partners did in your account from ${span}:\n\n${lines.join('\n')}\n\nEvery single act stands under What they did.${origin === undefined ? '' : `\n\n${origin}/org/${publicIdOf('tenant', due.tenant_id)}/activity`}\n\nYou can turn this mail off in the rules for partner access.`,
      },
    },
  })
}

/**
 * Sends each tenant that lets partners in one mail about the last whole week: what each partner did, or that nothing was
 * done. Once for each week, however often and late it runs. One that fails
 * keeps no other from being sent; it throws at the end. Without an instant the week is that of the database's clock: a machine
 * that is ahead must not tell of a week that is not over. Source: B10, managed-tenants.md section 7 C (digest).
 */
export async function sendDigests(
  database: Database,
  { at, origin }: { readonly at?: Date; readonly origin?: string } = {},
): Promise<number> {
  const now =
    at ?? (await inSystemTransaction(database, WORK, (mandate) => Promise.resolve(mandate.origin.now)))
  const week = lastWeek(now)
  const done: string[] = []
  const failures: Error[] = []
  for (;;) {
    const due = await inSystemTransaction(database, WORK, async (mandate) => {
      const [result] = await runStatements(mandate, [
        { text: DUE, values: [week.start.toISOString().slice(0, 10), week.end, done] },
      ])
      return z.array(Due).parse(result?.rows ?? [])
    })
    if (due.length === 0) break
    for (const one of due) {
      done.push(one.tenant_id)
      try {
        await inSystemTransaction(database, WORK, (mandate) => sendOne(mandate, one, { week, origin }))
      } catch (error) {
        failures.push(error instanceof Error ? error : new Error(String(error)))
      }
    }
  }
  if (failures.length > 0)
    throw new AggregateError(failures, `${failures.length} weekly mails could not be sent.`)
  return done.length
}

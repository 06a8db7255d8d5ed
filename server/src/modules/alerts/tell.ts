import { z } from 'zod'
import type { Database } from '#platform/database.ts'
import { enqueue, runStatements } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { inSystemTransaction } from '#platform/system-transaction.ts'
import { MailLine } from './mail-line.ts'
import type { MailLineValues } from './mail-line.ts'
import { digestMail, singleMail } from './mails.ts'
import { FLOOD_WINDOW_MS, planMails } from './rules.ts'

const Told = z.object({ owner: z.string(), told: z.number(), last_digest_at: z.date().nullable() })
type ToldCount = z.output<typeof Told>

function groupBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>()
  for (const item of items) {
    const key = keyOf(item)
    const group = groups.get(key)
    if (group) group.push(item)
    else groups.set(key, [item])
  }
  return groups
}

async function mark(
  mandate: Mandate<'system'>,
  lines: readonly MailLineValues[],
  outcome: 'sent' | 'digest' | 'nobody',
): Promise<void> {
  const ids = [...new Set(lines.map(({ notice_id }) => notice_id))]
  await runStatements(mandate, [
    {
      text: 'update alert_notice set told_at = clock_timestamp(), outcome = $2 where id = any ($1::uuid[])',
      values: [ids, outcome],
    },
  ])
}

function readersOf(lines: readonly MailLineValues[]): Map<string, MailLineValues[]> {
  return groupBy(
    lines.filter((line) => line.email !== null),
    (line) => line.email ?? '',
  )
}

/** Sends what waits for one reader of alerts as the plan says; each person gets only what that person still reaches. */
async function tellOwner(
  mandate: Mandate<'system'>,
  lines: readonly MailLineValues[],
  known: { readonly told: ToldCount | undefined; readonly origin: string | undefined },
): Promise<number> {
  const [first] = lines
  if (!first) return 0
  const plan = planMails(
    {
      digest: first.digest,
      waiting: new Set(lines.map(({ notice_id }) => notice_id)).size,
      oldestAt: first.created_at,
      told: known.told?.told ?? 0,
      lastDigestAt: known.told?.last_digest_at ?? null,
    },
    mandate.origin.now,
  )
  if (plan === 'wait') return 0
  let sent = 0
  for (const [to, own] of readersOf(lines)) {
    const mails =
      plan === 'digest' ? [digestMail(own, known.origin)] : own.map((line) => singleMail(line, known.origin))
    for (const mail of mails) await enqueue(mandate, 'mail', { to, ...mail })
    sent += mails.length
  }
  await mark(mandate, lines, plan === 'digest' ? 'digest' : 'sent')
  return sent
}

/**
 * Mails what waits about alerts: one by one, or gathered where the reader asked for it or where more than twenty came in
 * ten minutes. Who gets a mail is decided now, by what each person reaches now; nobody reads a name that is withdrawn.
 * Returns the number of mails. Source: B9.
 */
export async function tellAlerts(database: Database, origin: string | undefined): Promise<number> {
  return inSystemTransaction(database, { job: 'alert-mails' }, async (mandate) => {
    const since = new Date(mandate.origin.now.getTime() - FLOOD_WINDOW_MS)
    const [waiting] = await runStatements(mandate, [
      { text: 'select * from access.waiting_alert_mails()', values: [] },
    ])
    const lines = z.array(MailLine).parse(waiting?.rows ?? [])
    const stale = lines.filter((line) => !line.is_current || line.email === null)
    if (stale.length > 0) await mark(mandate, stale, 'nobody')
    const current = lines.filter((line) => line.is_current && line.email !== null)
    if (current.length === 0) return 0
    const [counted] = await runStatements(mandate, [
      { text: 'select * from access.told_alert_mails($1)', values: [since] },
    ])
    const told = z.array(Told).parse(counted?.rows ?? [])
    let sent = 0
    for (const group of groupBy(current, (line) => `${line.owner} ${line.digest}`).values()) {
      const owner = group[0]?.owner
      sent += await tellOwner(mandate, group, { told: told.find((count) => count.owner === owner), origin })
    }
    return sent
  })
}

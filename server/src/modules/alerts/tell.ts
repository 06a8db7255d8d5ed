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

/** How much waits for one owner of alerts, gathered in one way. */
const Waiting = z.object({
  owner: z.string(),
  digest: z.enum(['none', 'hourly', 'daily']),
  waiting: z.int(),
  oldest_at: z.date(),
})
type WaitingCount = z.output<typeof Waiting>

const Reader = z.object({ place: z.string(), email: z.string() })

async function mark(
  mandate: Mandate<'system'>,
  lines: readonly MailLineValues[],
  outcome: 'sent' | 'digest' | 'nobody',
): Promise<void> {
  if (lines.length === 0) return
  await runStatements(mandate, [
    {
      text: 'update alert_notice set told_at = clock_timestamp(), outcome = $2 where id = any ($1::uuid[])',
      values: [lines.map(({ notice_id }) => notice_id), outcome],
    },
  ])
}

/** What waits for one owner, and which places each reader may be told of now. */
async function readWaiting(mandate: Mandate<'system'>, { owner, digest }: WaitingCount) {
  const [lines, readers] = await runStatements(mandate, [
    { text: 'select * from access.alert_mail_lines($1, $2)', values: [owner, digest] },
    { text: 'select * from access.alert_mail_readers($1, $2)', values: [owner, digest] },
  ])
  const places = new Map<string, Set<string>>()
  for (const { place, email } of z.array(Reader).parse(readers?.rows ?? []))
    places.set(email, (places.get(email) ?? new Set()).add(place))
  return { lines: z.array(MailLine).parse(lines?.rows ?? []), places }
}

interface Known {
  readonly told: ToldCount | undefined
  readonly origin: string | undefined
}

function planOf({ digest, waiting, oldest_at: oldestAt }: WaitingCount, { told }: Known, now: Date) {
  return planMails(
    { digest, waiting, oldestAt, told: told?.told ?? 0, lastDigestAt: told?.last_digest_at ?? null },
    now,
  )
}

/** Sends what waits for one owner of alerts as the plan says; each person gets only what that person still reaches. */
async function tellOwner(mandate: Mandate<'system'>, count: WaitingCount, known: Known): Promise<number> {
  const { now } = mandate.origin
  if (planOf(count, known, now) === 'wait') return 0
  const { lines, places } = await readWaiting(mandate, count)
  const read = new Set([...places.values()].flatMap((of) => [...of]))
  const [current, unread] = [
    lines.filter(({ place }) => read.has(place)),
    lines.filter(({ place }) => !read.has(place)),
  ]
  await mark(mandate, unread, 'nobody')
  const [first] = current
  if (!first) return 0
  // What nobody reads makes no flood.
  const plan = planOf({ ...count, waiting: current.length, oldest_at: first.created_at }, known, now)
  if (plan === 'wait') return 0
  let sent = 0
  for (const [to, of] of places) {
    const own = current.filter(({ place }) => of.has(place))
    if (own.length === 0) continue
    const mails =
      plan === 'digest' ? [digestMail(own, known.origin)] : own.map((line) => singleMail(line, known.origin))
    for (const mail of mails) await enqueue(mandate, 'mail', { to, ...mail })
    sent += mails.length
  }
  await mark(mandate, current, plan === 'digest' ? 'digest' : 'sent')
  return sent
}

/**
 * Mails what waits about alerts: one by one, or gathered where the reader asked for it or where more than twenty came in
 * ten minutes. Who gets a mail is decided now, by what each person reaches now; nobody reads a name that is withdrawn, and
 * however much waits for one owner, the others' mails go. Returns the number of mails. Source: B9.
 */
export async function tellAlerts(database: Database, origin: string | undefined): Promise<number> {
  return inSystemTransaction(database, { job: 'alert-mails' }, async (mandate) => {
    const since = new Date(mandate.origin.now.getTime() - FLOOD_WINDOW_MS)
    const [waiting, counted] = await runStatements(mandate, [
      { text: 'select * from access.waiting_alert_owners()', values: [] },
      { text: 'select * from access.told_alert_mails($1)', values: [since] },
    ])
    const told = z.array(Told).parse(counted?.rows ?? [])
    let sent = 0
    for (const count of z.array(Waiting).parse(waiting?.rows ?? []))
      sent += await tellOwner(mandate, count, {
        told: told.find(({ owner }) => owner === count.owner),
        origin,
      })
    return sent
  })
}

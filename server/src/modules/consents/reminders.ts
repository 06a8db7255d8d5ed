import { ClockRound } from '#platform/clock-round.ts'
import type { Database } from '#platform/database.ts'
import { runStatements } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { inSystemTransaction } from '#platform/system-transaction.ts'
import { recordConsentEvent } from './events.ts'
import { tellConsent } from './mails.ts'
import type { Letterhead } from './mails.ts'
import { findConsent } from './store.ts'

const WORK = { job: 'consent-reminders' }
const BATCH = 200

/** Of what an organisation is reminded: that an application still has access, or that it does not use it. */
type Reminder = 'still' | 'unused'

// Access that ends within a month is told of by its end. Who was reminded that it lies idle is not reminded again before
// it was used, and of two reminders the one that asks for something is sent.
const DUE = `
  select distinct on (due.id) due.id, due.kind
  from (
    select d.id, 'unused' as kind, 1 as rank from delegation d
    where d.kind = 'consent' and d.status = 'active' and d.ends_at > statement_timestamp() and d.approved_at <= statement_timestamp() - interval '60 days'
      and not exists (select from consent_reminder r where r.consent_id = d.id and r.kind = 'unused' and r.sent_at > statement_timestamp() - interval '60 days')
      and not exists (
        select from (select coalesce(access.delegation_last_used(d), d.approved_at) as since) used
        where used.since > statement_timestamp() - interval '60 days'
          or exists (select from consent_reminder r where r.consent_id = d.id and r.kind = 'unused' and r.sent_at > used.since))
    union all
    select d.id, 'still', 2 from delegation d
    where d.kind = 'consent' and d.status = 'active' and d.ends_at > statement_timestamp() + interval '30 days' and d.approved_at <= statement_timestamp() - interval '90 days'
      and not exists (select from consent_reminder r where r.consent_id = d.id and r.sent_at > statement_timestamp() - interval '90 days')
  ) due
  where due.id > $1
  order by due.id, due.rank
  limit ${BATCH}`

interface Due {
  readonly id: string
  readonly kind: Reminder
}

async function findDue(mandate: Mandate<'system'>, after: string): Promise<Due[]> {
  const [result] = await runStatements(mandate, [{ text: DUE, values: [after] }])
  // The columns are those of the query above.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return (result?.rows ?? []) as unknown as Due[]
}

/** Remembers that a reminder is sent. False when another run sent it. */
async function remember(mandate: Mandate<'system'>, { id, kind }: Due): Promise<boolean> {
  const [result] = await runStatements(mandate, [
    {
      text: 'insert into consent_reminder (consent_id, kind) values ($1, $2) on conflict do nothing',
      values: [id, kind],
    },
  ])
  return (result?.rowCount ?? 0) > 0
}

async function remind(mandate: Mandate<'system'>, due: Due, letterhead: Letterhead): Promise<boolean> {
  const consent = await findConsent(mandate, due.id)
  if (consent?.status !== 'active' || !(await remember(mandate, due))) return false
  recordConsentEvent(mandate, consent, {
    action: 'consent_reminders.send',
    changes: { kind: due.kind },
    isOfTenantAlone: true,
  })
  await tellConsent(mandate, consent, { news: due.kind, ...letterhead })
  return true
}

const FIRST = '00000000-0000-0000-0000-000000000000'

/**
 * Reminds the administrators of organisations, each 90 days, that an application still has access, and once that it has
 * not used it for 60. Returns how many reminders were sent. Running it again, or twice at once, sends nothing twice.
 * Source: experience.md section 6, C9.
 */
export async function remindOfConsents(database: Database, letterhead: Letterhead = {}): Promise<number> {
  const round = new ClockRound()
  let sent = 0
  let after = FIRST
  for (;;) {
    const due = await inSystemTransaction(database, WORK, (mandate) => findDue(mandate, after))
    for (const one of due) {
      const send = () => inSystemTransaction(database, WORK, (mandate) => remind(mandate, one, letterhead))
      if (await round.attempt(send)) sent += 1
    }
    const last = due.at(-1)
    if (due.length < BATCH || !last) break
    after = last.id
  }
  round.end('reminders')
  return sent
}

import type { Database } from '#platform/database.ts'
import { runStatements, tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { inSystemTransaction } from '#platform/system-transaction.ts'
import { rememberSaying } from './clock-store.ts'
import { recordLinkEvent } from './events.ts'
import { announce } from './mails.ts'
import { isKnown } from './store.ts'
import type { LinkTables } from './tables.ts'

const WORK = { job: 'link-clock' }

/** Looked at again at each run, so that a call that committed late is not missed. */
const OVERLAP_MINUTES = 5

interface FirstUse {
  readonly linkId: string
  readonly usedAt: Date
  readonly personName: string
}

/** The stretch of time that nobody has looked at, which is then looked at; the first run begins with the last hour. */
async function takeStretch(mandate: Mandate<'system'>): Promise<{ since: Date; until: Date }> {
  const { now } = mandate.origin
  const [result] = await runStatements(mandate, [
    {
      text: `with was as (select seen_until from link_watch where name = 'first_use' for update)
        insert into link_watch (name, seen_until) values ('first_use', $1)
        on conflict (name) do update set seen_until = greatest(link_watch.seen_until, excluded.seen_until)
        returning coalesce((select seen_until from was), $1 - interval '1 hour') as since`,
      values: [now],
    },
  ])
  const since = result?.rows[0]?.['since']
  const start = since instanceof Date ? since : now
  return { since: new Date(start.getTime() - OVERLAP_MINUTES * 60_000), until: now }
}

async function findFirstUses(mandate: Mandate<'system'>): Promise<FirstUse[]> {
  const { since, until } = await takeStretch(mandate)
  const [result] = await runStatements(mandate, [
    { text: 'select * from access.first_uses($1, $2)', values: [since, until] },
  ])
  return (result?.rows ?? []).flatMap((row) => {
    const usedAt = row['used_at']
    return usedAt instanceof Date
      ? [
          {
            linkId: String(row['link_id']),
            usedAt,
            personName: typeof row['person_name'] === 'string' ? row['person_name'] : 'Somebody',
          },
        ]
      : []
  })
}

async function tell(mandate: Mandate<'system'>, use: FirstUse): Promise<void> {
  const link = await tables<LinkTables>(mandate)
    .selectFrom('link_overview')
    .selectAll()
    .where('id', '=', use.linkId)
    .executeTakeFirst()
  if (!link || !isKnown(link)) return
  if (!(await rememberSaying(mandate, link.id, { what: 'first_use', about: use.usedAt }))) return
  recordLinkEvent(mandate, link, {
    action: 'link_notices.tell',
    changes: { first_used_at: use.usedAt.toISOString() },
    isOfTenantAlone: true,
  })
  await announce(mandate, link, { news: 'first_used', about: use.personName })
}

/**
 * Tells tenants that a link of theirs was used for the first time. The stretch that was looked at is kept with what was
 * told, so a run that fails is done again and nothing is told twice.
 */
export function tellFirstUses(database: Database): Promise<void> {
  return inSystemTransaction(database, WORK, async (mandate) => {
    for (const use of await findFirstUses(mandate)) await tell(mandate, use)
  })
}

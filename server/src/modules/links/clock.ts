import type { Database } from '#platform/database.ts'
import { recordEvent } from '#platform/mandate.ts'
import type { Language } from '#platform/words/language.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { inSystemTransaction } from '#platform/system-transaction.ts'
import { newestRoleTemplate } from '@liaison/access'
import { tellIfUnused } from './activation.ts'
import { findDueLinks, lapseChanges, longestDaysOf, rememberNotice, rememberSaying } from './clock-store.ts'
import type { ClockTask, DueLink } from './clock-store.ts'
import { recordLinkEvent } from './events.ts'
import type { LinkAction } from './events.ts'
import { announce } from './mails.ts'
import type { LinkNews } from './mails.ts'
import { tellFirstUses } from './first-use.ts'
import { addDays, reviewStops } from './rules.ts'
import { addedBy } from './role-versions.ts'
import { changeDelegation, extendByAgreement } from './store.ts'
import type { KnownLink } from './store.ts'
import { LINK_NEWS_WORDS, LINK_WORDS } from './words/index.ts'

const WORK = { job: 'link-clock' }

const BATCH = 100
const MAXIMUM_BATCHES = 1000

interface Move {
  readonly to: KnownLink['status']
  readonly action: LinkAction
  readonly news: LinkNews
  readonly reason?: string
}

const MOVES: Readonly<Record<'expire' | 'lapse' | 'activate' | 'suspend' | 'handover', Move>> = {
  expire: { to: 'expired', action: 'links.expire', news: 'expired' },
  lapse: { to: 'lapsed', action: 'links.lapse', news: 'lapsed' },
  activate: { to: 'active', action: 'links.activate', news: 'activated' },
  suspend: { to: 'suspended', action: 'links.suspend', news: 'review_overdue', reason: 'review_overdue' },
  handover: { to: 'revoked', action: 'links.revoke', news: 'revoked', reason: 'handed_over' },
}

async function move(mandate: Mandate<'system'>, link: KnownLink, task: keyof typeof MOVES): Promise<void> {
  const { to, action, news, reason } = MOVES[task]
  await changeDelegation(mandate, link, { to, event: news, reason })
  recordLinkEvent(mandate, link, {
    action,
    reason,
    changes: { status: { before: link.stored_status, after: to } },
    isOfTenantAlone: task === 'lapse' && link.initiated_by === 'partner',
  })
  await announce(mandate, link, { news })
  if (task === 'activate') await tellIfUnused(mandate, link, null)
}

/** Says once to both sides why an access that was approved does not begin: whose second factor is missing stays the partner's own matter. */
async function tellOfFactor(mandate: Mandate<'system'>, link: KnownLink): Promise<void> {
  const about = link.starts_at
  if (!(await rememberSaying(mandate, link.id, { what: 'second_factor', about }))) return
  recordLinkEvent(mandate, link, {
    action: 'link_notices.tell',
    changes: { waits_for: 'second_factor' },
  })
  await announce(mandate, link, { news: 'second_factor' })
}

/** Renews what its tenant lets renew itself: by what was agreed, and no longer than the tenant's rules let an access last by now. */
async function renew(mandate: Mandate<'system'>, link: KnownLink): Promise<void> {
  if (link.ends_at === null) return
  const days = Math.min(link.auto_renew_days, await longestDaysOf(mandate, link.tenant_id))
  const end = addDays(link.ends_at, days)
  await extendByAgreement(mandate, link, { days, end })
  recordLinkEvent(mandate, link, {
    action: 'links.renew',
    changes: { ends_at: { before: link.ends_at.toISOString(), after: end.toISOString() } },
  })
  await announce(mandate, link, { news: 'renewed', endsAt: end })
}

async function notify(mandate: Mandate<'system'>, link: KnownLink, days: number): Promise<void> {
  if (!(await rememberNotice(mandate, link, days))) return
  recordLinkEvent(mandate, link, { action: 'link_notices.send', changes: { days } })
  await announce(mandate, link, { news: 'expiring', detail: { days } })
}

async function askForReview(mandate: Mandate<'system'>, link: KnownLink): Promise<void> {
  if (!link.review_due_at) return
  if (!(await rememberSaying(mandate, link.id, { what: 'review_due', about: link.review_due_at }))) return
  recordLinkEvent(mandate, link, {
    action: 'link_reviews.ask',
    changes: { review_due_at: link.review_due_at.toISOString() },
  })
  const stops = reviewStops(link)
  await announce(mandate, link, { news: 'review_due', about: stops ?? '' })
}

async function tellOfVersion(mandate: Mandate<'system'>, link: KnownLink, version: number): Promise<void> {
  if (!(await rememberSaying(mandate, link.id, { what: 'role_version', about: version }))) return
  recordLinkEvent(mandate, link, { action: 'link_notices.tell', changes: { role_version: version } })
  const isNewest = newestRoleTemplate(link.access_role).version === version
  const about = (language: Language) => {
    const words = LINK_NEWS_WORDS[language]
    const added = isNewest ? addedBy(link, LINK_WORDS[language]) : []
    return added.length === 0 ? words.version(version) : words.versionAdds(version, added.join(', '))
  }
  await announce(mandate, link, { news: 'role_version', about })
}

type Doing = (mandate: Mandate<'system'>, due: DueLink) => Promise<void>

const moving =
  (task: keyof typeof MOVES): Doing =>
  (mandate, { link }) =>
    move(mandate, link, task)

const DOINGS: Readonly<Record<ClockTask, Doing>> = {
  expire: moving('expire'),
  lapse: moving('lapse'),
  activate: moving('activate'),
  suspend: moving('suspend'),
  handover: moving('handover'),
  review_due: (mandate, { link }) => askForReview(mandate, link),
  second_factor: (mandate, { link }) => tellOfFactor(mandate, link),
  role_version: (mandate, { link, days }) => tellOfVersion(mandate, link, days ?? 1),
  renew: (mandate, { link }) => renew(mandate, link),
  notice: (mandate, { link, days }) => notify(mandate, link, days ?? 1),
}

/** What one run has done, and what it could not do. */
interface Progress {
  readonly counts: Map<ClockTask, number>
  readonly skipped: string[]
  readonly failures: Error[]
}

function noteFailure(progress: Progress, link: KnownLink, error: unknown): void {
  progress.skipped.push(link.id)
  // Somebody changed the link in between; the next run sees it as it is then.
  if (error instanceof ProblemError && error.status < 500) return
  progress.failures.push(error instanceof Error ? error : new Error(String(error)))
}

/** Works on one batch. True when there may be more. */
async function runBatch(database: Database, progress: Progress): Promise<boolean> {
  const due = await inSystemTransaction(database, WORK, (mandate) =>
    findDueLinks(mandate, BATCH, progress.skipped),
  )
  for (const one of due) {
    try {
      await inSystemTransaction(database, WORK, (mandate) => DOINGS[one.task](mandate, one))
      progress.counts.set(one.task, (progress.counts.get(one.task) ?? 0) + 1)
    } catch (error) {
      noteFailure(progress, one.link, error)
    }
  }
  return due.length > 0
}

async function lapseOldChanges(database: Database): Promise<void> {
  await inSystemTransaction(database, WORK, async (mandate) => {
    for (const change of await lapseChanges(mandate)) {
      recordEvent(mandate, {
        action: 'change_requests.lapse',
        tenantId: change.tenant_id,
        ...(change.begun_by === 'partner' && { partnerId: change.partner_id }),
        delegationId: change.link_id,
        resource: { type: 'change_request', id: change.id },
      })
    }
  })
}

/**
 * Notes what time has done to links: lets requests lapse, starts approved links, ends or renews those whose time is up,
 * suspends those that nobody reviewed, and sends the notices of a coming end. Access never waits for it: whether a link is in force is computed at each
 * request. Running it again, or twice at once, changes nothing more. A link that it cannot work on does not keep it from
 * the others; it throws at the end. Source: B1.
 */
export async function runLinkClock(
  database: Database,
): Promise<Readonly<Partial<Record<ClockTask, number>>>> {
  const progress: Progress = { counts: new Map(), skipped: [], failures: [] }
  for (let batch = 0; batch < MAXIMUM_BATCHES; batch += 1) {
    if (!(await runBatch(database, progress))) break
  }
  await lapseOldChanges(database)
  await tellFirstUses(database)
  if (progress.failures.length > 0) {
    throw new AggregateError(
      progress.failures,
      `The clock could not work on ${progress.failures.length} links.`,
    )
  }
  return Object.fromEntries(progress.counts)
}

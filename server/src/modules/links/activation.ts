import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { checkLink, whyNobody } from './check-store.ts'
import { recordLinkEvent } from './events.ts'
import { announce, publish } from './mails.ts'
import type { KnownLink, LinkMandate } from './store.ts'
import type { LinkTables } from './tables.ts'

/**
 * What follows when a link begins to work: the event for webhooks, and a look whether anybody gets in. Where nobody does,
 * both sides are told why, so that an access which is said to work and does not is noticed the same minute.
 */
export async function followActivation(
  mandate: LinkMandate,
  link: KnownLink,
  origin: string | null,
): Promise<void> {
  await publish(mandate, link, 'link.activated')
  await tellIfUnused(mandate, link, origin)
}

/** Tells both sides when those who are assigned to a link that works do not get in; the partner, that nobody is assigned. */
export async function tellIfUnused(
  mandate: LinkMandate,
  link: KnownLink,
  origin: string | null,
): Promise<void> {
  const people = await checkLink(mandate, link.id)
  const more = origin === null ? {} : { origin }
  if (people.length === 0) return announce(mandate, link, { news: 'unassigned', ...more })
  const why = whyNobody(people)
  recordLinkEvent(mandate, link, {
    action: 'links.check',
    changes: { people: people.length, opens: people.filter((person) => person.opens).length },
  })
  if (why !== null) await announce(mandate, link, { news: 'unused', about: why, ...more })
}

/** What an extension makes of a link that has ended: what somebody had suspended stays so until that side resumes it. */
export async function renewedStatus(mandate: Mandate<'tenant'>, id: string): Promise<'active' | 'suspended'> {
  const row = await tables<LinkTables>(mandate)
    .selectFrom('delegation')
    .select('suspended_by_side')
    .where('id', '=', id)
    .executeTakeFirst()
  const side = row?.suspended_by_side ?? 'clock'
  return side === 'clock' ? 'active' : 'suspended'
}

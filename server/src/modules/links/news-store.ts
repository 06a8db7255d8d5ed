import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import type { LinkTables } from './tables.ts'

type Reader = Mandate<'program' | 'tenant'>

const organisationOf = (mandate: Reader): string =>
  mandate.kind === 'tenant' ? mandate.tenant.id : mandate.partner.id

/** The notices of the mandate's organisation, newest first, and up to when its person has seen them. */
export async function listNews(mandate: Reader, page: { readonly limit: number; readonly offset: number }) {
  const db = tables<LinkTables>(mandate)
  const rows = await db
    .selectFrom('link_news')
    .select(['id', 'link_id', 'news', 'sentence', 'created_at'])
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(page.limit)
    .offset(page.offset)
    .execute()
  const read = await db
    .selectFrom('link_news_read')
    .select('read_until')
    .where('person_id', '=', mandate.actor.id)
    .where('organisation_id', '=', organisationOf(mandate))
    .executeTakeFirst()
  const counted = await db
    .selectFrom('link_news')
    .select(({ fn }) => fn.countAll<number>().as('total'))
    .executeTakeFirst()
  const unread = await db
    .selectFrom('link_news')
    .select(({ fn }) => fn.countAll<number>().as('unread'))
    .where('created_at', '>', read?.read_until ?? new Date(0))
    .executeTakeFirst()
  return {
    rows,
    readUntil: read?.read_until ?? null,
    total: counted?.total ?? 0,
    unread: unread?.unread ?? 0,
  }
}

/** Notes that the person of the mandate has seen every notice until now. */
export async function markRead(mandate: Reader): Promise<void> {
  const { now } = mandate.origin
  await tables<LinkTables>(mandate)
    .insertInto('link_news_read')
    .values({ person_id: mandate.actor.id, organisation_id: organisationOf(mandate), read_until: now })
    .onConflict((conflict) =>
      conflict.columns(['person_id', 'organisation_id']).doUpdateSet({ read_until: now }),
    )
    .execute()
}

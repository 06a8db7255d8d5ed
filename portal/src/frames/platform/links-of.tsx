import { readBody } from '@liaison/client'
import type { Link } from '@liaison/client'

import { useFilters } from '../../parts/filter-bar.tsx'
import { Answer, Empty } from '../../parts/states.tsx'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { platformPlaces } from '../../places.ts'
import { linkSpec, LinkTable, toLinkQuery } from '../shared/link-table.tsx'

const addressOf = (link: Link) => platformPlaces.link(link.link_id)

/** The links of one partner or one tenant, as the platform sees them. */
export function LinksOf({ query }: { query: { partner_id: string } | { tenant_id: string } }) {
  const filters = useFilters(linkSpec)
  const whole = { ...toLinkQuery(filters), ...query }
  const links = useRead(
    ['links', whole],
    (frame, signal) =>
      readBody(frame.client.GET('/admin/partner-access/links', { params: { query: whole }, signal })),
    { keep: true },
  )
  return (
    <section aria-label={t('links.caption')}>
      <h2 className="section-title">{t('links.caption')}</h2>
      <Answer query={links}>
        {(page) =>
          page.items.length === 0 ? (
            <div className="list">
              <Empty
                title={t('links.none')}
                text={t('tenant_id' in query ? 'links.none_of_tenant' : 'links.none_of_partner')}
              />
            </div>
          ) : (
            <LinkTable
              page={page}
              filters={filters}
              addressOf={addressOf}
              of={'tenant_id' in query ? 'tenant' : 'partner'}
            />
          )
        }
      </Answer>
    </section>
  )
}

import { readBody } from '@liaison/client'
import type { Link } from '@liaison/client'

import { useFilters } from '../../parts/filter-bar.tsx'
import { Page } from '../../parts/page.tsx'
import { Answer, Empty, NoMatch } from '../../parts/states.tsx'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { platformPlaces } from '../../places.ts'
import { LinkFilterBar, linkSpec, LinkTable, toLinkQuery } from '../shared/link-table.tsx'

const addressOf = (link: Link) => platformPlaces.link(link.link_id)

/** Every link of the platform. */
export function LinksPage() {
  const filters = useFilters(linkSpec)
  const query = toLinkQuery(filters)
  const links = useRead(
    ['links', query],
    (frame, signal) =>
      readBody(frame.client.GET('/admin/partner-access/links', { params: { query }, signal })),
    { keep: true },
  )
  return (
    <Page title={t('links.title')} lead={t('platform.links_lead')}>
      <LinkFilterBar filters={filters} searchLabel={t('board.find')} query={links} />
      <Answer query={links} lines={10}>
        {(page) =>
          page.items.length === 0 ? (
            <div className="list">
              {filters.active.length > 0 ? (
                <NoMatch />
              ) : (
                <Empty title={t('state.none')} text={t('state.none_text')} />
              )}
            </div>
          ) : (
            <LinkTable page={page} filters={filters} addressOf={addressOf} of="everybody" />
          )
        }
      </Answer>
    </Page>
  )
}

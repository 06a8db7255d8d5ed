import { readBody } from '@liaison/client'

import { PageFoot } from '../../parts/data-table.tsx'
import { useFilters } from '../../parts/filter-bar.tsx'
import { Page } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { useFrame } from '../../platform/frame.ts'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { partnerPlaces } from '../../places.ts'
import { pagingOf } from '../shared/list-fields.ts'
import { LinkFilterBar, linkSpec, toLinkQuery } from '../shared/link-table.tsx'
import { ChooseLinks } from './choose-links.tsx'

const mostLinks = 100

/** Every link to choose from, and one step for all chosen ones (B14). */
export function ManyLinksPage() {
  const { partnerId } = useFrame()
  const filters = useFilters(linkSpec)
  const { page } = filters.values
  const query = { ...toLinkQuery(filters), limit: mostLinks, offset: page * mostLinks }
  const links = useRead(
    ['links', query],
    (frame, signal) => readBody(frame.client.GET('/partner/links', { params: { query }, signal })),
    { keep: true },
  )
  return (
    <Page
      title={t('bulk.links_title')}
      lead={t('bulk.links_lead')}
      back={{ to: partnerPlaces.links(partnerId), label: t('links.title') }}
    >
      <LinkFilterBar filters={filters} searchLabel={t('board.find')} query={links} />
      <Answer query={links} lines={10}>
        {(answer) => (
          <div className="stack">
            <ChooseLinks links={answer.items} />
            {answer.total > answer.limit && (
              <div className="list-foot">
                <PageFoot paging={pagingOf(answer, (next) => filters.set({ page: next }))} />
              </div>
            )}
          </div>
        )}
      </Answer>
    </Page>
  )
}

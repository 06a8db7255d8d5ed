import { Button } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { Link } from '@liaison/client'
import { useCallback } from 'react'

import { BeginButton } from '../../parts/begin-button.tsx'
import { useFilters } from '../../parts/filter-bar.tsx'
import { Page } from '../../parts/page.tsx'
import { Answer, Empty, NoMatch } from '../../parts/states.tsx'
import { useFrame, useMay } from '../../platform/frame.ts'
import { GoLink, useGo } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { partnerPlaces } from '../../places.ts'
import { LinkFilterBar, linkSpec, LinkTable, toLinkQuery } from '../shared/link-table.tsx'

/** The ways from here: what asks for links, what works on many, and what others do through this partner. */
function Tools() {
  const { partnerId } = useFrame()
  const go = useGo()
  const mayRequest = useMay('partner_org.links.request')
  const mayManage = useMay('partner_org.links.manage')
  return (
    <>
      <GoLink to={partnerPlaces.indirect(partnerId)}>{t('links.indirect')}</GoLink>
      {mayRequest && <GoLink to={partnerPlaces.templates(partnerId)}>{t('links.templates')}</GoLink>}
      {mayManage && (
        <Button variant="default" onClick={() => go(partnerPlaces.manyLinks(partnerId))}>
          {t('links.many')}
        </Button>
      )}
      <BeginButton act="partner.link">{t('links.request')}</BeginButton>
    </>
  )
}

/** Every link of the partner in whatever state, with the way to ask for a new one. */
export function LinksPage() {
  const { partnerId } = useFrame()
  const filters = useFilters(linkSpec)
  const query = toLinkQuery(filters)
  const links = useRead(
    ['links', query],
    (frame, signal) => readBody(frame.client.GET('/partner/links', { params: { query }, signal })),
    { keep: true },
  )
  const addressOf = useCallback((link: Link) => partnerPlaces.link(partnerId, link.link_id), [partnerId])
  const isFiltered = filters.active.length > 0
  return (
    <Page title={t('links.title')} lead={t('links.lead')} tools={<Tools />}>
      <LinkFilterBar filters={filters} searchLabel={t('board.find')} query={links} />
      <Answer query={links} lines={10}>
        {(page) =>
          page.items.length === 0 ? (
            <div className="list">
              {isFiltered ? <NoMatch /> : <Empty title={t('links.none')} text={t('links.none_text')} />}
            </div>
          ) : (
            <LinkTable page={page} filters={filters} addressOf={addressOf} of="partner" />
          )
        }
      </Answer>
    </Page>
  )
}

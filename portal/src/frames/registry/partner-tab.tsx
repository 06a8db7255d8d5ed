import './registry-words.ts'
import './registry.css'
import { readTagged } from '@liaison/client'
import type { PartnerDetail } from '@liaison/client'
import type { ReactNode } from 'react'

import { Note, Page } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { formatDate } from '../../platform/format.ts'
import { roleMay, useFrame } from '../../platform/frame.ts'
import { GoLink, useParam } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { platformPlaces } from '../../places.ts'
import { SecondPerson } from '../shared/second-person.tsx'
import { PartnerActs } from './partner-acts.tsx'
import { partnerTabs } from './tabs.ts'

/** The partner that the address names, with its version. */
export function usePartner() {
  const id = useParam('par')
  return useRead(['partner', id], (frame, signal) =>
    readTagged(
      frame.client.GET('/admin/partners/{partner_id}', { params: { path: { partner_id: id } }, signal }),
    ),
  )
}

function Tabs({ partner, tab }: { partner: PartnerDetail; tab: string }) {
  const { role } = useFrame()
  const shown = partnerTabs.filter(
    ({ kinds, needs }) =>
      (kinds === undefined || partner.kinds.some((kind) => kinds.includes(kind))) &&
      (needs === undefined || roleMay(role, needs)),
  )
  return (
    <nav className="tab-row" aria-label={t('tab.label')}>
      {shown.map(({ name, label, to }) => (
        <GoLink
          key={name}
          to={to(partner.partner_id)}
          {...(name === tab ? { 'aria-current': 'page' as const } : {})}
        >
          {t(label)}
        </GoLink>
      ))}
    </nav>
  )
}

type PartnerTabProps = {
  /** The name of the tab in `partnerTabs`. */
  tab: string
  children: (partner: PartnerDetail, etag: string | null) => ReactNode
}

/** One tab of the page of a partner: its name, what can be done to it, the tabs, and the part itself. */
export function PartnerTab({ tab, children }: PartnerTabProps) {
  const partner = usePartner()
  const found = partner.data?.body
  return (
    <Page
      title={found === undefined ? t('column.partner') : found.name}
      back={{ to: platformPlaces.partners(), label: t('nav.partners') }}
      tools={found && <PartnerActs partner={found} />}
    >
      {found && <Tabs partner={found} tab={tab} />}
      <Answer query={partner}>
        {({ body, etag }) => (
          <div className="stack">
            {body.registry_status === 'stopped' && (
              <Note tone="bad">
                {t('partner.stopped', {
                  partner: body.name,
                  date: formatDate(body.status_changed_at) ?? '',
                  reason: body.status_reason ?? '',
                })}
              </Note>
            )}
            {body.termination_asked !== null && <SecondPerson request={body.termination_asked} />}
            {children(body, etag)}
          </div>
        )}
      </Answer>
    </Page>
  )
}

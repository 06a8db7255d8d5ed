import { readBody } from '@liaison/client'
import type { Link } from '@liaison/client'

import { Panel } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { DateText, LinkChip } from '../../parts/values.tsx'
import { useFrame } from '../../platform/frame.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { readAllByOffset } from '../../platform/read-all.ts'
import { t } from '../../platform/words.ts'
import { partnerPlaces } from '../../places.ts'
import { useEndingConsents } from '../shared/ending-consents.ts'
import { tenantNameOf } from '../shared/link-names.ts'

const few = 6
const within = 30

type Ending = {
  id: string
  to: string
  name: string
  about: string
  status: string
  days: number | null
  ends: string | null
}

function Line({ ending }: { ending: Ending }) {
  return (
    <li>
      <span>
        <GoLink className="thing" to={ending.to}>
          {ending.name}
        </GoLink>
        <br />
        <span className="muted small">{ending.about}</span>
      </span>
      <span>
        <LinkChip status={ending.status} days={ending.days} />
        <br />
        <span className="muted small">
          <DateText iso={ending.ends} />
        </span>
      </span>
    </li>
  )
}

function useEndingLinks(): { query: ReturnType<typeof useLinks>; endings: Ending[] } {
  const { partnerId } = useFrame()
  const query = useLinks()
  const endings = (query.data ?? []).map((link) => ({
    id: link.link_id,
    to: partnerPlaces.link(partnerId, link.link_id),
    name: tenantNameOf(link),
    about: link.role_title,
    status: link.status,
    days: link.expires_in_days,
    ends: link.ends_at,
  }))
  return { query, endings }
}

function useLinks() {
  const query = { status: 'active', expiring_within_days: within, limit: 100 }
  // All of them, since the nearest may stand on the last page.
  return useRead(['links', 'ending', query], (frame, signal) =>
    readAllByOffset<Link>((place) =>
      readBody(frame.client.GET('/partner/links', { params: { query: { ...query, ...place } }, signal })),
    ),
  )
}

/** What lets this partner in and ends within a month, of people and of apps alike, nearest first, with the way to all of it (B9). */
export function EndingPanel() {
  const { partnerId } = useFrame()
  const links = useEndingLinks()
  const consents = useEndingConsents()
  const soon = (consents.data ?? [])
    .filter(({ status, days }) => status === 'active' && days <= within)
    .map((consent) => ({
      id: consent.consent_id,
      to: partnerPlaces.grantedConsent(partnerId, consent.consent_id),
      name: consent.tenant_name,
      about: t('overview.app', { app: consent.client.name }),
      status: consent.status,
      days: consent.days,
      ends: consent.ends_at,
    }))
  const endings = [...links.endings, ...soon].toSorted((a, b) => (a.ends ?? '~').localeCompare(b.ends ?? '~'))
  const count = endings.length
  const failed = links.query.isError ? links.query : consents
  const data = links.query.data && consents.data && endings.slice(0, few)
  return (
    <Panel title={t('overview.ending')}>
      <Answer query={{ ...failed, data }} lines={4}>
        {(shown) =>
          shown.length === 0 ? (
            <p className="muted">{t('overview.ending_none')}</p>
          ) : (
            <>
              <ul className="lines">
                {shown.map((ending) => (
                  <Line key={ending.id} ending={ending} />
                ))}
              </ul>
              {count > few && (
                <p>
                  <GoLink to={partnerPlaces.expiring(partnerId)}>
                    {t('overview.ending_all', { count })}
                  </GoLink>
                </p>
              )}
            </>
          )
        }
      </Answer>
    </Panel>
  )
}

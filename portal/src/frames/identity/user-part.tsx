import './identity-words.ts'
import './identity.css'
import { readBody } from '@liaison/client'
import type { EndUser } from '@liaison/client'

import { Panel } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { DateText, StatusChip } from '../../parts/values.tsx'
import { formatDate } from '../../platform/format.ts'
import { useFrame } from '../../platform/frame.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { partnerPlaces } from '../../places.ts'
import { nameOf } from './checks-page.tsx'

/** The newest identity checks of a user, on the page of that user. */
export function UserPart({ user }: { user: EndUser }) {
  const { partnerId } = useFrame()
  const query = { end_user_id: user.end_user_id, limit: 5 }
  const checks = useRead(['identity-checks', query], (frame, signal) =>
    readBody(frame.client.GET('/partner/identity-checks', { params: { query }, signal })),
  )
  return (
    <Panel title={t('idcheck.title')}>
      <Answer query={checks} lines={3}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="muted">{t('idcheck.user_none')}</p>
          ) : (
            <ul className="idcheck-list">
              {items.map((check) => (
                <li key={check.identity_check_id}>
                  <div className="row">
                    <GoLink to={partnerPlaces.identityCheck(partnerId, check.identity_check_id)}>
                      {nameOf(check)}
                    </GoLink>
                    <StatusChip family="identity" value={check.status} />
                  </div>
                  <span className="small muted">
                    {check.status === 'verified' ? (
                      t('idcheck.user_until', { date: formatDate(check.expires_at) ?? '' })
                    ) : (
                      <DateText iso={check.submitted_at ?? check.created_at} />
                    )}
                  </span>
                </li>
              ))}
            </ul>
          )
        }
      </Answer>
    </Panel>
  )
}

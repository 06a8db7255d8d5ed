import './usage-words.ts'
import type { EndUser } from '@liaison/client'

import { Meter, Standing } from './meter.tsx'
import { useUserUsage } from './calls.ts'
import { Panel } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { useFrame } from '../../platform/frame.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { t } from '../../platform/words.ts'
import { partnerPlaces } from '../../places.ts'

/** The usage of a user as a part of the user's own page, with the way to all of it. */
export function UserPart({ user }: { user: EndUser }) {
  const { partnerId } = useFrame()
  const usage = useUserUsage(user.end_user_id)
  return (
    <Panel title={t('usage.title_one')}>
      <Answer query={usage}>
        {(detail) => (
          <div className="stack tight">
            <section className="tiles" aria-label={t('usage.title_one')}>
              <div>
                <h3 className="small muted">{t('usage.today')}</h3>
                <Meter quota={detail.usage.day} />
              </div>
              <div>
                <h3 className="small muted">{t('usage.seven_days')}</h3>
                <Meter quota={detail.usage.seven_days} />
              </div>
              <div>
                <h3 className="small muted">{t('usage.now')}</h3>
                <Standing inForce={detail.usage.in_force} />
              </div>
            </section>
            <p>
              <GoLink to={partnerPlaces.userUsage(partnerId, user.end_user_id)}>{t('usage.see_all')}</GoLink>
            </p>
          </div>
        )}
      </Answer>
    </Panel>
  )
}

import './plans-words.ts'
import { readBody } from '@liaison/client'
import type { EndUser } from '@liaison/client'

import { fact, Facts, Panel } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { DateText, StatusChip } from '../../parts/values.tsx'
import { useFrame } from '../../platform/frame.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { partnerPlaces } from '../../places.ts'
import { PriceText } from './plan-words.tsx'

/** The newest subscription of a user, on the page of that user. */
export function UserPart({ user }: { user: EndUser }) {
  const { partnerId } = useFrame()
  const query = { end_user_id: user.end_user_id, limit: 1 }
  const subscriptions = useRead(['subscriptions', query], (frame, signal) =>
    readBody(frame.client.GET('/partner/subscriptions', { params: { query }, signal })),
  )
  return (
    <Panel title={t('user_plan.title')}>
      <Answer query={subscriptions} lines={3}>
        {({ items: [newest] }) =>
          newest === undefined ? (
            <p className="muted">{t('user_plan.none')}</p>
          ) : (
            <>
              <Facts
                facts={[
                  fact(t('subscriptions.plan'), newest.plan_name),
                  fact(t('subscriptions.state'), <StatusChip family="subscription" value={newest.state} />),
                  fact(t('plans.price'), <PriceText price={newest.price} period={newest.period} />),
                  fact(t('subscription.paid'), newest.paid_until && <DateText iso={newest.paid_until} />),
                ]}
              />
              <p>
                <GoLink to={partnerPlaces.subscription(partnerId, newest.subscription_id)}>
                  {t('user_plan.open')}
                </GoLink>
              </p>
            </>
          )
        }
      </Answer>
    </Panel>
  )
}

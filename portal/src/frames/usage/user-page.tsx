import './usage-words.ts'
import { readBody } from '@liaison/client'
import type { UserUsageDetail } from '@liaison/client'

import { MoveButton } from '../../parts/move-button.tsx'
import { Page, Tile } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { useFrame, useMay } from '../../platform/frame.ts'
import { useParam } from '../../platform/navigate.tsx'
import { t } from '../../platform/words.ts'
import { partnerPlaces } from '../../places.ts'
import { useUserUsage } from './calls.ts'
import { Meter, Standing } from './meter.tsx'
import { SetLimit } from './set-form.tsx'
import { DayTable, LimitTable, OwnLimits, PastTable } from './user-parts.tsx'

const nameOf = ({ name, email }: UserUsageDetail): string => (name === '' ? email : name)

function ResetButton({ detail }: { detail: UserUsageDetail }) {
  const user = nameOf(detail)
  return (
    <MoveButton
      words={{
        act: t('usage.reset'),
        title: t('usage.reset_title', { user }),
        effect: t('usage.reset_effect', { user }),
        keep: t('usage.reset_keep'),
        done: t('usage.reset_done', { user }),
      }}
      reason="required"
      move={(reason, frame) =>
        readBody(
          frame.client.POST('/partner/users/{end_user_id}/usage/reset', {
            params: { path: { end_user_id: detail.end_user_id } },
            body: { reason },
          }),
        )
      }
    />
  )
}

function UserUsage({ userId }: { userId: string }) {
  const mayManage = useMay('partner_org.users.manage')
  const usage = useUserUsage(userId)
  return (
    <Answer query={usage}>
      {(detail) => (
        <div className="stack">
          <section className="tiles" aria-label={t('usage.title')}>
            <Tile title={t('usage.today')}>
              <Meter quota={detail.usage.day} />
            </Tile>
            <Tile title={t('usage.seven_days')}>
              <Meter quota={detail.usage.seven_days} />
            </Tile>
            <Tile title={t('usage.now')}>
              <Standing inForce={detail.usage.in_force} />
            </Tile>
          </section>
          {mayManage && (
            <div>
              <ResetButton detail={detail} />
            </div>
          )}
          <LimitTable detail={detail} />
          <OwnLimits detail={detail} />
          {mayManage && <SetLimit key={detail.end_user_id} detail={detail} />}
          <DayTable detail={detail} />
          <PastTable detail={detail} />
        </div>
      )}
    </Answer>
  )
}

/** The page of the usage of one user. */
export function UserUsagePage() {
  const { partnerId } = useFrame()
  const userId = useParam('user')
  const usage = useUserUsage(userId)
  return (
    <Page
      title={usage.data === undefined ? t('usage.user') : t('usage.of_user', { user: nameOf(usage.data) })}
      back={{ to: partnerPlaces.usage(partnerId), label: t('usage.back') }}
    >
      <UserUsage userId={userId} />
    </Page>
  )
}

import { readBody } from '@liaison/client'
import type { FormActivity, FormToken } from '@liaison/client'

import { ConfirmPage } from '../../parts/confirm.tsx'
import { Page } from '../../parts/page.tsx'
import { Answer, Empty } from '../../parts/states.tsx'
import { useNow } from '../../platform/clock.ts'
import { formatRelative } from '../../platform/format.ts'
import { useFrame } from '../../platform/frame.ts'
import { showToast } from '../../platform/live.ts'
import { useGo, useParam } from '../../platform/navigate.tsx'
import { useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { orgPlaces } from '../../places.ts'
import { useFormActivity, useFormTokens } from './calls.ts'

type StopProps = { token: FormToken; activity: FormActivity; back: string }

function StopForm({ token, activity, back }: StopProps) {
  const go = useGo()
  const now = useNow(60_000)
  const write = useWrite(
    (reason: string, frame) =>
      readBody(
        frame.client.POST('/tenant/tokens/{token_id}/revoke', {
          params: { path: { token_id: token.token_id } },
          body: { reason },
        }),
      ),
    () => {
      showToast(t('token.stop_done'))
      go(back)
    },
  )
  const used =
    token.last_used_at === null
      ? t('token.stop_unused')
      : t('token.stop_used', { when: formatRelative(token.last_used_at, now) })
  return (
    <ConfirmPage
      effects={[
        t('token.stop_now'),
        t('token.stop_ever'),
        used,
        t('token.stop_today', { count: activity.days.at(-1)?.issued ?? 0 }),
      ]}
      typed={token.display.slice(-4)}
      typedLabel={t('token.stop_type')}
      act={t('token.stop_act')}
      keep={t('token.stop_keep')}
      reason="required"
      isBusy={write.isPending}
      error={write.error}
      onKeep={() => go(back)}
      onAct={(reason) => write.mutate(reason)}
    />
  )
}

/** Ends a form token at once and for ever (level 2). */
export function StopTokenPage() {
  const { tenantId: ten } = useFrame()
  const formId = useParam('form')
  const tokenId = useParam('token')
  const tokens = useFormTokens(formId)
  const activity = useFormActivity(formId)
  const back = orgPlaces.form(ten, useParam('agency'), formId)
  const token = tokens.data?.items.find((one) => one.token_id === tokenId)
  return (
    <Page
      title={t('token.stop_title', { token: token?.display ?? '' })}
      back={{ to: back, label: t('form.name') }}
    >
      <Answer query={tokens}>
        {() => (
          <Answer query={activity}>
            {(body) =>
              token ? (
                <StopForm token={token} activity={body} back={back} />
              ) : (
                <Empty title={t('token.none')} />
              )
            }
          </Answer>
        )}
      </Answer>
    </Page>
  )
}

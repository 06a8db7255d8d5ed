import { readBody } from '@liaison/sdk'

import { Page } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { Checklist } from './checklist.tsx'

/** Where the partner stands on its way to the first call for a customer. */
export function useOnboarding(options: { enabled?: boolean } = {}) {
  return useRead(
    ['onboarding'],
    (frame, signal) => readBody(frame.client.GET('/partner/onboarding', { signal })),
    options,
  )
}

/** Every step on one page (A11). */
export function ReadyPage() {
  const list = useOnboarding()
  return (
    <Page title={t('ready.title')} lead={t('ready.lead')}>
      <Answer query={list} lines={11}>
        {(body) => <Checklist list={body} />}
      </Answer>
    </Page>
  )
}

import { Page } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { t } from '../../platform/words.ts'
import { Checklist } from './checklist.tsx'
import { useOnboarding } from './onboarding-call.ts'

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

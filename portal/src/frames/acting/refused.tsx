import { Button } from '@mantine/core'
import type { Me } from '@liaison/client'

import { describeTrouble, WhyButton } from '../../parts/states.tsx'
import { StopPage } from '../../parts/stop-page.tsx'
import { readTrouble } from '../../platform/access-problem.ts'
import { clientFor, FrameContext, frameKey } from '../../platform/frame.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { t } from '../../platform/words.ts'
import { partnerPlaces } from '../../places.ts'

type RefusedProps = { me: Me; par: string; ten: string; error: Error }

/** The person may not be here, or may no longer. Nothing of the tenant is left on the page but the reason. */
export function Refused({ me, par, ten, error }: RefusedProps) {
  const trouble = readTrouble(error)
  const { title, text, reference } = describeTrouble(trouble)
  const content = 'problem' in trouble ? trouble.problem.content : null
  const mayRetry = trouble.kind !== 'refused' && trouble.kind !== 'missing'
  const frame = {
    kind: 'partner',
    key: frameKey('partner', par),
    client: clientFor(''),
    me,
    partnerId: par,
    tenantId: ten,
    name: '',
    tenantName: '',
    role: '',
    acting: null,
  } as const
  return (
    <FrameContext value={frame}>
      <StopPage title={title} isAlarm={!mayRetry}>
        {text !== '' && <p>{text}</p>}
        {content?.nextStep ? <p>{content.nextStep}</p> : !mayRetry && <p>{t('refused.next')}</p>}
        {!mayRetry && <p className="muted">{t('refused.dropped')}</p>}
        <div className="row">
          {mayRetry && <Button onClick={() => window.location.reload()}>{t('trouble.retry')}</Button>}
          {content?.explainId && <WhyButton explainId={content.explainId} />}
          <GoLink to={partnerPlaces.tenants(par)}>{t('refused.back')}</GoLink>
        </div>
        {reference !== null && <p className="small muted">{t('trouble.reference', { reference })}</p>}
      </StopPage>
    </FrameContext>
  )
}

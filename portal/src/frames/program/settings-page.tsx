import './program-words.ts'
import { useState } from 'react'

import { Page } from '../../parts/page.tsx'
import { useMay } from '../../platform/frame.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { t } from '../../platform/words.ts'
import { platformPlaces } from '../../places.ts'
import { ApprovalPolicy } from './approval-policy.tsx'
import { Counting } from './counting.tsx'
import { Embedding } from './embedding.tsx'
import { FourEyes } from './four-eyes.tsx'
import { LiveDemands } from './live-demands.tsx'
import { LinkTargets } from './link-targets.tsx'
import { PayoutPolicy } from './payout-policy.tsx'
import { PayoutReceiver } from './payout-receiver.tsx'
import { ReceiverSecret } from './receiver-secret.tsx'

/** What holds for the whole partner program, each setting with who set it last. */
export function SettingsPage() {
  const mayAgreements = useMay('platform.agreements.read')
  const mayEarnings = useMay('platform.earnings.read')
  const mayPayouts = useMay('platform.payouts.read')
  const mayReferrals = useMay('platform.referrals.read')
  const [secret, setSecret] = useState<string | null>(null)
  if (secret !== null) return <ReceiverSecret secret={secret} onStored={() => setSecret(null)} />
  return (
    <Page title={t('program_settings.title')} lead={t('program_settings.lead')}>
      <div className="stack">
        <nav className="row" aria-label={t('program_settings.also')}>
          {mayAgreements && (
            <GoLink to={platformPlaces.agreementTemplates()}>{t('program_settings.templates')}</GoLink>
          )}
          <GoLink to={platformPlaces.riskRules()}>{t('program_settings.checks')}</GoLink>
        </nav>
        {mayAgreements && <FourEyes />}
        {mayAgreements && <Counting />}
        {mayAgreements && <LiveDemands />}
        {mayAgreements && <Embedding />}
        {mayEarnings && <ApprovalPolicy />}
        {mayPayouts && <PayoutPolicy />}
        {mayPayouts && <PayoutReceiver onSecret={setSecret} />}
        {mayReferrals && <LinkTargets />}
      </div>
    </Page>
  )
}

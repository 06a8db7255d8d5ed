import './earnings-words.ts'
import type { PartnerDetail } from '@liaison/client'

import { t } from '../../platform/words.ts'
import { PartnerTab } from '../registry/partner-tab.tsx'
import { Earned } from './earned.tsx'
import { PlatformEarnings } from './platform-list.tsx'
import { TotalsTable } from './totals.tsx'

function EarningsOf({ partner: { partner_id: id } }: { partner: PartnerDetail }) {
  return (
    <Earned partnerId={id}>
      {(totals) => (
        <>
          <h2 className="section-title">{t('earnings.lines')}</h2>
          <PlatformEarnings partnerId={id} />
          <h2 className="section-title">{t('earnings.totals')}</h2>
          <TotalsTable totals={totals} />
        </>
      )}
    </Earned>
  )
}

/** What one partner earned: its balances, each earning with what can be decided about it, and its totals by month. */
export function EarningsOfPartnerPage() {
  return <PartnerTab tab="earnings">{(partner) => <EarningsOf partner={partner} />}</PartnerTab>
}

import { BeginButton } from '../../parts/begin-button.tsx'
import { Page } from '../../parts/page.tsx'
import { t } from '../../platform/words.ts'
import { ElevationLists } from './elevation-lists.tsx'

/** Requests for more access that a colleague answers, and what is running. */
export function PartnerElevationsPage() {
  return (
    <Page
      title={t('nav.elevations')}
      lead={t('elevate.lead_partner')}
      tools={<BeginButton act="partner.elevation">{t('elevate.new')}…</BeginButton>}
    >
      <ElevationLists />
    </Page>
  )
}

import { BeginButton } from '../../parts/begin-button.tsx'
import { Page } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { readElevations } from './calls.ts'
import { ElevationLists } from './elevation-lists.tsx'

const refetchMs = 30_000

/** Requests for more access that a colleague answers, and what is running. */
export function PartnerElevationsPage() {
  const elevations = useRead(['elevations'], readElevations, { refetchMs })
  return (
    <Page
      title={t('nav.elevations')}
      lead={t('elevate.lead_partner')}
      tools={<BeginButton act="partner.elevation">{t('elevate.new')}…</BeginButton>}
    >
      <Answer query={elevations}>{(rows) => <ElevationLists rows={rows} />}</Answer>
    </Page>
  )
}

import { Page } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { useFrame } from '../../platform/frame.ts'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { readElevations } from './calls.ts'
import { ElevationLists } from './elevation-lists.tsx'

const refetchMs = 30_000

/** More access that people of partners ask this organisation for, have, or had. */
export function OrgElevationsPage() {
  const { name } = useFrame()
  const elevations = useRead(['elevations'], readElevations, { refetchMs })
  return (
    <Page title={t('nav.elevations')} lead={t('elevate.lead_org', { org: name })}>
      <Answer query={elevations}>{(rows) => <ElevationLists rows={rows} />}</Answer>
    </Page>
  )
}

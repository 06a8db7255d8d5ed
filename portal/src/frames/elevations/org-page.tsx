import { Page } from '../../parts/page.tsx'
import { useFrame } from '../../platform/frame.ts'
import { t } from '../../platform/words.ts'
import { ElevationLists } from './elevation-lists.tsx'

/** More access that people of partners ask this organisation for, have, or had. */
export function OrgElevationsPage() {
  const { name } = useFrame()
  return (
    <Page title={t('nav.elevations')} lead={t('elevate.lead_org', { org: name })}>
      <ElevationLists />
    </Page>
  )
}

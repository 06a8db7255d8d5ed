import { Button } from '@mantine/core'

import { Page } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { useFrame } from '../../platform/frame.ts'
import { useGo } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { partnerPlaces } from '../../places.ts'
import { readElevations } from './calls.ts'
import { ElevationLists } from './elevation-lists.tsx'

const refetchMs = 30_000

/** Requests for more access that a colleague answers, and what is running. */
export function PartnerElevationsPage() {
  const { partnerId } = useFrame()
  const go = useGo()
  const elevations = useRead(['elevations'], readElevations, { refetchMs })
  return (
    <Page
      title={t('nav.elevations')}
      lead={t('elevate.lead_partner')}
      tools={
        <Button data-new="" onClick={() => go(partnerPlaces.askElevation(partnerId))}>
          {t('elevate.new')}…
        </Button>
      }
    >
      <Answer query={elevations}>{(rows) => <ElevationLists rows={rows} />}</Answer>
    </Page>
  )
}

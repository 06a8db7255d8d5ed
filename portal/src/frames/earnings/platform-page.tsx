import './earnings-words.ts'
import { Button } from '@mantine/core'
import { useState } from 'react'

import { Page } from '../../parts/page.tsx'
import { useMay } from '../../platform/frame.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { t } from '../../platform/words.ts'
import { platformPlaces } from '../../places.ts'
import { ProgramExportTools } from '../shared/export-link.tsx'
import { AdjustDialog } from './adjust-dialog.tsx'
import { PlatformEarnings } from './platform-list.tsx'

function Tools({ mayAdjust }: { mayAdjust: boolean }) {
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <GoLink to={platformPlaces.skippedEarnings()}>{t('skipped.title')}</GoLink>
      <ProgramExportTools kind="earnings" />
      {mayAdjust && (
        <Button variant="default" onClick={() => setOpen(true)}>
          {t('adjust.open')}
        </Button>
      )}
      {isOpen && <AdjustDialog onClose={() => setOpen(false)} />}
    </>
  )
}

/** What partners earned, and the decisions about it, for some at a time. */
export function PlatformEarningsPage() {
  const mayDecide = useMay('platform.earnings.approve')
  return (
    <Page
      title={t('earnings.title')}
      lead={t('earnings.platform_lead')}
      tools={<Tools mayAdjust={mayDecide} />}
    >
      <PlatformEarnings />
    </Page>
  )
}

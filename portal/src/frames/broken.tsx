import { Button } from '@mantine/core'

import { StopPage } from '../parts/stop-page.tsx'
import { t } from '../platform/words.ts'

/** A page of ours failed. Nothing of it is trusted to be shown; a fresh page is the way on. */
export function Broken() {
  return (
    <StopPage title={t('trouble.broken')}>
      <p>{t('trouble.broken_page')}</p>
      <div>
        <Button onClick={() => window.location.reload()}>{t('mismatch.reload')}</Button>
      </div>
    </StopPage>
  )
}

import { StopPage } from '../parts/stop-page.tsx'
import { t } from '../platform/words.ts'

/** No page has this address. */
export function NotFound() {
  return (
    <StopPage title={t('missing.title')}>
      <p>{t('missing.text')}</p>
      <div>
        <a href="/">{t('missing.home')}</a>
      </div>
    </StopPage>
  )
}

import type { Link } from '@liaison/client'

import { Note } from '../../parts/page.tsx'
import { t } from '../../platform/words.ts'

/** Says why an access that was approved has not begun, where its first day is not the reason. */
export function WaitNote({ link, who }: { link: Pick<Link, 'waits_for'>; who: string }) {
  if (link.waits_for !== 'second_factor') return null
  return (
    <Note tone="attention">
      <p>{t('link_wait.second_factor', { who })}</p>
    </Note>
  )
}

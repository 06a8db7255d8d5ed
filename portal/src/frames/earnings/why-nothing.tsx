import './earnings-words.ts'
import type { EarningSkip } from '@liaison/client'

import { t } from '../../platform/words.ts'

/** Why nothing was earned on a payment, and in which way of earning where it is not all of them. */
export function WhyNothing({ skip }: { skip: Pick<EarningSkip, 'says' | 'component'> }) {
  return (
    <>
      {skip.says}
      {skip.component !== null && (
        <span className="small muted"> {t('skipped.component', { component: skip.component })}</span>
      )}
    </>
  )
}

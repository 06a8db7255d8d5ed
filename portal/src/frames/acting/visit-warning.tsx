import { Button } from '@mantine/core'
import { IconClockHour4 } from '@tabler/icons-react'

import { sayTrouble } from '../../parts/say-trouble.ts'
import { formatCountdown } from '../../platform/format.ts'
import { t } from '../../platform/words.ts'
import type { OwnVisit } from './use-visit.ts'

type VisitWarningProps = { visit: OwnVisit; tenant: string }

/** Two minutes before a visit ends: how long is left, and the way to stay (WCAG 2.2.1). */
export function VisitWarning({ visit, tenant }: VisitWarningProps) {
  const { state, reason, enter } = visit
  return (
    // The region is there before its words are, so that screen readers say them once (WCAG 4.1.3).
    <div role="alert" className={state.kind === 'ending' ? 'visit-warning' : undefined}>
      {state.kind === 'ending' && (
        <>
          <IconClockHour4 size={18} aria-hidden="true" />
          <p>
            {t('visit.ending', { tenant })}{' '}
            <span aria-hidden="true" className="num strong">
              {formatCountdown(state.leftMs)}
            </span>
          </p>
          <Button loading={enter.isPending} onClick={() => enter.mutate(reason, { onError: sayTrouble })}>
            {t('visit.stay', { tenant })}
          </Button>
        </>
      )}
    </div>
  )
}

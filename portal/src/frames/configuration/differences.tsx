import type { ConfigurationComparison } from '@liaison/client'

import { t } from '../../platform/words.ts'

type Difference = ConfigurationComparison['differences'][number]

function tellAffected({ affects, affected_count: count }: Difference): string {
  if (affects === 'visitors') return t('config.affects_visitors')
  return t(`config.affects_${affects}`, { count: count ?? 0 })
}

/** What differs, one sentence a line, with the direction and whom it touches. */
export function Differences({ comparison }: { comparison: ConfigurationComparison }) {
  if (comparison.differences.length === 0) return <p className="muted">{t('config.changes_none')}</p>
  return (
    <ul className="plain stack tight config-differences">
      {comparison.differences.map((difference) => (
        <li key={difference.path.join('/')}>
          <span className="config-direction" data-direction={difference.direction}>
            {t(`config.${difference.direction}`)}
          </span>
          <span>
            {difference.meaning} <span className="muted small">({tellAffected(difference)})</span>
          </span>
        </li>
      ))}
    </ul>
  )
}

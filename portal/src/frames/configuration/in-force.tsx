import type { ConfigurationInForce } from '@liaison/client'

import { Panel } from '../../parts/page.tsx'
import { formatDateTime } from '../../platform/format.ts'
import { t } from '../../platform/words.ts'

/** Which version holds, since when, by whom and why. */
export function InForce({ inForce }: { inForce: ConfigurationInForce }) {
  return (
    <Panel title={t('config.in_force')}>
      {inForce.active_version === null ? (
        <p>{t('config.in_force_default')}</p>
      ) : (
        <>
          <p>
            {t('config.in_force_version', {
              version: inForce.active_version,
              name: inForce.activated_by_name ?? '',
              at: formatDateTime(inForce.activated_at) ?? '',
            })}
          </p>
          <p className="muted">{t('config.reason', { reason: inForce.reason ?? '' })}</p>
        </>
      )}
    </Panel>
  )
}

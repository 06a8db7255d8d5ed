import { ActivityPage as Feed } from '../../parts/activity-page.tsx'
import { t } from '../../platform/words.ts'
import { AuditedTenants } from './audited-tenants.tsx'

/** What the partner's people did, in every tenant; the tenants see the same events. */
export function ActivityPage() {
  return (
    <Feed
      side="any"
      title={t('activity.title')}
      lead={t('activity.partner_lead')}
      emptyText={t('activity.partner_empty')}
    >
      <AuditedTenants />
    </Feed>
  )
}

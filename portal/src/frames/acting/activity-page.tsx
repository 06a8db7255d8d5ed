import { ActivityPage as Feed } from '../../parts/activity-page.tsx'
import { useActing } from '../../platform/frame.ts'
import { t } from '../../platform/words.ts'
import { actingPlaces } from '../../places.ts'
import { ThenLink } from '../shared/then-link.tsx'

/** What the partner's people did in this tenant. The tenant reads the same list. */
export function ActivityPage() {
  const { acting, partnerId, tenantId } = useActing()
  return (
    <Feed
      side="any"
      hasSides={false}
      title={t('activity.title')}
      lead={t('activity.acting_lead', { tenant: acting.tenant_name })}
      emptyText={t('activity.partner_empty')}
    >
      {acting.access_role === 'auditor' && (
        <p>
          <ThenLink to={actingPlaces.accessThen(partnerId, tenantId)} />
        </p>
      )}
    </Feed>
  )
}

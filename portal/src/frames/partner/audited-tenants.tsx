import type { ReachableTenant } from '@liaison/client'

import { Note } from '../../parts/page.tsx'
import { formatDate } from '../../platform/format.ts'
import { useFrame } from '../../platform/frame.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { t } from '../../platform/words.ts'
import { actingPlaces } from '../../places.ts'

function Audited({ tenant }: { tenant: ReachableTenant }) {
  const { partnerId } = useFrame()
  return (
    <li>
      <GoLink to={actingPlaces.accessThen(partnerId, tenant.tenant_id)}>{tenant.name}</GoLink>
      {tenant.ends_at !== null && (
        <span className="muted"> {t('then.engagement', { date: formatDate(tenant.ends_at) })}</span>
      )}
    </li>
  )
}

/** For an auditor: each tenant with the end of the engagement, and the way to who could do what there on a date (U1). */
export function AuditedTenants({ audited }: { audited: readonly ReachableTenant[] }) {
  if (audited.length === 0) return null
  return (
    <Note>
      <p className="strong">{t('then.open')}</p>
      <ul>
        {audited.map((tenant) => (
          <Audited key={tenant.tenant_id} tenant={tenant} />
        ))}
      </ul>
    </Note>
  )
}

import { readBody } from '@liaison/client'
import type { ReachableTenant } from '@liaison/client'

import { Note } from '../../parts/page.tsx'
import { formatDate } from '../../platform/format.ts'
import { clientFor, useFrame } from '../../platform/frame.ts'
import { findPartner } from '../../platform/me.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { actingPlaces } from '../../places.ts'

function isAudited({ access_role: role, link_status: status }: ReachableTenant): boolean {
  return role === 'auditor' && status === 'active'
}

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
export function AuditedTenants() {
  const { me, partnerId } = useFrame()
  const own = findPartner(me, partnerId)
  const isAuditor = own?.kind === 'partner' && own.kinds.includes('auditor')
  const tenants = useRead(
    ['audited'],
    (_frame, signal) => readBody(clientFor('').GET('/partner/context/tenants', { signal })),
    { enabled: isAuditor },
  )
  const audited = (tenants.data?.items ?? []).filter(isAudited)
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

import { IdText } from '../../parts/values.tsx'
import { useFrame } from '../../platform/frame.ts'
import { findOrg } from '../../platform/me.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { t } from '../../platform/words.ts'
import { orgPlaces } from '../../places.ts'

/** The code by which a partner asks this organisation for access, to be copied and passed on (C1). */
export function PartnerCode() {
  const { me, tenantId } = useFrame()
  const org = findOrg(me, tenantId)
  if (org?.kind !== 'org') return null
  return (
    <div className="row">
      <span className="strong">{t('partner_code.title')}</span>
      <IdText id={org.slug} />
      <span className="muted">{t('partner_code.about')}</span>
      <GoLink to={orgPlaces.codes(tenantId)}>{t('partner_code.codes')}</GoLink>
      <GoLink to={orgPlaces.homePartner(tenantId)}>{t('partner_code.home')}</GoLink>
    </div>
  )
}

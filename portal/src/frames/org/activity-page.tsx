import { activitySpec } from '../../parts/activity-fields.tsx'
import { ActivityPage as Feed } from '../../parts/activity-page.tsx'
import { useFilters } from '../../parts/filter-bar.tsx'
import { Note } from '../../parts/page.tsx'
import { useFrame, useMay } from '../../platform/frame.ts'
import { t } from '../../platform/words.ts'
import { orgPlaces } from '../../places.ts'
import { ExportLink } from '../shared/export-link.tsx'
import { ThenLink } from '../shared/then-link.tsx'

/** Says that the address names one person, as that of a visit does; no filter on the page does. */
function PersonNote() {
  const { values } = useFilters(activitySpec)
  if (values.person === '') return null
  return (
    <Note tone="off">
      <p>{t('org.activity_person')}</p>
    </Note>
  )
}

/** What partners did with the organisation's data, sentence by sentence. */
export function ActivityPage() {
  const { name, tenantId } = useFrame()
  const seesAccess = useMay('tenant.partner_access.read')
  return (
    <Feed
      side="partner"
      tools={
        <>
          {seesAccess && <ThenLink to={orgPlaces.accessThen(tenantId)} />}
          <ExportLink kind="activity" shows={{ by: 'partner' }} />
        </>
      }
      title={t('org.activity_title')}
      lead={t('org.activity_lead', { org: name })}
      emptyText={t('org.activity_empty')}
    >
      <PersonNote />
    </Feed>
  )
}

import { ActivityPage as Feed } from '../../parts/activity-page.tsx'
import { useFrame } from '../../platform/frame.ts'
import { t } from '../../platform/words.ts'
import { ExportLink } from '../shared/export-link.tsx'

/** What partners did with the organisation's data, sentence by sentence. */
export function ActivityPage() {
  const { name } = useFrame()
  return (
    <Feed
      side="partner"
      tools={<ExportLink kind="activity" shows={{ by: 'partner' }} />}
      title={t('org.activity_title')}
      lead={t('org.activity_lead', { org: name })}
      emptyText={t('org.activity_empty')}
    />
  )
}

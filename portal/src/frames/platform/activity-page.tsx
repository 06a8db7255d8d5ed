import { ActivityPage as Feed } from '../../parts/activity-page.tsx'
import { t } from '../../platform/words.ts'

/** The audit log of the whole platform. */
export function ActivityPage() {
  return <Feed side="any" title={t('nav.audit')} lead={t('audit.lead')} emptyText={t('audit.empty')} />
}

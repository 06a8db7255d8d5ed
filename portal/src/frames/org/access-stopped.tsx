import { Note, Panel } from '../../parts/page.tsx'
import { useFrame } from '../../platform/frame.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { t } from '../../platform/words.ts'
import { orgPlaces } from '../../places.ts'

/** What happened, where the record is, and what stopping cannot undo. */
export function AccessStopped({ partner, record }: { partner: string; record: string }) {
  const { tenantId } = useFrame()
  return (
    <Panel title={t('stop.done_title', { partner })}>
      <div className="stack">
        <div className="prose">
          <p role="status">{t('consent.stopped', { partner })}</p>
          <p>{t('stop.done_next')}</p>
          <p>{t('consent.stop_link', { partner })}</p>
        </div>
        <Note tone="attention">
          <p>{t('consent.data_note', { partner })}</p>
        </Note>
        <p className="row">
          <GoLink to={record}>{t('stop.record')}</GoLink>
          <GoLink to={orgPlaces.access(tenantId)}>{t('stop.others')}</GoLink>
        </p>
      </div>
    </Panel>
  )
}

import { Note, Panel } from '../../parts/page.tsx'
import { IdText } from '../../parts/values.tsx'
import { formatInstant } from '../../platform/format.ts'
import { useFrame } from '../../platform/frame.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { t } from '../../platform/words.ts'
import { orgPlaces } from '../../places.ts'

type StoppedProps = {
  partner: string
  /** The page of the record that stays. */
  record: string
  /** The reference of what was stopped. */
  id: string
  /** When it stopped. */
  at: string
  /** What stopping means, in sentences. */
  lines: readonly string[]
  note?: string
}

/** What happened and when, the reference, where the record is, and what stopping cannot undo. */
export function Stopped({ partner, record, id, at, lines, note }: StoppedProps) {
  const { tenantId } = useFrame()
  return (
    <Panel title={t('stop.done_title', { partner, at: formatInstant(at) })}>
      <div className="stack">
        <div className="prose">
          {lines.map((line, index) => (
            <p key={line} role={index === 0 ? 'status' : undefined}>
              {line}
            </p>
          ))}
        </div>
        <div className="row">
          <span className="strong">{t('stop.reference')}</span>
          <IdText id={id} />
        </div>
        {note !== undefined && (
          <Note tone="attention">
            <p>{note}</p>
          </Note>
        )}
        <p className="row">
          <GoLink to={record}>{t('stop.record')}</GoLink>
          <GoLink to={orgPlaces.access(tenantId)}>{t('stop.others')}</GoLink>
        </p>
      </div>
    </Panel>
  )
}

/** As `Stopped`, for what an app or a wholesaler could do. */
export function AccessStopped({ partner, ...rest }: Omit<StoppedProps, 'lines' | 'note'>) {
  return (
    <Stopped
      {...rest}
      partner={partner}
      lines={[t('consent.stopped', { partner }), t('stop.done_next'), t('consent.stop_link', { partner })]}
      note={t('consent.data_note', { partner })}
    />
  )
}

import { useEffect, useState } from 'react'
import type { ReactNode } from 'react'

import { ConfirmPage } from '../../parts/confirm.tsx'
import { Page } from '../../parts/page.tsx'
import { useNow } from '../../platform/clock.ts'
import type { Frame } from '../../platform/frame.ts'
import { useGo } from '../../platform/navigate.tsx'
import { useWrite } from '../../platform/query.ts'
import { formatUtcClock } from '../../platform/utc.ts'
import { t } from '../../platform/words.ts'

/** Since when an access is stopped for good; null while it is not. */
export const stoppedAt = (access: { status: string; status_changed_at: string }): string | null =>
  access.status === 'revoked' ? access.status_changed_at : null

type StopAccessProps = {
  partner: string
  /** Where the record of the access is, to which keeping it leads back. */
  record: string
  /** What stopping does, in sentences. */
  effects: string[]
  stop: (reason: string, frame: Frame) => Promise<{ status_changed_at: string }>
  /** Since when it is stopped; null while it is not. */
  stoppedAt: string | null
  /** Told of the moment, once it is stopped from here. */
  onStopped: (at: string) => void
  /** What stands here once the access is stopped, told of the moment. */
  renderDone: (at: string) => ReactNode
}

/** Asks before a partner's access is stopped for good (level 2). Removing access never asks for a second factor. */
export function StopAccess({
  partner,
  record,
  effects,
  stop,
  stoppedAt: since,
  onStopped,
  renderDone,
}: StopAccessProps) {
  const go = useGo()
  const write = useWrite(stop, ({ status_changed_at: at }) => onStopped(at))
  const at = write.data?.status_changed_at ?? since
  if (at !== null) return renderDone(at)
  return (
    <ConfirmPage
      effects={effects}
      typed={partner}
      typedLabel={t('stop.type')}
      act={t('stop.act', { partner })}
      keep={t('stop.keep')}
      reason="optional"
      isBusy={write.isPending}
      error={write.error}
      onKeep={() => go(record)}
      onAct={(reason) => write.mutate(reason)}
    />
  )
}

type StopTitleProps = {
  /** Whose access it is, once that is known. */
  partner: string | undefined
  back: { to: string; label: string }
  /** Since when it is stopped; null while it is not. */
  stoppedAt: string | null
  children: (onStopped: (at: string) => void) => ReactNode
}

/** The page of a stop: its title asks, and from then on says that it is done and when, with the focus on it. */
export function StopTitle({ partner, back, stoppedAt: since, children }: StopTitleProps) {
  const [doneAt, setDoneAt] = useState<string | null>(null)
  const now = useNow(60_000)
  const at = doneAt ?? since
  useEffect(() => {
    if (doneAt !== null) document.querySelector('h1')?.focus()
  }, [doneAt])
  const asks = partner === undefined ? t('stop.title_plain') : t('stop.title', { partner })
  return (
    <Page title={at === null ? asks : t('stop.stopped', { at: formatUtcClock(at, now) })} back={back}>
      {children(setDoneAt)}
    </Page>
  )
}

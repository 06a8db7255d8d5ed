import type { ReactNode } from 'react'

import { ConfirmPage } from '../../parts/confirm.tsx'
import type { Frame } from '../../platform/frame.ts'
import { useGo } from '../../platform/navigate.tsx'
import { useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'

type StopAccessProps = {
  partner: string
  /** Where the record of the access is, to which keeping it leads back. */
  record: string
  /** What stopping does, in sentences. */
  effects: string[]
  stop: (reason: string, frame: Frame) => Promise<{ status_changed_at: string }>
  /** Since when it is stopped; null while it is not. */
  stoppedAt: string | null
  /** What stands here once the access is stopped, told of the moment. */
  renderDone: (at: string) => ReactNode
}

/** Asks before a partner's access is stopped for good (level 2). Removing access never asks for a second factor. */
export function StopAccess({ partner, record, effects, stop, stoppedAt, renderDone }: StopAccessProps) {
  const go = useGo()
  const write = useWrite(stop)
  const at = write.data?.status_changed_at ?? stoppedAt
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

import { NativeSelect } from '@mantine/core'
import { useState } from 'react'

import { Ask } from '../../parts/confirm.tsx'
import { MoreActs } from '../../parts/more-acts.tsx'
import type { MoreAct } from '../../parts/more-acts.tsx'
import { RowActs } from '../../parts/move-button.tsx'
import { readClock } from '../../platform/clock.ts'
import { showToast } from '../../platform/live.ts'
import { useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { Give } from './assign.tsx'
import { closeAlert, snoozeAlert, takeAlert } from './calls.ts'
import type { Desk, ShownAlert } from './calls.ts'

const hours = [1, 4, 24, 72, 168] as const
const hourMs = 3_600_000
const hoursOfDay = 24

const lengthOf = (count: number): string =>
  count < hoursOfDay
    ? t('alerts.snooze_hours', { count })
    : t('alerts.snooze_days', { count: count / hoursOfDay })

type StepProps = { alert: ShownAlert; desk: Desk }

function TakeButton({ alert, desk }: StepProps) {
  const write = useWrite(
    (id: string, { client }) => takeAlert(client, desk, id),
    () => showToast(t('alerts.taken', { alert: alert.title })),
  )
  return (
    <button
      type="button"
      className="row-tool"
      disabled={write.isPending}
      onClick={() => write.mutate(alert.alert_id)}
    >
      {t('alerts.take')}
    </button>
  )
}

type DialogProps = StepProps & { onClose: () => void }

function Close({ alert, desk, onClose }: DialogProps) {
  const write = useWrite(
    (note: string, { client }) => closeAlert(client, { desk, id: alert.alert_id, note }),
    () => {
      onClose()
      showToast(t('alerts.closed', { alert: alert.title }))
    },
  )
  return (
    <Ask
      opened
      title={t('alerts.close_title')}
      act={t('alerts.close')}
      keep={t('alerts.close_keep')}
      isBusy={write.isPending}
      error={write.error}
      reason="optional"
      onKeep={onClose}
      onAct={(note) => write.mutate(note)}
    >
      <p className="strong">{alert.title}</p>
      <p>{t('alerts.close_effect')}</p>
    </Ask>
  )
}

function useSnooze({ alert, desk }: StepProps, onDone?: () => void) {
  return useWrite(
    async (until: string | null, { client }) => {
      if (desk !== 'platform') await snoozeAlert(client, { desk, id: alert.alert_id, until })
    },
    (_answer, until) => {
      onDone?.()
      showToast(t(until === null ? 'alerts.woken' : 'alerts.snoozed_done', { alert: alert.title }))
    },
  )
}

function Snooze({ onClose, ...props }: DialogProps) {
  const [count, setCount] = useState<number>(hoursOfDay)
  const write = useSnooze(props, onClose)
  return (
    <Ask
      opened
      title={t('alerts.snooze_title')}
      act={t('alerts.snooze')}
      keep={t('alerts.snooze_keep')}
      isBusy={write.isPending}
      error={write.error}
      onKeep={onClose}
      onAct={() => write.mutate(new Date(readClock().getTime() + count * hourMs).toISOString())}
    >
      <p className="strong">{props.alert.title}</p>
      <p>{t('alerts.snooze_effect')}</p>
      <NativeSelect
        label={t('alerts.snooze_for')}
        value={String(count)}
        onChange={(event) => setCount(Number(event.currentTarget.value))}
      >
        {hours.map((length) => (
          <option key={length} value={length}>
            {lengthOf(length)}
          </option>
        ))}
      </NativeSelect>
    </Ask>
  )
}

/** Whether an alert sleeps now. */
export function isAsleep(alert: ShownAlert, now: Date): boolean {
  return alert.snoozed_until !== null && new Date(alert.snoozed_until) > now
}

type Dialog = 'assign' | 'snooze' | 'close'

/** Everything beyond the main act, in the order of the menu. */
function useMore({ alert, desk, now }: StepProps & { now: Date }, open: (dialog: Dialog) => void): MoreAct[] {
  const wake = useSnooze({ alert, desk })
  const entry = (dialog: Dialog): MoreAct => ({
    words: `${t(`alerts.${dialog}`)}…`,
    onAct: () => open(dialog),
  })
  const sleep = isAsleep(alert, now)
    ? { words: t('alerts.wake'), onAct: () => wake.mutate(null) }
    : entry('snooze')
  return [
    ...(desk === 'tenants' && alert.link_id !== null ? [entry('assign')] : []),
    ...(desk === 'platform' ? [] : [sleep]),
    ...(alert.status === 'active' ? [entry('close')] : []),
  ]
}

/** What can be done to one alert: taking it, or closing one that is taken; the rest is in a menu. */
export function Steps({ alert, desk, now }: StepProps & { now: Date }) {
  const [dialog, setDialog] = useState<Dialog | null>(null)
  const more = useMore({ alert, desk, now }, setDialog)
  if (alert.status === 'resolved') return null
  const onClose = () => setDialog(null)
  return (
    <RowActs>
      {alert.status === 'active' ? (
        <TakeButton alert={alert} desk={desk} />
      ) : (
        <button type="button" className="row-tool" onClick={() => setDialog('close')}>
          {t('alerts.close')}…
        </button>
      )}
      <MoreActs thing={alert.title} acts={more} />
      {dialog === 'assign' && alert.link_id !== null && (
        <Give alert={alert} linkId={alert.link_id} onClose={onClose} />
      )}
      {dialog === 'snooze' && <Snooze alert={alert} desk={desk} onClose={onClose} />}
      {dialog === 'close' && <Close alert={alert} desk={desk} onClose={onClose} />}
    </RowActs>
  )
}

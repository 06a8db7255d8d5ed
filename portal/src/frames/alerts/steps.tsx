import { NativeSelect } from '@mantine/core'
import { useState } from 'react'

import { Ask } from '../../parts/confirm.tsx'
import { RowActs } from '../../parts/move-button.tsx'
import { readClock } from '../../platform/clock.ts'
import { showToast } from '../../platform/live.ts'
import { useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { AssignButton } from './assign.tsx'
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

function CloseButton({ alert, desk }: StepProps) {
  const [isOpen, setOpen] = useState(false)
  const write = useWrite(
    (note: string, { client }) => closeAlert(client, { desk, id: alert.alert_id, note }),
    () => {
      setOpen(false)
      showToast(t('alerts.closed', { alert: alert.title }))
    },
  )
  return (
    <>
      <button type="button" className="row-tool" onClick={() => setOpen(true)}>
        {t('alerts.close')}…
      </button>
      <Ask
        opened={isOpen}
        title={t('alerts.close_title')}
        act={t('alerts.close')}
        keep={t('alerts.close_keep')}
        isBusy={write.isPending}
        error={write.error}
        reason="optional"
        onKeep={() => setOpen(false)}
        onAct={(note) => write.mutate(note)}
      >
        <p className="strong">{alert.title}</p>
        <p>{t('alerts.close_effect')}</p>
      </Ask>
    </>
  )
}

type SnoozeProps = { alert: ShownAlert; desk: Exclude<Desk, 'platform'> }

function useSnooze({ alert, desk }: SnoozeProps, onDone?: () => void) {
  return useWrite(
    (until: string | null, { client }) => snoozeAlert(client, { desk, id: alert.alert_id, until }),
    (_answer, until) => {
      onDone?.()
      showToast(t(until === null ? 'alerts.woken' : 'alerts.snoozed_done', { alert: alert.title }))
    },
  )
}

function WakeButton(props: SnoozeProps) {
  const write = useSnooze(props)
  return (
    <button type="button" className="row-tool" disabled={write.isPending} onClick={() => write.mutate(null)}>
      {t('alerts.wake')}
    </button>
  )
}

function SnoozeButton(props: SnoozeProps) {
  const [isOpen, setOpen] = useState(false)
  const [count, setCount] = useState<number>(hoursOfDay)
  const write = useSnooze(props, () => setOpen(false))
  return (
    <>
      <button type="button" className="row-tool" onClick={() => setOpen(true)}>
        {t('alerts.snooze')}…
      </button>
      <Ask
        opened={isOpen}
        title={t('alerts.snooze_title')}
        act={t('alerts.snooze')}
        keep={t('alerts.snooze_keep')}
        isBusy={write.isPending}
        error={write.error}
        onKeep={() => setOpen(false)}
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
    </>
  )
}

/** Whether an alert sleeps now. */
export function isAsleep(alert: ShownAlert, now: Date): boolean {
  return alert.snoozed_until !== null && new Date(alert.snoozed_until) > now
}

/** What can be done to one alert. */
export function Steps({ alert, desk, now }: StepProps & { now: Date }) {
  if (alert.status === 'resolved') return null
  return (
    <RowActs>
      {alert.status === 'active' && <TakeButton alert={alert} desk={desk} />}
      {desk === 'tenants' && alert.link_id !== null && <AssignButton alert={alert} linkId={alert.link_id} />}
      {desk !== 'platform' &&
        (isAsleep(alert, now) ? (
          <WakeButton alert={alert} desk={desk} />
        ) : (
          <SnoozeButton alert={alert} desk={desk} />
        ))}
      <CloseButton alert={alert} desk={desk} />
    </RowActs>
  )
}

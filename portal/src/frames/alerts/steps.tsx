import { NativeSelect } from '@mantine/core'
import { useState } from 'react'

import { Ask } from '../../parts/confirm.tsx'
import { MoreActs } from '../../parts/more-acts.tsx'
import type { MoreAct } from '../../parts/more-acts.tsx'
import { RowActs } from '../../parts/move-button.tsx'
import { sayTrouble } from '../../parts/say-trouble.ts'
import { readClock } from '../../platform/clock.ts'
import { showToast } from '../../platform/live.ts'
import { useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { Give } from './assign.tsx'
import { closeAlert, snoozeAlert, takeAlert } from './calls.ts'
import type { Desk, ShownAlert } from './calls.ts'
import { useReopen, useTakeBack } from './reopen.ts'

const hours = [1, 4, 24, 72, 168] as const
const hourMs = 3_600_000
const hoursOfDay = 24

const lengthOf = (count: number): string =>
  count < hoursOfDay
    ? t('alerts.snooze_hours', { count })
    : t('alerts.snooze_days', { count: count / hoursOfDay })

type StepProps = { alert: ShownAlert; desk: Desk }

/** Nothing is asked before these steps, so there is no place beside which a refusal could stand. */
const refused = { onError: sayTrouble }

/** Taking or closing an alert is done at once, and taken back from the sentence that says so (experience.md section 3). */
function useAtOnce({ alert, desk }: StepProps) {
  const reopen = useReopen({ alert, desk })
  return useWrite(
    (does: 'take' | 'close', { client }) =>
      does === 'take'
        ? takeAlert(client, desk, alert.alert_id)
        : closeAlert(client, { desk, id: alert.alert_id, note: '' }),
    (_answer, does) =>
      showToast(t(does === 'take' ? 'alerts.taken' : 'alerts.closed', { alert: alert.title }), reopen),
  )
}

function MainStep({ alert, desk }: StepProps) {
  const write = useAtOnce({ alert, desk })
  const does = alert.status === 'active' ? 'take' : 'close'
  return (
    <button
      type="button"
      className="row-tool"
      disabled={write.isPending}
      onClick={() => write.mutate(does, refused)}
    >
      {t(`alerts.${does}`)}
    </button>
  )
}

function ReopenButton({ alert, desk }: StepProps) {
  const reopen = useReopen({ alert, desk })
  return (
    <button type="button" className="row-tool" onClick={reopen}>
      {t('alerts.reopen')}
    </button>
  )
}

type DialogProps = StepProps & { onClose: () => void }

function Close({ alert, desk, onClose }: DialogProps) {
  const reopen = useReopen({ alert, desk })
  const write = useWrite(
    (note: string, { client }) => closeAlert(client, { desk, id: alert.alert_id, note }),
    () => {
      onClose()
      showToast(t('alerts.closed', { alert: alert.title }), reopen)
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
  const wake = useTakeBack(
    async (client) => {
      if (desk !== 'platform') await snoozeAlert(client, { desk, id: alert.alert_id, until: null })
    },
    t('alerts.woken', { alert: alert.title }),
  )
  return useWrite(
    async (until: string | null, { client }) => {
      if (desk !== 'platform') await snoozeAlert(client, { desk, id: alert.alert_id, until })
    },
    (_answer, until) => {
      onDone?.()
      if (until === null) showToast(t('alerts.woken', { alert: alert.title }))
      else showToast(t('alerts.snoozed_done', { alert: alert.title }), wake)
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
  const atOnce = useAtOnce({ alert, desk })
  const entry = (dialog: Dialog): MoreAct => ({
    words: `${t(dialog === 'close' ? 'alerts.close_note' : `alerts.${dialog}`)}…`,
    onAct: () => open(dialog),
  })
  const sleep = isAsleep(alert, now)
    ? { words: t('alerts.wake'), onAct: () => wake.mutate(null, refused) }
    : entry('snooze')
  return [
    ...(desk === 'tenants' && alert.link_id !== null ? [entry('assign')] : []),
    ...(desk === 'platform' ? [] : [sleep]),
    ...(alert.status === 'active'
      ? [{ words: t('alerts.close'), onAct: () => atOnce.mutate('close', refused) }]
      : []),
    entry('close'),
  ]
}

/** What can be done to one alert: taking it, closing one that is taken, opening one that somebody closed; the rest is in a menu. */
export function Steps({ alert, desk, now }: StepProps & { now: Date }) {
  const [dialog, setDialog] = useState<Dialog | null>(null)
  const more = useMore({ alert, desk, now }, setDialog)
  if (alert.status === 'resolved')
    return alert.resolved_by_name === 'clock' ? null : <ReopenButton alert={alert} desk={desk} />
  const onClose = () => setDialog(null)
  return (
    <RowActs>
      <MainStep alert={alert} desk={desk} />
      <MoreActs thing={alert.title} acts={more} />
      {dialog === 'assign' && alert.link_id !== null && (
        <Give alert={alert} linkId={alert.link_id} onClose={onClose} />
      )}
      {dialog === 'snooze' && <Snooze alert={alert} desk={desk} onClose={onClose} />}
      {dialog === 'close' && <Close alert={alert} desk={desk} onClose={onClose} />}
    </RowActs>
  )
}

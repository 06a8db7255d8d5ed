import { NativeSelect, TextInput } from '@mantine/core'
import type { Freeze } from '@liaison/client'
import { useState } from 'react'

import { Ask } from '../../parts/confirm.tsx'
import { errorOf } from '../../parts/error-summary.tsx'
import type { FormError } from '../../parts/error-summary.tsx'
import { Note, Panel } from '../../parts/page.tsx'
import { Empty } from '../../parts/states.tsx'
import { TableFrame } from '../../parts/table-frame.tsx'
import { glyphStyle } from '../../parts/glyphs.tsx'
import { WriteForm } from '../../parts/write-form.tsx'
import { formatDateTime } from '../../platform/format.ts'
import type { Frame } from '../../platform/frame.ts'
import { showToast } from '../../platform/live.ts'
import { useWrite } from '../../platform/query.ts'
import { describeStatus } from '../../platform/status.ts'
import { t, tValue } from '../../platform/words.ts'
import { freezeState, voidLift } from '../shared/freeze-words.ts'
import type { LiftBody } from '../shared/freeze-words.ts'
import { LiftFreeze } from '../shared/lift-freeze.tsx'

/** One thing that can be stopped, with the choice that it asks for, if any. */
export type Stoppable = {
  readonly scope: string
  readonly label: string
  readonly note?: string
  /** Whose access it is, and what pausing it does. */
  readonly who: (id: string) => string
  readonly effect: (id: string) => string
  readonly which?: { readonly label: string; readonly choices: readonly { id: string; name: string }[] }
}

export type Stop = { readonly scope: string; readonly id: string; readonly reason: string }

type WhichProps = {
  which: NonNullable<Stoppable['which']>
  stop: Stop
  errors: readonly FormError[]
  onStop: (stop: Stop) => void
}

function Which({ which, stop, errors, onStop }: WhichProps) {
  return (
    <NativeSelect
      id="id"
      label={which.label}
      value={stop.id}
      error={errorOf(errors, 'id')}
      onChange={(event) => onStop({ ...stop, id: event.currentTarget.value })}
    >
      <option value="">{t('ownfreeze.choose')}</option>
      {which.choices.map(({ id, name }) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </NativeSelect>
  )
}

function Fields({
  stop,
  stoppables,
  errors,
  onStop,
}: {
  stop: Stop
  stoppables: readonly Stoppable[]
  errors: readonly FormError[]
  onStop: (stop: Stop) => void
}) {
  const chosen = stoppables.find(({ scope }) => scope === stop.scope)
  return (
    <>
      <NativeSelect
        id="scope"
        label={t('ownfreeze.what')}
        value={stop.scope}
        onChange={(event) => onStop({ ...stop, scope: event.currentTarget.value, id: '' })}
      >
        {stoppables.map(({ scope, label }) => (
          <option key={scope} value={scope}>
            {label}
          </option>
        ))}
      </NativeSelect>
      {chosen?.which && <Which which={chosen.which} stop={stop} errors={errors} onStop={onStop} />}
      <TextInput
        id="reason"
        label={t('ownfreeze.reason')}
        value={stop.reason}
        maxLength={500}
        onChange={(event) => onStop({ ...stop, reason: event.currentTarget.value })}
      />
      {chosen?.note !== undefined && (
        <Note tone="attention">
          <p>{chosen.note}</p>
        </Note>
      )}
    </>
  )
}

type FormProps = {
  stoppables: readonly Stoppable[]
  onSet: (frame: Frame, stop: Stop) => Promise<unknown>
}

/** Pauses access at once (level 1): says of whom and what it does before. No reason and no fresh factor is asked for, because it must be quick. */
export function StopForm({ stoppables, onSet }: FormProps) {
  const blank: Stop = { scope: stoppables[0]?.scope ?? '', id: '', reason: '' }
  const [stop, setStop] = useState(blank)
  const [errors, setErrors] = useState<FormError[]>([])
  const [isAsking, setAsking] = useState(false)
  const chosen = stoppables.find(({ scope }) => scope === stop.scope)
  const write = useWrite(
    (wanted: Stop, frame) => onSet(frame, wanted),
    () => {
      setAsking(false)
      setStop(blank)
      showToast(t('ownfreeze.done'))
    },
  )
  const submit = () => {
    const needsId = chosen?.which !== undefined
    const found = needsId && stop.id === '' ? [{ field: 'id', text: t('ownfreeze.missing') }] : []
    setErrors(found)
    setAsking(found.length === 0)
  }
  return (
    <Panel title={t('ownfreeze.title')}>
      <WriteForm
        write={write}
        errors={errors}
        act={`${t('ownfreeze.act')}…`}
        className="stack tight"
        onSend={submit}
      >
        <Fields stop={stop} stoppables={stoppables} errors={errors} onStop={setStop} />
      </WriteForm>
      <Ask
        opened={isAsking}
        title={t('ownfreeze.ask', { who: chosen?.who(stop.id) ?? '' })}
        act={t('ownfreeze.act')}
        keep={t('ownfreeze.keep')}
        isBusy={write.isPending}
        error={write.error}
        onKeep={() => setAsking(false)}
        onAct={() => write.mutate(stop)}
      >
        {chosen?.effect(stop.id)}
      </Ask>
    </Panel>
  )
}

/** How a pause stands, with the sign of the state and the word that these pages have for it. */
function FreezeChip({ state }: { state: string }) {
  const [tone, sign] = describeStatus('organisation', state).look
  return (
    <span className="chip" data-tone={tone} style={glyphStyle(sign === 'lock' ? 'pause' : sign)}>
      {tValue('ownfreeze.state', state)}
    </span>
  )
}

type Lift = (frame: Frame, freezeId: string, body: LiftBody) => Promise<unknown>
type RowProps = { freeze: Freeze; name: string; onLift: Lift }

function Row({ freeze, name, onLift }: RowProps) {
  const voided = voidLift(freeze)
  return (
    <tr>
      <td className="strong">{name}</td>
      <td data-label={t('column.status')}>
        <FreezeChip state={freezeState(freeze)} />
        {voided !== null && <p className="small muted">{voided}</p>}
      </td>
      <td data-label={t('ownfreeze.since')}>{formatDateTime(freeze.created_at)}</td>
      <td data-label={t('ownfreeze.by')}>{freeze.set_by_name}</td>
      <td data-label={t('confirm.reason')}>{freeze.lift_reason ?? freeze.reason}</td>
      <td className="tool">
        {freeze.in_force && !freeze.lift_asked_by_you && (
          <LiftFreeze
            freeze={freeze}
            who={name}
            first={{ effect: t('ownfreeze.lift_two'), done: t('ownfreeze.lift_waits') }}
            lift={(body, frame) => onLift(frame, freeze.freeze_id, body)}
          />
        )}
        {freeze.in_force && freeze.lift_asked_by_you && (
          <span className="small muted">{t('ownfreeze.lift_waits')}</span>
        )}
      </td>
    </tr>
  )
}

/** The freezes that the own side set, those that stand first. */
export function FreezeList({
  freezes,
  nameOf,
  onLift,
}: {
  freezes: readonly Freeze[]
  nameOf: (freeze: Freeze) => string
  onLift: Lift
}) {
  if (freezes.length === 0)
    return (
      <div className="list">
        <Empty title={t('ownfreeze.none')} text={t('ownfreeze.none_text')} />
      </div>
    )
  return (
    <div className="list">
      <TableFrame
        caption={t('nav.freezes')}
        heads={[
          t('ownfreeze.what'),
          t('column.status'),
          t('ownfreeze.since'),
          t('ownfreeze.by'),
          t('confirm.reason'),
          '',
        ]}
      >
        {freezes.map((freeze) => (
          <Row key={freeze.freeze_id} freeze={freeze} name={nameOf(freeze)} onLift={onLift} />
        ))}
      </TableFrame>
    </div>
  )
}

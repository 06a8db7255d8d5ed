import { NativeSelect, TextInput } from '@mantine/core'
import type { Freeze } from '@liaison/client'
import { useState } from 'react'

import { errorOf } from '../../parts/error-summary.tsx'
import type { FormError } from '../../parts/error-summary.tsx'
import { MoveButton } from '../../parts/move-button.tsx'
import { Note, Panel } from '../../parts/page.tsx'
import { Empty } from '../../parts/states.tsx'
import { StatusChip } from '../../parts/values.tsx'
import { WriteForm } from '../../parts/write-form.tsx'
import { formatDateTime } from '../../platform/format.ts'
import type { Frame } from '../../platform/frame.ts'
import { showToast } from '../../platform/live.ts'
import { useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'

/** One thing that can be stopped, with the choice that it asks for, if any. */
export type Stoppable = {
  readonly scope: string
  readonly label: string
  readonly note?: string
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

/** Stops access at once. No reason and no fresh factor is asked for: stopping must be quick. */
export function StopForm({ stoppables, onSet }: FormProps) {
  const blank: Stop = { scope: stoppables[0]?.scope ?? '', id: '', reason: '' }
  const [stop, setStop] = useState(blank)
  const [errors, setErrors] = useState<FormError[]>([])
  const write = useWrite(
    (wanted: Stop, frame) => onSet(frame, wanted),
    () => {
      setStop(blank)
      showToast(t('ownfreeze.done'))
    },
  )
  const submit = () => {
    const needsId = stoppables.find(({ scope }) => scope === stop.scope)?.which !== undefined
    const found = needsId && stop.id === '' ? [{ field: 'id', text: t('ownfreeze.missing') }] : []
    setErrors(found)
    if (found.length === 0) write.mutate(stop)
  }
  return (
    <Panel title={t('ownfreeze.title')}>
      <WriteForm
        write={write}
        errors={errors}
        act={t('ownfreeze.act')}
        look="danger"
        className="stack tight"
        onSend={submit}
      >
        <Fields stop={stop} stoppables={stoppables} errors={errors} onStop={setStop} />
      </WriteForm>
    </Panel>
  )
}

type Lift = (frame: Frame, freezeId: string, reason: string) => Promise<unknown>
type RowProps = { freeze: Freeze; name: string; onLift: Lift }

function LiftButton({ freeze, name, onLift }: RowProps) {
  const isFirstOfTwo = freeze.takes_two_people && freeze.lift_asked_at === null
  return (
    <MoveButton
      isInRow
      reason="required"
      words={{
        act: t('freeze.lift'),
        title: t('freeze.lift_title', { who: name }),
        effect: t(isFirstOfTwo ? 'ownfreeze.lift_two' : 'freeze.lift_effect', { who: name }),
        keep: t('freeze.keep'),
        done: isFirstOfTwo ? t('ownfreeze.lift_waits') : t('freeze.lifted', { who: name }),
      }}
      move={(reason, frame) => onLift(frame, freeze.freeze_id, reason)}
    />
  )
}

function stateOf({ in_force: isInForce, lift_asked_at: asked }: Freeze): string {
  if (!isInForce) return 'lifted'
  return asked === null ? 'frozen' : 'lift_asked'
}

function Row({ freeze, name, onLift }: RowProps) {
  return (
    <tr>
      <td className="strong">{name}</td>
      <td data-label={t('column.status')}>
        <StatusChip family="organisation" value={stateOf(freeze)} />
      </td>
      <td data-label={t('ownfreeze.since')}>{formatDateTime(freeze.created_at)}</td>
      <td data-label={t('ownfreeze.by')}>{freeze.set_by_name}</td>
      <td data-label={t('confirm.reason')}>{freeze.lift_reason ?? freeze.reason}</td>
      <td className="tool">
        {freeze.in_force && !freeze.lift_asked_by_you && (
          <LiftButton freeze={freeze} name={name} onLift={onLift} />
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
      <div className="list-scroll" role="region" aria-label={t('nav.freezes')} tabIndex={0}>
        <table className="table cards">
          <caption className="unseen">{t('nav.freezes')}</caption>
          <thead>
            <tr>
              <th scope="col">{t('ownfreeze.what')}</th>
              <th scope="col">{t('column.status')}</th>
              <th scope="col">{t('ownfreeze.since')}</th>
              <th scope="col">{t('ownfreeze.by')}</th>
              <th scope="col">{t('confirm.reason')}</th>
              <td>
                <span className="unseen">{t('table.acts')}</span>
              </td>
            </tr>
          </thead>
          <tbody>
            {freezes.map((freeze) => (
              <Row key={freeze.freeze_id} freeze={freeze} name={nameOf(freeze)} onLift={onLift} />
            ))}
          </tbody>
        </table>
      </div>
    </div>
  )
}

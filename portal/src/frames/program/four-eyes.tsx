import './program-words.ts'
import { readBody } from '@liaison/client'
import type { PartnerProgram } from '@liaison/client'
import { useState } from 'react'

import type { FormError } from '../../parts/error-summary.tsx'
import { Answer } from '../../parts/states.tsx'
import { useMay } from '../../platform/frame.ts'
import { showToast } from '../../platform/live.ts'
import { useRead, useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { checkReason, ReasonField, Setting } from './setting.tsx'

const choices = ['offer_and_approval', 'approval', 'off'] as const
type Choice = (typeof choices)[number]

type ChoicesProps = { value: Choice; onValue: (value: Choice) => void }

function Choices({ value, onValue }: ChoicesProps) {
  return (
    <fieldset className="stack tight">
      <legend>{t('four_eyes.legend')}</legend>
      {choices.map((choice) => (
        <label key={choice} className="check">
          <input type="radio" name="four_eyes" checked={choice === value} onChange={() => onValue(choice)} />
          <span>{t(`four_eyes.${choice}`)}</span>
        </label>
      ))}
    </fieldset>
  )
}

function Form({ program }: { program: PartnerProgram }) {
  const before = program.four_eyes
  const [chosen, setChosen] = useState<Choice>(before)
  const [reason, setReason] = useState('')
  const [errors, setErrors] = useState<FormError[]>([])
  const write = useWrite(
    (why: string, { client }) =>
      readBody(client.PUT('/admin/program', { body: { before, four_eyes: chosen, reason: why } })),
    ({ four_eyes_asked: asked }) =>
      showToast(t(asked === null ? 'program_settings.done' : 'second.asked_done')),
  )
  const save = () => {
    const found = checkReason('four_eyes_reason', reason)
    setErrors(found)
    if (found.length === 0) write.mutate(reason.trim())
  }
  return (
    <Setting
      title={t('four_eyes.title')}
      about={t('four_eyes.about')}
      asked={program.four_eyes_asked}
      mayChange={useMay('platform.agreements.approve')}
      errors={errors}
      isBusy={write.isPending}
      error={write.error}
      now={<p>{t(`four_eyes.${before}`)}</p>}
      onSave={save}
    >
      <Choices value={chosen} onValue={setChosen} />
      <ReasonField id="four_eyes_reason" value={reason} errors={errors} onValue={setReason} />
    </Setting>
  )
}

/** What whoever drafted an agreement leaves to a second person. */
export function FourEyes() {
  const program = useRead(['program'], (frame, signal) =>
    readBody(frame.client.GET('/admin/program', { signal })),
  )
  return (
    <Answer query={program} lines={4}>
      {(found) => (
        <Form key={`${found.four_eyes} ${found.four_eyes_asked?.request_id ?? ''}`} program={found} />
      )}
    </Answer>
  )
}

import { Button, Modal, Textarea, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { ReactNode } from 'react'

import { t } from '../platform/words.ts'
import { ErrorSummary, errorOf, WriteProblem } from './error-summary.tsx'
import type { FormError } from './error-summary.tsx'
import { Note } from './page.tsx'

export type Asked = { label: string; missing: string }

type AskProps = {
  opened: boolean
  title: string
  children: ReactNode
  /** Verb and object, such as "Suspend the link". */
  act: string
  /** What stays when one does not act, such as "Keep the link active". */
  keep: string
  isDanger?: boolean
  isBusy: boolean
  error: Error | null
  reason?: 'optional' | 'required'
  /** What the field asks for when it is no reason, such as the reference of a payment. */
  asks?: Asked | undefined
  onKeep: () => void
  onAct: (reason: string) => void
}

/** What is asked. It begins anew each time, so that neither a reason nor a refusal stays for the next act of the same button. */
function Asking(props: AskProps) {
  const [reason, setReason] = useState('')
  const [isMissing, setMissing] = useState(false)
  const [earlier] = useState(props.error)
  const act = () => {
    const missing = props.reason === 'required' && reason.trim() === ''
    setMissing(missing)
    if (!missing) props.onAct(reason.trim())
  }
  return (
    <div className="stack">
      <WriteProblem error={props.error === earlier ? null : props.error} />
      <div>{props.children}</div>
      {props.reason !== undefined && (
        <TextInput
          label={
            props.asks?.label ?? t(props.reason === 'required' ? 'confirm.reason' : 'confirm.reason_optional')
          }
          value={reason}
          maxLength={500}
          error={isMissing ? (props.asks?.missing ?? t('confirm.reason_missing')) : undefined}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
      )}
      <div className="row ends">
        <Button variant="default" data-autofocus="" onClick={props.onKeep}>
          {props.keep}
        </Button>
        <Button {...(props.isDanger ? { color: 'red' } : {})} loading={props.isBusy} onClick={act}>
          {props.act}
        </Button>
      </div>
    </div>
  )
}

/** Level 1: reversible but felt. Object, effect and way back in place; the first focus is on the safe choice. */
export function Ask(props: AskProps) {
  return (
    <Modal
      opened={props.opened}
      onClose={props.onKeep}
      title={props.title}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <Asking {...props} />
    </Modal>
  )
}

type ConfirmPageProps = {
  /** What happens, computed by the server, in sentences. */
  effects: readonly string[]
  /** What the person types, shown above the field. */
  typed: string
  typedLabel: string
  act: string
  keep: string
  reason: 'optional' | 'required'
  /** A choice of what is cut off besides. */
  children?: ReactNode
  isBusy: boolean
  error: Error | null
  onKeep: () => void
  onAct: (reason: string, typed: string) => void
}

function isSameName(typed: string, wanted: string): boolean {
  return typed.trim() === wanted.trim()
}

type Entered = { name: string; reason: string }

function checkConfirm(props: ConfirmPageProps, { name, reason }: Entered): FormError[] {
  const errors: FormError[] = []
  if (props.reason === 'required' && reason.trim() === '') {
    errors.push({ field: 'reason', text: t('confirm.reason_missing') })
  }
  if (!isSameName(name, props.typed)) {
    errors.push({ field: 'typed', text: t('confirm.typed_wrong', { name: props.typed }) })
  }
  return errors
}

type FieldsProps = Pick<ConfirmPageProps, 'typed' | 'typedLabel' | 'reason'> & {
  entered: Entered
  errors: readonly FormError[]
  onEntered: (entered: Entered) => void
}

function Fields({ entered, errors, onEntered, ...wanted }: FieldsProps) {
  return (
    <>
      <Textarea
        id="reason"
        label={t(wanted.reason === 'required' ? 'confirm.reason' : 'confirm.reason_optional')}
        value={entered.reason}
        maxLength={500}
        rows={2}
        error={errorOf(errors, 'reason')}
        onChange={(event) => onEntered({ ...entered, reason: event.currentTarget.value })}
      />
      <TextInput
        id="typed"
        label={wanted.typedLabel}
        description={<span className="strong">{wanted.typed}</span>}
        autoComplete="off"
        value={entered.name}
        error={errorOf(errors, 'typed')}
        onChange={(event) => onEntered({ ...entered, name: event.currentTarget.value })}
      />
    </>
  )
}

/**
 * Levels 2 and 3: cuts access. The effect, the name to type (paste is allowed), a reason, and a button that
 * names its object. The button is always enabled and validates, because a greyed button explains nothing.
 */
export function ConfirmPage(props: ConfirmPageProps) {
  const [entered, setEntered] = useState<Entered>({ name: '', reason: '' })
  const [errors, setErrors] = useState<FormError[]>([])
  const submit = (event: { preventDefault: () => void }) => {
    event.preventDefault()
    const found = checkConfirm(props, entered)
    setErrors(found)
    if (found.length === 0) props.onAct(entered.reason.trim(), entered.name.trim())
  }
  return (
    <form data-unkept="" className="stack form" noValidate onSubmit={submit}>
      <ErrorSummary errors={errors} />
      <WriteProblem error={props.error} />
      <Note tone="bad">
        <ul>
          {props.effects.map((effect) => (
            <li key={effect}>{effect}</li>
          ))}
        </ul>
      </Note>
      {props.children}
      <Fields
        typed={props.typed}
        typedLabel={props.typedLabel}
        reason={props.reason}
        entered={entered}
        errors={errors}
        onEntered={setEntered}
      />
      <div className="row">
        <Button type="button" variant="default" onClick={props.onKeep}>
          {props.keep}
        </Button>
        <Button type="submit" color="red" loading={props.isBusy}>
          {props.act}
        </Button>
      </div>
    </form>
  )
}

import './program-words.ts'
import { Button, Textarea } from '@mantine/core'
import type { SecondPersonRequest } from '@liaison/client'
import { useState } from 'react'
import type { ReactNode } from 'react'

import { errorOf, ErrorSummary, WriteProblem } from '../../parts/error-summary.tsx'
import type { FormError } from '../../parts/error-summary.tsx'
import { Panel } from '../../parts/page.tsx'
import { t } from '../../platform/words.ts'
import { SecondPerson } from '../shared/second-person.tsx'

type SettingProps = {
  title: string
  about: string
  /** Who set it last, as a sentence. */
  lastSet?: string | undefined
  mayChange: boolean
  errors: readonly FormError[]
  isBusy: boolean
  error: Error | null
  /** A change that waits for a second person. */
  asked?: SecondPersonRequest | null
  /** What it is now, for those who only read it. */
  now: ReactNode
  onSave: () => void
  children: ReactNode
}

/** One setting of the program: a form for those who may change it, what it is for the others. */
export function Setting(props: SettingProps) {
  return (
    <Panel title={props.title}>
      <div className="stack tight">
        <p className="muted">{props.about}</p>
        {props.asked && <SecondPerson request={props.asked} />}
        {props.mayChange ? (
          <form
            className="stack tight form"
            noValidate
            onSubmit={(event) => {
              event.preventDefault()
              props.onSave()
            }}
          >
            <ErrorSummary errors={props.errors} />
            <WriteProblem error={props.error} />
            {props.children}
            <div>
              <Button type="submit" loading={props.isBusy}>
                {t('program_settings.save')}
              </Button>
            </div>
          </form>
        ) : (
          props.now
        )}
        {props.lastSet !== undefined && <p className="small muted">{props.lastSet}</p>}
      </div>
    </Panel>
  )
}

type Write<Draft> = { isPending: boolean; error: Error | null; mutate: (draft: Draft) => void }

/** What is entered in the form of a setting, and what `Setting` shows of it; it is sent when nothing is wrong with it. */
export function useSettingForm<Draft extends object>(
  begin: () => Draft,
  check: (draft: Draft) => FormError[],
  write: Write<Draft>,
) {
  const [draft, setDraft] = useState(begin)
  const [errors, setErrors] = useState<FormError[]>([])
  const onSave = () => {
    const found = check(draft)
    setErrors(found)
    if (found.length === 0) write.mutate(draft)
  }
  return {
    draft,
    change: (changed: Partial<Draft>) => setDraft({ ...draft, ...changed }),
    shown: { errors, isBusy: write.isPending, error: write.error, onSave },
  }
}

type ReasonFieldProps = {
  id: string
  value: string
  errors: readonly FormError[]
  onValue: (value: string) => void
}

/** Why a setting is changed; it stands in the audit log. */
export function ReasonField({ id, value, errors, onValue }: ReasonFieldProps) {
  return (
    <Textarea
      id={id}
      label={t('confirm.reason')}
      rows={2}
      maxLength={500}
      value={value}
      error={errorOf(errors, id)}
      onChange={(event) => onValue(event.currentTarget.value)}
    />
  )
}

/** What is missing when no reason is given. */
export function checkReason(id: string, reason: string): FormError[] {
  return reason.trim() === '' ? [{ field: id, text: t('confirm.reason_missing') }] : []
}

import type { FieldProblem } from '@liaison/client'
import { lazy, Suspense, useEffect, useMemo, useRef } from 'react'

import { readTrouble } from '../platform/access-problem.ts'
import type { Trouble } from '../platform/access-problem.ts'
import { t } from '../platform/words.ts'
import { AskMore } from './ask-more.tsx'
import { describeTrouble, NextStep, WhyButton } from './states.tsx'

export type FormError = { field: string; text: string }

/** The server's field problems as errors of this form; a pointer such as `/comment/content` names `content`. */
function toFormErrors(errors: readonly FieldProblem[]): FormError[] {
  return errors.map(({ pointer, detail }) => ({ field: pointer.split('/').at(-1) ?? '', text: detail }))
}

/** The sentence that belongs beside one field, or nothing. */
export function errorOf(errors: readonly FormError[], field: string): string | undefined {
  return errors.find((error) => error.field === field)?.text
}

/** What stops a form, on top, with focus moved to it and a link to each field (WCAG 3.3.1, 3.3.3). */
export function ErrorSummary({ errors }: { errors: readonly FormError[] }) {
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (errors.length > 0) box.current?.focus()
  }, [errors])
  if (errors.length === 0) return null
  return (
    <div ref={box} className="errors" role="alert" tabIndex={-1}>
      <h2>{t('form.problem', { count: errors.length })}</h2>
      <ul>
        {errors.map((error) => (
          <li key={error.field + error.text}>
            <a href={`#${error.field}`}>{error.text}</a>
          </li>
        ))}
      </ul>
    </div>
  )
}

type WriteTrouble = Extract<Trouble, { problem: unknown }>

const LookAgain = lazy(async () => ({ default: (await import('./look-again.tsx')).LookAgain }))

function OneProblem({ trouble }: { trouble: WriteTrouble }) {
  const box = useRef<HTMLDivElement>(null)
  const { title, text, reference } = describeTrouble(trouble)
  const { explainId } = trouble.problem.content
  useEffect(() => {
    box.current?.focus()
  }, [])
  return (
    <div ref={box} className="errors stack tight" role="alert" tabIndex={-1}>
      <h2>{title}</h2>
      {text !== '' && <div>{text}</div>}
      <NextStep trouble={trouble} />
      <Suspense>{trouble.kind === 'stale' && <LookAgain />}</Suspense>
      {explainId !== null && (
        <div>
          <WhyButton explainId={explainId} /> <AskMore error={trouble.problem} />
        </div>
      )}
      {reference !== null && <div className="small">{t('trouble.reference', { reference })}</div>}
    </div>
  )
}

/** A failed write: field errors as a summary, anything else as one sentence with its reference and reason. */
export function WriteProblem({ error }: { error: Error | null }) {
  const errors = useMemo(() => {
    const trouble = error === null ? null : readTrouble(error)
    return trouble !== null && 'problem' in trouble ? toFormErrors(trouble.problem.content.errors) : []
  }, [error])
  const trouble = error === null ? null : readTrouble(error)
  // A mismatch and a lost session leave the page, and a step-up was asked for and not wanted: nothing stands beside the form.
  if (trouble === null || !('problem' in trouble)) return null
  return errors.length > 0 ? (
    <ErrorSummary errors={errors} />
  ) : (
    <OneProblem key={trouble.problem.content.requestId} trouble={trouble} />
  )
}

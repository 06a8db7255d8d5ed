import type { FieldProblem } from '@liaison/sdk'
import { useEffect, useRef } from 'react'

import { readTrouble } from '../platform/access-problem.ts'
import { t } from '../platform/words.ts'
import { describeTrouble, WhyButton } from './states.tsx'

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

/** A failed write: field errors as a summary, anything else as one sentence with its reference and reason. */
export function WriteProblem({ error }: { error: Error | null }) {
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (error !== null) box.current?.focus()
  }, [error])
  if (error === null) return null
  const trouble = readTrouble(error)
  if (trouble.kind === 'step_up' || trouble.kind === 'signed_out') return null
  const content = 'problem' in trouble ? trouble.problem.content : null
  if (content !== null && content.errors.length > 0) {
    return <ErrorSummary errors={toFormErrors(content.errors)} />
  }
  const { title, text, reference } = describeTrouble(trouble)
  return (
    <div ref={box} className="errors stack tight" role="alert" tabIndex={-1}>
      <h2>{title}</h2>
      <div>{text}</div>
      {content?.nextStep && <div>{content.nextStep}</div>}
      {content?.explainId && (
        <div>
          <WhyButton explainId={content.explainId} />
        </div>
      )}
      {reference !== null && <div className="small">{t('trouble.reference', { reference })}</div>}
    </div>
  )
}

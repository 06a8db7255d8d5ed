import { COUNTRY_CODES, parseWebsite } from '#modules/partners/index.ts'
import { fieldsFor, STEPS } from './requirements.ts'
import type { AskedField, FieldForm, Step } from './requirements.ts'
import { APPLIED_KINDS } from './tables.ts'
import type { Answers, AppliedKind } from './tables.ts'

/** One fault of a page of the application. */
export interface AnswerFault {
  readonly field: string
  readonly message: string
}

/** What a page sent, as it came in. */
export type Entered = Readonly<Record<string, string | undefined>>

/** An application as far as it was filled in. */
export interface Filled {
  readonly kind: AppliedKind | null
  readonly answers: Answers
  readonly requirementsVersion: number
}

// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f]/
// oxlint-disable-next-line no-control-regex
const CONTROL_BUT_LINES = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/

function isClean(text: string, maximum: number, control = CONTROL): boolean {
  return text.length <= maximum && !control.test(text) && text.isWellFormed()
}

/** An e-mail address as people type it, in lower case; null when it is none. */
export function parseEmail(text: string): string | null {
  const lower = text.trim().toLowerCase()
  const isEmail = /^[^@\s<>"',;]+@[^@\s.<>"',;]+(\.[^@\s.<>"',;]+)+$/.test(lower)
  return isClean(lower, 254) && isEmail ? lower : null
}

function parseText(
  form: { readonly is: 'line' | 'text'; readonly maximum: number },
  text: string,
): string | null {
  return isClean(text, form.maximum, form.is === 'line' ? CONTROL : CONTROL_BUT_LINES) ? text : null
}

/** The answer to one question; null when it cannot be taken. An empty text is no answer and left to the caller. */
export function parseAnswer(form: FieldForm, entered: string): string | null {
  const text = entered.trim().replaceAll('\r\n', '\n')
  switch (form.is) {
    case 'line':
    case 'text':
      return parseText(form, text)
    case 'email':
      return parseEmail(text)
    case 'website':
      return isClean(text, 200) ? parseWebsite(text) : null
    case 'country':
      return COUNTRY_CODES.find((code) => code === text) ?? null
    case 'choice':
      return form.options.find(({ value }) => value === text)?.value ?? null
  }
}

const isAsked = (field: AskedField, answers: Answers) =>
  field.when === undefined || answers[field.when.name] === field.when.value

/** The questions of one page. */
export function fieldsOf(step: Step, filled: Filled): readonly AskedField[] {
  return fieldsFor(filled.kind, filled.requirementsVersion).filter((field) => field.step === step)
}

/** What one page says: its answers, or everything that is wrong with them. */
export function parseStep(
  fields: readonly AskedField[],
  entered: Entered,
): { readonly answers: Answers } | { readonly faults: readonly AnswerFault[] } {
  const answers: Record<string, string> = {}
  const faults: AnswerFault[] = []
  for (const field of fields) {
    const text = (entered[field.name] ?? '').trim()
    if (!isAsked(field, answers)) continue
    if (text === '') {
      if (!field.isOptional) faults.push({ field: field.name, message: field.fault })
      continue
    }
    const answer = parseAnswer(field.form, text)
    if (answer === null) faults.push({ field: field.name, message: field.fault })
    else answers[field.name] = answer
  }
  return faults.length > 0 ? { faults } : { answers }
}

/** The kind that a first page names. */
function toKind(answers: Answers): AppliedKind | null {
  return APPLIED_KINDS.find((kind) => kind === answers['kind']) ?? null
}

/**
 * The answers with those of one page put in the place of what it said before. Answers that the kind is not asked are left
 * out, so that nothing is kept that nobody needs.
 */
export function withStep(filled: Filled, step: Step, answers: Answers): Filled {
  const kind = step === 'kind' ? toKind(answers) : filled.kind
  const asked = new Map(fieldsFor(kind, filled.requirementsVersion).map((field) => [field.name, field]))
  const kept = Object.entries(filled.answers).filter(([name]) => {
    const field = asked.get(name)
    return field !== undefined && field.step !== step
  })
  return { ...filled, kind, answers: { ...Object.fromEntries(kept), ...answers } }
}

/** The first page that is not complete; null when the application can be sent. */
export function missingStep(filled: Filled): Step | null {
  if (filled.kind === null) return 'kind'
  return (
    STEPS.find((step) => {
      const parsed = parseStep(fieldsOf(step, filled), filled.answers)
      return 'faults' in parsed
    }) ?? null
  )
}

/** What was answered, question by question, in the words of the pages. */
export function toSummary(filled: Filled): { step: Step; name: string; label: string; answer: string }[] {
  return fieldsFor(filled.kind, filled.requirementsVersion).flatMap(({ step, name, label, form }) => {
    const given = filled.answers[name]
    if (given === undefined) return []
    return [{ step, name, label, answer: toWords(form, given) }]
  })
}

const COUNTRY_NAMES = new Intl.DisplayNames(['en'], { type: 'region' })

/** The name of a country in English. */
export const countryName = (code: string): string => COUNTRY_NAMES.of(code) ?? code

function toWords(form: FieldForm, given: string): string {
  if (form.is === 'choice') return form.options.find(({ value }) => value === given)?.label ?? given
  return form.is === 'country' ? countryName(given) : given
}

const DAY_MS = 86_400_000

/** The day three working days after this instant, in UTC, as `YYYY-MM-DD`. */
export function answerDay(now: Date): string {
  let day = now.getTime()
  for (let left = 3; left > 0;) {
    day += DAY_MS
    const weekday = new Date(day).getUTCDay()
    if (weekday !== 0 && weekday !== 6) left -= 1
  }
  return new Date(day).toISOString().slice(0, 10)
}

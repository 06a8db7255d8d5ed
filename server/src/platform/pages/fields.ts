import { z } from 'zod'
import { html } from '#platform/html.ts'
import type { Html } from '#platform/html.ts'
import type { Language } from '#platform/words/language.ts'
import { PAGE_WORDS } from './page-words.ts'
import type { PageWords } from './page-words.ts'

/** One fault of a form; `field` is the id of its input, null when it concerns no single one. */
export interface FieldError {
  readonly field: string | null
  readonly message: string
}

/** An input with its label. `name` is also its id unless told otherwise, so that the error summary can link to it. */
export interface TextField {
  readonly name: string
  readonly id?: string
  readonly label: string
  readonly hint?: string
  readonly value?: string
  readonly type?: 'text' | 'email' | 'password' | 'number' | 'date'
  /** The token of HTML's autofill vocabulary (WCAG 1.3.5). */
  readonly autocomplete?: string
  readonly inputMode?: 'numeric' | 'decimal' | 'text' | 'email'
  readonly maxLength?: number
  /** `code`: a few signs that are typed one by one; `digest`: a long row of them that is pasted. */
  readonly look?: 'short' | 'code' | 'digest'
  readonly isOptional?: boolean
  readonly isFocused?: boolean
}

function messageOf(errors: readonly FieldError[], name: string): string | undefined {
  return errors.find(({ field }) => field === name)?.message
}

function describedBy(
  name: string,
  hint: string | undefined,
  message: string | undefined,
): string | undefined {
  const ids = [hint === undefined ? '' : `${name}-hint`, message === undefined ? '' : `${name}-error`]
  return ids.filter(Boolean).join(' ') || undefined
}

/** The faults of a form, above it, in the order of its fields; nothing when there are none. */
export function errorSummary(
  errors: readonly FieldError[],
  words: Pick<PageWords, 'oneFault' | 'someFaults'> = PAGE_WORDS.en,
): Html {
  if (errors.length === 0) return html``
  const items = errors.map(({ field, message }) =>
    field === null ? html`<li>${message}</li>` : html`<li><a href="#${field}">${message}</a></li>`,
  )
  return html`<div class="errors" id="errors" role="alert" tabindex="-1" autofocus>
    <h2>${errors.length === 1 ? words.oneFault : words.someFaults}</h2>
    <ul>
      ${items}
    </ul>
  </div>`
}

type AttributeValue = string | number | boolean | undefined

/** Attributes of an element: true is written without a value, false and undefined not at all. */
function attributes(values: Readonly<Record<string, AttributeValue>>): Html {
  const present = Object.entries(values).filter(([, value]) => value !== undefined && value !== false)
  return html`${present.map(([name, value]) => (value === true ? html` ${name}` : html` ${name}="${String(value)}"`))}`
}

/** Attributes of what people type exactly: no correction, no capital at the start. */
function exactness({ type, look }: TextField): Readonly<Record<string, AttributeValue>> {
  const isExact = type === 'email' || type === 'password' || look === 'code' || look === 'digest'
  return isExact ? { spellcheck: 'false', autocapitalize: 'none' } : {}
}

function fieldHead(
  name: string,
  words: { readonly label: string; readonly hint: string | undefined; readonly message: string | undefined },
): Html {
  const { label, hint, message } = words
  return html`<label for="${name}">${label}</label
    >${hint !== undefined && html`<p class="hint" id="${name}-hint">${hint}</p>`}${message !== undefined && html`<p class="field-error" id="${name}-error">${message}</p>`}`
}

/** A labelled input with its hint and its own error. */
export function textField(field: TextField, errors: readonly FieldError[] = []): Html {
  const { name, id = name, label, hint, type = 'text', look } = field
  const message = messageOf(errors, id)
  const all = {
    id,
    name,
    type,
    value: field.value,
    autocomplete: field.autocomplete,
    inputmode: field.inputMode,
    maxlength: field.maxLength,
    class: look,
    'aria-describedby': describedBy(id, hint, message),
    'aria-invalid': message !== undefined && 'true',
    required: field.isOptional !== true,
    autofocus: field.isFocused === true && errors.length === 0,
    ...exactness(field),
  }
  return html`<div class="field${message !== undefined && ' has-error'}">
    ${fieldHead(id, { label, hint, message })}<input${attributes(all)} />
  </div>`
}

/** Text of several lines. */
export function textArea(
  field: Pick<TextField, 'name' | 'label' | 'hint' | 'value' | 'maxLength' | 'isOptional'>,
  errors: readonly FieldError[] = [],
): Html {
  const { name, label, hint, value = '' } = field
  const message = messageOf(errors, name)
  const all = {
    id: name,
    name,
    maxlength: field.maxLength,
    'aria-describedby': describedBy(name, hint, message),
    'aria-invalid': message !== undefined && 'true',
    required: field.isOptional !== true,
  }
  // Browsers drop one line end after the start tag, which is there so that the text may begin with one.
  return html`<div class="field${message !== undefined && ' has-error'}">${fieldHead(name, { label, hint, message })}<textarea${attributes(all)}>${`\n${value}`}</textarea></div>`
}

/**
 * What a text area of this length sends. Its browser counts the end of a line as one sign and sends two (HTML, "the
 * textarea element"), so what just fits in the form would not fit here.
 */
export const areaText = (maximum: number) =>
  z
    .string()
    .max(2 * maximum)
    .transform((text) => text.replaceAll('\r\n', '\n'))
    .pipe(z.string().max(maximum))

/** A box to tick. The form sends `on` when it is ticked and nothing when it is not. */
export function tickBox(field: {
  readonly name: string
  readonly label: string
  readonly hint?: string | Html
  readonly isTicked?: boolean
  readonly value?: string
  readonly id?: string
}): Html {
  const { name, label, hint, isTicked = false, value = 'on', id = name } = field
  return html`<div class="tick">
    <input
      type="checkbox"
      id="${id}"
      name="${name}"
      value="${value}"
      ${isTicked && html` checked`}${hint !== undefined && html` aria-describedby="${id}-hint"`}
    /><label for="${id}"
      >${label}${hint !== undefined && html`<span class="hint" id="${id}-hint">${hint}</span>`}</label
    >
  </div>`
}

/** One of several, each on a line of its own. */
export function choices(
  field: {
    readonly name: string
    readonly legend: string
    readonly hint?: string
    readonly chosen?: string
    readonly options: readonly { readonly value: string; readonly label: string; readonly hint?: string }[]
  },
  errors: readonly FieldError[] = [],
): Html {
  const message = messageOf(errors, field.name)
  const lines = field.options.map(({ value, label, hint }, index) => {
    const id = index === 0 ? field.name : `${field.name}-${index}`
    return html`<div class="tick">
      <input
        type="radio"
        id="${id}"
        name="${field.name}"
        value="${value}"
        ${value === field.chosen && html` checked`}${hint !== undefined && html` aria-describedby="${id}-hint"`}
      /><label for="${id}"
        >${label}${hint !== undefined && html`<span class="hint" id="${id}-hint">${hint}</span>`}</label
      >
    </div>`
  })
  return html`<fieldset>
    <legend>${field.legend}</legend>
    ${field.hint !== undefined && html`<p class="hint">${field.hint}</p>`}
    ${message !== undefined && html`<p class="field-error">${message}</p>`}${lines}
  </fieldset>`
}

/** A value that goes along with the form unseen. */
export function hiddenField(name: string, value: string): Html {
  return html`<input type="hidden" name="${name}" value="${value}" />`
}

/** The button that sends the form. One `main` a page. */
export function button(
  label: string,
  look: 'main' | 'plain' | 'danger' | 'small' = 'main',
  sends?: { readonly name: string; readonly value: string },
): Html {
  return html`<button
    class="button${look !== 'plain' && ` ${look}`}"
    ${sends && html` name="${sends.name}" value="${sends.value}"`}
  >
    ${label}
  </button>`
}

/** A form that posts to this site. */
export function postForm(action: string, body: Html): Html {
  return html`<form method="post" action="${action}" novalidate>${body}</form>`
}

/** A boxed remark; its words carry the meaning, the colour only repeats it. */
export function notice(tone: 'ok' | 'attention' | 'bad' | 'info' | 'off', body: Html): Html {
  return html`<div class="notice ${tone}">${body}</div>`
}

/** What is fixed about a thing, line by line. */
export function facts(lines: readonly (readonly [term: string, description: Html | string])[]): Html {
  return html`<dl class="facts">
    ${lines.map(
      ([term, description]) =>
        html`<dt>${term}</dt>
          <dd>${description}</dd>`,
    )}
  </dl>`
}

/** A number that a telephone dials when it is pressed. */
export function telephoneLink(phone: string): Html {
  return html`<a class="nowrap" href="tel:${phone.replaceAll(/[^+0-9]/g, '')}">${phone}</a>`
}

/** That access can be stopped by telephone, too; nothing where the provider names no number. */
export function stopByTelephone(phone: string | undefined, language: Language): Html {
  return phone === undefined ? html`` : html` ${PAGE_WORDS[language].stopByTelephone(telephoneLink(phone))}`
}

import { html } from '#platform/html.ts'
import type { Html } from '#platform/html.ts'
import { choices, textArea, textField } from '#platform/pages/index.ts'
import type { FieldError } from '#platform/pages/index.ts'
import { COUNTRY_CODES } from '#modules/partners/index.ts'
import type { AskedField } from './requirements.ts'
import { countryName } from './rules.ts'
import type { Entered } from './rules.ts'

const COUNTRIES = COUNTRY_CODES.map((code) => ({ code, name: countryName(code) })).toSorted((one, other) =>
  one.name.localeCompare(other.name, 'en'),
)

function countryField(field: AskedField, chosen: string, errors: readonly FieldError[]): Html {
  const message = errors.find((error) => error.field === field.name)?.message
  const described = [field.hint && `${field.name}-hint`, message && `${field.name}-error`]
    .filter(Boolean)
    .join(' ')
  return html`<div class="field${message !== undefined && ' has-error'}">
    <label for="${field.name}">${field.label}</label>
    ${field.hint !== undefined && html`<p class="hint" id="${field.name}-hint">${field.hint}</p>`}${message !== undefined && html`<p class="field-error" id="${field.name}-error">${message}</p>`}
    <select
      id="${field.name}"
      name="${field.name}"
      autocomplete="country"
      aria-describedby="${described}"
      ${message !== undefined && html` aria-invalid="true"`}
    >
      <option value="">Choose a country</option>
      ${COUNTRIES.map(
        ({ code, name }) =>
          html`<option value="${code}" ${code === chosen && html` selected`}>${name}</option>`,
      )}
    </select>
  </div>`
}

const MAXIMA = { email: 254, website: 200 } as const

function lineField(
  field: AskedField,
  common: Parameters<typeof textField>[0],
  errors: readonly FieldError[],
): Html {
  const { form, autocomplete } = field
  const maxLength = form.is === 'line' ? form.maximum : MAXIMA[form.is === 'email' ? 'email' : 'website']
  const type = form.is === 'email' ? 'email' : 'text'
  return textField(
    { ...common, maxLength, type, ...(autocomplete !== undefined && { autocomplete }) },
    errors,
  )
}

/** One question with what was answered before, and what was wrong with it. */
export function questionField(field: AskedField, entered: Entered, errors: readonly FieldError[]): Html {
  const { name, form, hint } = field
  const value = entered[name] ?? ''
  const label = field.isOptional ? `${field.label} (optional)` : field.label
  const isOptional = field.isOptional || field.when !== undefined
  const common = { name, label, value, isOptional, ...(hint !== undefined && { hint }) }
  switch (form.is) {
    case 'text':
      return textArea({ ...common, maxLength: form.maximum }, errors)
    case 'country':
      return countryField(field, value, errors)
    case 'choice':
      return choices({ name, legend: label, options: form.options, chosen: value }, errors)
    case 'line':
    case 'email':
    case 'website':
      return lineField(field, common, errors)
  }
}

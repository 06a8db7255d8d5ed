import { html, Html } from '../html.ts'
import type { Part } from '../html.ts'

/** French sets a thin space that never breaks before high signs, and a wide one before a colon and inside quotation marks. */
function space(text: string): string {
  return text
    .replaceAll(/ (?=[;!?])/g, '\u202f')
    .replaceAll(/ (?=[:»])/g, '\u00a0')
    .replaceAll('« ', '«\u00a0')
    .replaceAll("'", '’')
}

/** A French sentence with its spaces and apostrophes as French prints them; what is put into it stays as it is. */
export function french(strings: TemplateStringsArray, ...values: readonly (string | number)[]): string {
  return strings.map((text, index) => space(text) + String(values[index] ?? '')).join('')
}

/** As `french`, for markup: the text between the values holds none of its own. */
export function frenchHtml(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(
    strings.map((text, index) => html`${space(text)}${index < parts.length && parts[index]}`.text).join(''),
  )
}

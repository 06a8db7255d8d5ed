import { html } from '#platform/html.ts'
import type { Html } from '#platform/html.ts'
import { LANGUAGES } from '#platform/words/language.ts'
import type { Language, Reading } from '#platform/words/language.ts'
import { withLanguage } from '#platform/words/page-language.ts'
import { LANGUAGE_NAMES, PAGE_WORDS } from './page-words.ts'

/** How the same page is got in another language: by a link, or by sending a form again where one had been sent. */
export interface LanguageWay {
  /** The address of the page in a language. */
  readonly path: (language: Language) => string
  /** The id of a form of the page with what had been sent; it holds no field of its own that anybody types into. */
  readonly form?: string | undefined
}

function wayTo(language: Language, { path, form }: LanguageWay): Html {
  const name = LANGUAGE_NAMES[language]
  return form === undefined
    ? html`<a href="${path(language)}" lang="${language}" hreflang="${language}">${name}</a>`
    : html`<button class="link" form="${form}" formaction="${path(language)}" lang="${language}">
        ${name}
      </button>`
}

/** The languages of a page, each by its own name; the one that is read is no link. Works without script (U12). Nothing without a way to others. */
export function languageBar(current: Language, way: LanguageWay | undefined): Html {
  if (!way) return html``
  const own = html`<b lang="${current}" aria-current="true">${LANGUAGE_NAMES[current]}</b>`
  return html`<nav class="languages" aria-label="${PAGE_WORDS[current].language}">
    <ul>
      ${LANGUAGES.map((language) => html`<li>${language === current ? own : wayTo(language, way)}</li>`)}
    </ul>
  </nav>`
}

/** A page in the language in which it is read, with its address as the way to the others; null where it cannot be asked for again. */
export function inLanguages(
  { language }: Reading,
  path: string | null,
): { readonly language: Language; readonly otherLanguages?: LanguageWay } {
  return {
    language,
    ...(path !== null && { otherLanguages: { path: (other: Language) => withLanguage(path, other) } }),
  }
}

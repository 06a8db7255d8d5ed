import { readFileSync } from 'node:fs'
import { french } from '#platform/words/french.ts'
import { html } from '#platform/html.ts'
import type { Html } from '#platform/html.ts'
import type { Language } from '#platform/words/language.ts'
import { makeAsset } from './asset.ts'

/** Counts down on pages that say how long to wait; they work without it. */
export const WAIT_SCRIPT = makeAsset(
  'wait',
  'js',
  readFileSync(new URL('./wait.js', import.meta.url), 'utf8'),
)

const SHORT_SECONDS = 90

/** A wait in words: seconds while they can be counted, minutes above. */
function waitWords(seconds: number, language: Language): string {
  const [count, unit] = seconds < SHORT_SECONDS ? [seconds, 'second'] : [Math.ceil(seconds / 60), 'minute']
  const style = { style: 'unit', unit, unitDisplay: 'long' } as const
  return new Intl.NumberFormat(language, style).format(count)
}

interface WaitWords {
  readonly before: string
  readonly after: string
  readonly over: string
}

const WORDS: Readonly<Record<Language, WaitWords>> = {
  en: { before: 'Wait', after: ', then try again. Nothing is locked.', over: 'You can try again now.' },
  es: {
    before: 'Espere',
    after: ' y vuelva a intentarlo. No se ha bloqueado nada.',
    over: 'Ya puede volver a intentarlo.',
  },
  fr: {
    before: 'Attendez',
    after: french`, puis réessayez. Rien n'est bloqué.`,
    over: 'Vous pouvez réessayer maintenant.',
  },
}

/** How long to wait, counted down where the browser runs the script of the page; its end is said aloud, its seconds are not. */
export function waitNotice(seconds: number, language: Language): Html {
  const { before, after, over } = WORDS[language]
  return html`<p class="lead">
      ${before} <b data-wait="${seconds}">${waitWords(seconds, language)}</b>${after}
    </p>
    <p class="lead" role="status" data-wait-over="${over}"></p>`
}

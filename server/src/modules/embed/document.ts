import { z } from 'zod'
import { html } from '#platform/html.ts'
import { Html } from '#platform/html.ts'
import type { ShownForm } from '#platform/resolvers/resolver-of-form.ts'
import { acceptedLanguage, LANGUAGES } from '#platform/words/language.ts'
import type { Language } from '#platform/words/language.ts'
import { FRAME_SCRIPT, FRAME_STYLE } from './assets.ts'
import type { EmbedAsset } from './assets.ts'
import { FRAME_WORDS } from './frame-words.ts'
import type { Challenge } from './ticket.ts'

const Texts = z.object({
  title: z.string().default(''),
  intro_text: z.string().default(''),
  rules_list: z.array(z.string()).default([]),
})

/** What a form says and how it looks, read with care: what does not fit is left out, never drawn. */
const Config = z.object({
  allowed_voucher_types: z.array(z.string()).catch([]),
  default_language: z.enum(LANGUAGES).catch('en'),
  texts: z.object({ en: Texts.optional(), es: Texts.optional(), fr: Texts.optional() }).catch({}),
  theme: z
    .object({
      accent: z
        .string()
        .regex(/^#[0-9a-f]{6}$/)
        .catch('#0b5cad'),
      radius: z.enum(['none', 'small', 'large']).catch('small'),
      appearance: z.enum(['light', 'dark', 'auto']).catch('auto'),
      density: z.enum(['comfortable', 'compact']).catch('comfortable'),
    })
    .catch({ accent: '#0b5cad', radius: 'small', appearance: 'auto', density: 'comfortable' }),
})

/** The language that is asked for, if the form speaks it; else that of the browser, else the form's own. */
export function languageOf(
  asked: { readonly query: unknown; readonly accepted: string | undefined },
  own: Language,
): Language {
  const named = LANGUAGES.find((language) => language === asked.query)
  return named ?? acceptedLanguage(asked.accepted, own)
}

/** Text within a script block: nothing in it can end the block or begin a comment. */
function escapeBlock(text: string): string {
  return text.replaceAll('<', '\\u003c').replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')
}

/** One visit of a form's document. */
export interface FormVisitor {
  readonly publicId: string
  readonly query: unknown
  readonly accepted: string | undefined
  /** Null for a form that is put back into its frame and has kept a ticket. */
  readonly challenge: Challenge | null
}

type ReadTexts = z.output<typeof Texts>

const saysSomething = (texts: ReadTexts | undefined): texts is ReadTexts =>
  texts !== undefined && (texts.title !== '' || texts.intro_text !== '' || texts.rules_list.length > 0)

/**
 * What the organisation says in a language; where it says nothing in it, what it says in the default language of the form,
 * and the language that this is in (E6).
 */
function textsFor(
  config: z.output<typeof Config>,
  wanted: Language,
): ReadTexts & { readonly lang: Language } {
  const own = config.texts[wanted]
  if (saysSomething(own)) return { ...own, lang: wanted }
  const fallback = config.texts[config.default_language] ?? Texts.parse({})
  return { ...fallback, lang: saysSomething(fallback) ? config.default_language : wanted }
}

/** The document of a form: its words, its types and its ticket in one block of data that its script draws as text (E6, E8). */
export function renderFrame(form: ShownForm, visitor: FormVisitor): string {
  const config = Config.parse(form.config)
  const language = languageOf(visitor, config.default_language)
  const texts = textsFor(config, language)
  const offered = config.allowed_voucher_types.flatMap(
    (code) => form.voucher_types.find((type) => type.code === code) ?? [],
  )
  const words = FRAME_WORDS[language]
  const data = {
    form: visitor.publicId,
    lang: language,
    words,
    texts,
    names: { tenant: form.tenant_name, agency: form.agency_name },
    theme: config.theme,
    voucher_types: offered,
    asks_code: form.asks_code,
    asks_puzzle: form.challenge === 'required',
    challenge: visitor.challenge,
  }
  return renderShell({ language, title: texts.title || words.title, words, data })
}

interface Shell {
  readonly language: Language
  readonly title: string
  readonly words: Readonly<Record<string, string>>
  readonly data: unknown
  /** How it looks and what draws it; those of forms unless named. */
  readonly style?: EmbedAsset
  readonly script?: EmbedAsset
}

/** A document that its script draws from one block of data, as text. */
export function renderShell(shell: Shell): string {
  const { language, title, words, data, style = FRAME_STYLE, script = FRAME_SCRIPT } = shell
  const block = new Html(escapeBlock(JSON.stringify(data)))
  return html`<!doctype html>
    <html lang="${language}" dir="ltr">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>${title}</title>
        <link rel="stylesheet" href="${style.path}" />
        <script type="module" src="${script.path}"></script>
      </head>
      <body>
        <main><noscript>${words['no.script']}</noscript></main>
        <script type="application/json" id="form-data">
          ${block}
        </script>
      </body>
    </html>`.text
}

/**
 * The same document for the page that edits a form: it holds no form, no ticket and no token, and draws what that page
 * alone tells it (E6).
 */
export function renderPreview(editor: string): string {
  const words = FRAME_WORDS.en
  return renderShell({
    language: 'en',
    title: words['refusal.PREVIEW.title'],
    words,
    data: { preview: editor, lang: 'en', words, all_words: FRAME_WORDS, challenge: null },
  })
}

/** What a visitor sees where the form cannot be shown. */
export function renderClosed(language: Language, isForeign: boolean): string {
  const words = FRAME_WORDS[language]
  const reason = isForeign ? 'refusal.ORIGIN_NOT_ALLOWED' : 'refusal.PARTNER_TOKEN_INVALID'
  return html`<!doctype html>
    <html lang="${language}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${words[`${reason}.title`]}</title>
        <link rel="stylesheet" href="${FRAME_STYLE.path}" />
      </head>
      <body>
        <main>
          <h1>${words[`${reason}.title`]}</h1>
          <p>${words[reason]}</p>
        </main>
      </body>
    </html>`.text
}

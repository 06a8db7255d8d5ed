import type { FormConfig } from '@liaison/client'

import type { FormError } from '../../parts/error-summary.tsx'
import { t } from '../../platform/words.ts'
import { contrastOf } from '../configuration/contrast.ts'

export const languages = ['en', 'es', 'fr'] as const
export type Language = (typeof languages)[number]

/** A rule as it is edited: its key stays with it when it moves. */
export type RuleDraft = { key: string; text: string }
export type TextsDraft = { title: string; intro: string; rules: RuleDraft[] }
export type ConfigDraft = {
  types: string[]
  languages: Language[]
  defaultLanguage: Language
  texts: Readonly<Record<Language, TextsDraft>>
  theme: FormConfig['theme']
}

export const mostRules = 12
const mostTypes = 8
const leastContrast = 4.5

const noTexts = (): TextsDraft => ({ title: '', intro: '', rules: [] })

/** A rule with nothing in it. */
export const blankRule = (text = ''): RuleDraft => ({ key: crypto.randomUUID(), text })

/** What a form issues and says as it is edited; blank while nobody has saved it. */
export function toConfigDraft(config: FormConfig | null): ConfigDraft {
  const textsOf = (language: Language): TextsDraft => {
    const texts = config?.texts[language]
    return texts
      ? {
          title: texts.title,
          intro: texts.intro_text,
          rules: texts.rules_list.map((text) => blankRule(text)),
        }
      : noTexts()
  }
  const used = languages.filter((language) => config?.texts[language] !== undefined)
  return {
    types: [...(config?.allowed_voucher_types ?? [])],
    languages: used.length === 0 ? ['en'] : used,
    defaultLanguage: config?.default_language ?? 'en',
    texts: { en: textsOf('en'), es: textsOf('es'), fr: textsOf('fr') },
    theme: config?.theme ?? {
      accent: '#0b5cad',
      radius: 'small',
      appearance: 'auto',
      density: 'comfortable',
    },
  }
}

/** The languages that the form has texts in; the default one is always among them. */
export function languagesOf(draft: ConfigDraft): Language[] {
  return languages.filter(
    (language) => draft.languages.includes(language) || language === draft.defaultLanguage,
  )
}

/** The contrast of white text on the colour, or null for no colour. */
export function contrastOnAccent(accent: string): number | null {
  return /^#[0-9a-f]{6}$/.test(accent) ? contrastOf(accent, '#ffffff') : null
}

function checkAccent(accent: string): FormError[] {
  const contrast = contrastOnAccent(accent)
  if (contrast === null) return [{ field: 'accent', text: t('form.accent_wrong') }]
  if (contrast >= leastContrast) return []
  return [{ field: 'accent', text: t('form.accent_low', { ratio: contrast.toFixed(1) }) }]
}

/** What is missing before the server is asked. */
export function checkConfig(draft: ConfigDraft): FormError[] {
  const empty = languagesOf(draft).flatMap((language) =>
    draft.texts[language].rules
      .filter(({ text }) => text.trim() === '')
      .map(({ key }) => ({ field: `rule-${key}`, text: t('form.rule_empty') })),
  )
  const types = [
    ...(draft.types.length === 0 ? [{ field: 'types', text: t('form.types_missing') }] : []),
    ...(draft.types.length > mostTypes ? [{ field: 'types', text: t('form.types_many') }] : []),
  ]
  return [...types, ...empty, ...checkAccent(draft.theme.accent)]
}

/** The draft as the interface takes it. */
export function toConfigBody(draft: ConfigDraft): FormConfig {
  const texts = Object.fromEntries(
    languagesOf(draft).map((language) => {
      const { title, intro, rules } = draft.texts[language]
      return [language, { title, intro_text: intro, rules_list: rules.map(({ text }) => text.trim()) }]
    }),
  )
  return {
    allowed_voucher_types: draft.types,
    default_language: draft.defaultLanguage,
    texts,
    theme: draft.theme,
  }
}

/** The list with one entry moved by one place; the same list when there is no such place. */
export function moveRule(rules: readonly RuleDraft[], index: number, by: -1 | 1): RuleDraft[] {
  const other = index + by
  const [one, two] = [rules[index], rules[other]]
  if (!one || !two) return [...rules]
  return rules.map((rule, place) => (place === index ? two : place === other ? one : rule))
}

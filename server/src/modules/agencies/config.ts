import { z } from 'zod'
import { contrastOf, LEAST_CONTRAST } from '#platform/pages/contrast.ts'
import { LANGUAGES } from '#platform/words/language.ts'
import type { Language } from '#platform/words/language.ts'
import { plainText } from '#platform/route-input.ts'

/** Buttons of a form carry white text, in the light look and in the dark one. */
const TEXT_ON_ACCENT = '#ffffff'

const MOST_TYPES = 8
const MOST_RULES = 12

const distinct = (values: readonly string[]): boolean => new Set(values).size === values.length

const accent = z
  .string()
  .regex(/^#[0-9a-f]{6}$/, 'must be a colour such as #0b6e4f')
  .refine(
    (colour) => !/^#[0-9a-f]{6}$/.test(colour) || contrastOf(colour, TEXT_ON_ACCENT) >= LEAST_CONTRAST,
    {
      message: 'must be darker: white text on it needs a contrast of 4.5 to 1',
      params: { code: 'LOW_CONTRAST' },
    },
  )

const Texts = z.strictObject({
  title: plainText(0, 120).default(''),
  intro_text: plainText(0, 600).default(''),
  rules_list: z.array(plainText(1, 240)).max(MOST_RULES).default([]),
})

/** How a form looks; no markup, no style of its own (E6). */
const Theme = z.strictObject({
  accent: accent.default('#0b5cad'),
  radius: z.enum(['none', 'small', 'large']).default('small'),
  appearance: z.enum(['light', 'dark', 'auto']).default('auto'),
  density: z.enum(['comfortable', 'compact']).default('comfortable'),
})

const voucherTypeCode = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,39}$/, 'must be the code of a type of voucher')

/**
 * What a form may issue and what it says: at most 8 types, an introduction of at most 600 characters, at most 12 rules of
 * at most 240, for each language. All of it is plain text and drawn as text alone (E6).
 */
export const FormConfigInput = z
  .strictObject({
    allowed_voucher_types: z
      .array(voucherTypeCode)
      .min(1)
      .max(MOST_TYPES)
      .refine(distinct, 'must not repeat a type'),
    default_language: z.enum(LANGUAGES).default('en'),
    texts: z.strictObject({ en: Texts.optional(), es: Texts.optional(), fr: Texts.optional() }).default({}),
    theme: Theme.prefault({}),
  })
  .refine(({ default_language: language, texts }) => Object.keys(texts).length === 0 || texts[language], {
    path: ['texts'],
    message: 'must have the texts of the default language',
    params: { code: 'DEFAULT_LANGUAGE_MISSING' },
  })

/** The config of a form, as it is kept and as it is told. */
export interface FormConfig {
  readonly allowed_voucher_types: readonly string[]
  readonly default_language: Language
  readonly texts: { readonly [L in Language]?: FormTexts | undefined }
  readonly theme: {
    readonly accent: string
    readonly radius: 'none' | 'small' | 'large'
    readonly appearance: 'light' | 'dark' | 'auto'
    readonly density: 'comfortable' | 'compact'
  }
}

/** The words of a form in one language. */
export interface FormTexts {
  readonly title: string
  readonly intro_text: string
  readonly rules_list: readonly string[]
}

const TextsBody = z.strictObject({
  title: z.string(),
  intro_text: z.string(),
  rules_list: z.array(z.string()),
})

/** The same in answers. */
export const FormConfigBody = z
  .strictObject({
    allowed_voucher_types: z.array(z.string()),
    default_language: z.enum(LANGUAGES),
    texts: z.strictObject({ en: TextsBody.optional(), es: TextsBody.optional(), fr: TextsBody.optional() }),
    theme: z.strictObject({
      accent: z.string(),
      radius: z.enum(['none', 'small', 'large']),
      appearance: z.enum(['light', 'dark', 'auto']),
      density: z.enum(['comfortable', 'compact']),
    }),
  })
  .meta({ id: 'FormConfig' })

import { z } from 'zod'

const Currency = z.string().regex(/^[A-Z]{3}$/, 'must be a currency of ISO 4217')
const Amounts = z.record(Currency, z.int().min(0).max(1_000_000_000_000)).meta({
  description: 'Whole minor units by currency.',
})
const RateBp = z.int().min(0).max(10_000).meta({ description: 'Basis points: 1,000 are 10 %.' })
const Days = (maximum: number) => z.int().min(0).max(maximum)

const common = {
  id: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,29}$/, 'must be a short name in lower case')
    .meta({ description: 'Names the component in every earning; never changes its meaning.' }),
  trigger: z.enum(['first_invoice', 'invoice']),
  products: z
    .array(z.string().min(1).max(100))
    .min(1)
    .max(50)
    .nullable()
    .meta({ description: 'Products that it is earned on; null for all.' }),
  max_months: z
    .int()
    .min(1)
    .max(120)
    .nullable()
    .meta({ description: 'Months from the first payment in which it is earned; null without end.' }),
  cap: z
    .strictObject({ per_tenant: Amounts.optional(), per_month: Amounts.optional() })
    .optional()
    .meta({ description: 'The most that is earned with one organisation, and in one calendar month.' }),
}

const Brackets = z
  .array(
    z.strictObject({
      up_to_minor: z
        .int()
        .min(1)
        .nullable()
        .meta({ description: 'Up to which total the rate holds; null in the last bracket.' }),
      rate_bp: RateBp,
    }),
  )
  .min(1)
  .max(20)
  .refine(
    (brackets) =>
      brackets.every((bracket, index) => {
        const before = index === 0 ? 0 : (brackets[index - 1]?.up_to_minor ?? null)
        const isLast = index === brackets.length - 1
        return isLast
          ? bracket.up_to_minor === null
          : bracket.up_to_minor !== null && before !== null && bracket.up_to_minor > before
      }),
    { message: 'brackets must rise, and the last one must have no end', params: { code: 'BRACKETS' } },
  )

/** One way to earn: a share of an invoice, a fixed amount, or a share that grows with the total. */
export const TermComponent = z
  .discriminatedUnion('model', [
    z.strictObject({ ...common, model: z.literal('percent'), rate_bp: RateBp }),
    z.strictObject({
      ...common,
      model: z.literal('flat'),
      amounts: Amounts.refine((amounts) => Object.keys(amounts).length > 0, {
        message: 'must name an amount in one currency at least',
        params: { code: 'TOO_SHORT' },
      }),
    }),
    z.strictObject({
      ...common,
      model: z.literal('graduated'),
      currency: Currency.optional().meta({
        description:
          'The currency of the limits: only payments in it are counted and earned on. Another currency is another component. Left out in agreements of before alone.',
      }),
      brackets: Brackets,
      window: z.enum(['calendar_month', 'lifetime']),
    }),
  ])
  .meta({ id: 'AgreementTermComponent' })

/**
 * The machine-readable terms of an agreement: what is earned on, how much, when it is paid. Every number of the human
 * text is rendered from them, and every earning is calculated from them. Source: program.md section 9.
 */
export const AgreementTerms = z
  .strictObject({
    components: z
      .array(TermComponent)
      .min(1)
      .max(10)
      .refine((components) => new Set(components.map(({ id }) => id)).size === components.length, {
        message: 'components must have different names',
        params: { code: 'DUPLICATE' },
      }),
    hold_days: Days(365),
    clawback: z.strictObject({ flat: z.enum(['full_only', 'proportional']), window_days: Days(1095) }),
    min_payout: Amounts,
    post_termination_months: z.int().min(0).max(120),
    attribution: z.strictObject({
      model: z.enum(['first_touch', 'last_touch']),
      window_days: z.int().min(1).max(730),
    }),
  })
  .meta({ id: 'AgreementTerms' })

/** Whether a limit of a component says no currency, so that nobody could say how much it is. */
const isAmbiguous = (component: TermComponent): boolean =>
  component.model === 'graduated' &&
  component.currency === undefined &&
  component.brackets.some(({ up_to_minor: upTo }) => upTo !== null)

/**
 * Terms as a draft or a template may have them: every limit of a bracket is an amount of one currency. Agreements of before
 * are read as they were signed.
 */
export const NewAgreementTerms = AgreementTerms.superRefine(({ components }, context) => {
  for (const [index, component] of components.entries())
    if (isAmbiguous(component))
      context.addIssue({
        code: 'custom',
        path: ['components', index, 'currency'],
        message: 'must say of which currency the limits are',
        params: { code: 'CURRENCY_MISSING' },
      })
}).meta({ id: 'NewAgreementTerms' })

export type AgreementTerms = z.output<typeof AgreementTerms>
export type TermComponent = z.output<typeof TermComponent>

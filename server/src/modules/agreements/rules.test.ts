import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fingerprintOf, toCanonicalTerms, toCanonicalText } from './content.ts'
import { compareTerms, compareTexts, PLACEHOLDERS, renderAgreement } from './rules.ts'
import { AgreementTerms, NewAgreementTerms } from './terms.ts'
import { termLines } from './wording.ts'

/** What the terms below had for a fingerprint before limits could say their currency. */
const FINGERPRINT_OF_BEFORE = 'f9e9207320ca226ea0fdd81f5464995d73fd4b5df303ce06341f41a7649627b0'

const NAMES = { provider: 'Provider', partner: 'Partner' }

const TERMS = AgreementTerms.parse({
  components: [
    { id: 'share', trigger: 'invoice', model: 'percent', rate_bp: 1250, max_months: 12, products: null },
    {
      id: 'bonus',
      trigger: 'first_invoice',
      model: 'flat',
      amounts: { USD: 10_000, JPY: 1500 },
      max_months: null,
      products: ['Fiber'],
    },
    {
      id: 'steps',
      trigger: 'invoice',
      model: 'graduated',
      brackets: [
        { up_to_minor: 100_000, rate_bp: 500 },
        { up_to_minor: null, rate_bp: 800 },
      ],
      window: 'calendar_month',
      max_months: null,
      products: null,
      cap: { per_month: { USD: 500_000 } },
    },
  ],
  hold_days: 30,
  clawback: { flat: 'full_only', window_days: 90 },
  min_payout: { USD: 5000 },
  post_termination_months: 3,
  attribution: { model: 'first_touch', window_days: 60 },
})

describe('terms', () => {
  test('brackets rise and the last one has no end, components have names of their own (D4, D6)', () => {
    const [share, , steps] = TERMS.components
    const with_ = (components: unknown[]) => AgreementTerms.safeParse({ ...TERMS, components }).success
    expect(with_([share, share])).toBe(false)
    expect(with_([{ ...steps, brackets: [{ up_to_minor: 100, rate_bp: 1 }] }])).toBe(false)
    expect(
      with_([
        {
          ...steps,
          brackets: [
            { up_to_minor: 200, rate_bp: 1 },
            { up_to_minor: 100, rate_bp: 1 },
            { up_to_minor: null, rate_bp: 1 },
          ],
        },
      ]),
    ).toBe(false)
    expect(with_([{ ...share, rate_bp: 10_001 }])).toBe(false)
  })

  test('say of new brackets of which currency their limits are; those of before are read as they were signed (D4, D6)', () => {
    const [share, bonus, steps] = TERMS.components
    const faults = NewAgreementTerms.safeParse(TERMS).error?.issues ?? []
    expect(faults.map(({ path }) => path.join('/'))).toEqual(['components/2/currency'])
    const said = { ...TERMS, components: [share, bonus, { ...steps, currency: 'JPY' }] }
    expect(NewAgreementTerms.safeParse(said).success).toBe(true)
    const endless = { ...steps, brackets: [{ up_to_minor: null, rate_bp: 500 }] }
    expect(NewAgreementTerms.safeParse({ ...TERMS, components: [endless] }).success).toBe(true)
    expect(toCanonicalTerms(TERMS)).not.toContain('currency')
    expect(fingerprintOf('The agreement.', toCanonicalTerms(TERMS))).toBe(FINGERPRINT_OF_BEFORE)
  })

  test.each([
    ['USD', '5,000.00 USD'],
    ['JPY', '500,000 JPY'],
    ['KWD', '500.000 KWD'],
  ])(
    'limits in %s are printed with its decimals, and payments in it alone are counted (D4)',
    (currency, limit) => {
      const terms = AgreementTerms.parse({
        ...TERMS,
        components: [
          {
            ...TERMS.components[2],
            cap: undefined,
            currency,
            brackets: [
              { up_to_minor: 500_000, rate_bp: 500 },
              { up_to_minor: null, rate_bp: 800 },
            ],
          },
        ],
      })
      const [line] = termLines(terms)
      expect(line?.value).toBe(
        `You earn a share, before tax, of every invoice in ${currency} that an organisation you referred pays, that grows with what is invoiced in ${currency} in a calendar month: 5% up to ${limit} and 8% of the rest.`,
      )
    },
  )

  test('have one canonical text whatever the order of their members (D4)', () => {
    const turned = AgreementTerms.parse(Object.fromEntries(Object.entries(TERMS).toReversed()))
    expect(toCanonicalTerms(turned)).toBe(toCanonicalTerms(TERMS))
  })

  test('are told in words with their own numbers, and amounts with the decimals of their currency (D4)', () => {
    const words = termLines(TERMS)
      .map(({ value }) => value)
      .join(' ')
    for (const part of ['12.5%', '100.00 USD', '1,500 JPY', '5%', '8%', '5,000.00 USD', '30 days', '60 days'])
      expect(words).toContain(part)
  })
})

describe('the text', () => {
  test('is filled wholly, or says which placeholder stands where (D4)', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...PLACEHOLDERS, 'nothing'), { maxLength: 6 }), (names) => {
        const source = names.map((name) => `A line with {{${name}}}.`).join('\n')
        const { body, faults } = renderAgreement(source, TERMS, NAMES)
        expect(faults.map(({ line }) => line)).toEqual(
          names.flatMap((name, index) => (name === 'nothing' ? [index + 1] : [])),
        )
        expect(body.includes('{{')).toBe(faults.length > 0)
      }),
      { numRuns: 300 },
    )
  })

  test('a long run of spaces takes no longer than other text, within a placeholder and at the end (R8)', () => {
    const source = `{{${' '.repeat(8000)}partner\n${' '.repeat(60_000)}.`
    expect(renderAgreement(source, TERMS, NAMES)).toEqual({ body: `${source}\n`, faults: [] })
    expect(renderAgreement('{{ nothing }}', TERMS, NAMES).faults).toMatchObject([
      { placeholder: 'nothing', line: 1, column: 1 },
    ])
  })

  test('has one fingerprint whatever the system that typed it: NFC and LF (D4)', () => {
    const terms = toCanonicalTerms(TERMS)
    expect(toCanonicalText('Cafe\u0301\r\nend  ')).toBe('Caf\u00e9\nend\n')
    expect(fingerprintOf(toCanonicalText('a\r\nb'), terms)).toBe(
      fingerprintOf(toCanonicalText('a\nb'), terms),
    )
    expect(fingerprintOf('a\n', terms)).not.toBe(fingerprintOf('a \n', terms))
  })

  test('a comparison holds both texts, in order (D4)', () => {
    const lines = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 12 })
    fc.assert(
      fc.property(lines, lines, (before, after) => {
        const found = compareTexts(before.join('\n'), after.join('\n'))
        const side = (other: string) => found.filter(({ kind }) => kind !== other).map(({ text }) => text)
        expect(side('added')).toEqual(before)
        expect(side('removed')).toEqual(after)
      }),
      { numRuns: 1000 },
    )
  })

  test('terms that differ are named, those that do not are left out (D4)', () => {
    expect(compareTerms(TERMS, TERMS)).toEqual([])
    const [share] = TERMS.components
    const changed = AgreementTerms.parse({ ...TERMS, hold_days: 1, components: [share] })
    expect(compareTerms(TERMS, changed).map(({ label }) => label)).toEqual(
      expect.arrayContaining(['Waiting time', 'What is earned (bonus)', 'What is earned (steps)']),
    )
  })
})

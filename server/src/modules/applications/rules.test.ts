import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkApplication, companyDomain } from './checks.ts'
import { SIMULATED_REGISTERS } from './registers.ts'
import { FIELDS, fieldsFor, STEPS } from './requirements.ts'
import { answerDay, fieldsOf, missingStep, parseEmail, parseStep, toSummary, withStep } from './rules.ts'
import type { Filled } from './rules.ts'
import { APPLIED_KINDS } from './tables.ts'

const NAMES = FIELDS.map(({ name }) => name)
const kind = fc.constantFrom(...APPLIED_KINDS)
const entered = fc.dictionary(fc.constantFrom(...NAMES), fc.string({ maxLength: 40 }))

const SAMPLES: Readonly<Record<string, string>> = {
  line: 'Something',
  text: 'Something\nmore',
  email: 'a@b.example',
  website: 'b.example',
  country: 'IE',
}

/** A complete application of a kind. */
function complete(of: (typeof APPLIED_KINDS)[number]): Filled {
  let filled: Filled = { kind: null, answers: {}, requirementsVersion: 1 }
  for (const step of STEPS) {
    const fields = fieldsOf(step, filled)
    const sent = Object.fromEntries(
      fields.map(({ name, form }) => [
        name,
        name === 'kind'
          ? of
          : form.is === 'choice'
            ? (form.options.at(-1)?.value ?? '')
            : (SAMPLES[form.is] ?? ''),
      ]),
    )
    const parsed = parseStep(fields, sent)
    if ('faults' in parsed) throw new Error(JSON.stringify(parsed.faults))
    filled = withStep(filled, step, parsed.answers)
  }
  return filled
}

describe('the rules of an application', () => {
  test.each(APPLIED_KINDS)('a %s is complete when every page was answered, and only then (C1)', (of) => {
    const filled = complete(of)
    expect(missingStep(filled)).toBeNull()
    const asked = fieldsFor(of, 1)
    for (const { name, isOptional, step } of asked) {
      const { [name]: _, ...left } = filled.answers
      const missing = missingStep({ ...filled, answers: left, kind: name === 'kind' ? null : of })
      expect(missing, name).toBe(isOptional ? null : step)
    }
    expect(toSummary(filled).map((line) => line.name)).toEqual(asked.map(({ name }) => name))
  })

  test('no page takes an answer to a question that its kind is not asked (C1)', () => {
    fc.assert(
      fc.property(kind, kind, entered, (before, after, answers) => {
        const changed = withStep({ kind: before, answers, requirementsVersion: 1 }, 'kind', { kind: after })
        const asked = new Set(fieldsFor(after, 1).map(({ name }) => name))
        expect(Object.keys(changed.answers).every((name) => asked.has(name))).toBe(true)
      }),
    )
  })

  test('whatever a page is sent is taken whole or answered with a fault for each question that is wrong (C1)', () => {
    fc.assert(
      fc.property(kind, fc.constantFrom(...STEPS), entered, (of, step, sent) => {
        const fields = fieldsOf(step, { kind: of, answers: {}, requirementsVersion: 1 })
        const parsed = parseStep(fields, sent)
        const faults = 'faults' in parsed ? parsed.faults : []
        expect(faults.every(({ field }) => fields.some(({ name }) => name === field))).toBe(true)
        // What was taken is taken again as it is: nothing is lost in keeping it.
        const taken = 'answers' in parsed ? parseStep(fields, parsed.answers) : parsed
        expect(taken).toEqual(parsed)
        expect('answers' in parsed || faults.length > 0).toBe(true)
      }),
    )
  })

  test('an answer is promised for the third working day, never for a weekend (C1)', () => {
    expect(answerDay(new Date('2026-11-20T17:00:00Z'))).toBe('2026-11-25')
    fc.assert(
      fc.property(
        fc.date({ min: new Date('2026-01-01'), max: new Date('2030-01-01'), noInvalidDate: true }),
        (now) => {
          const day = new Date(answerDay(now))
          expect([0, 6]).not.toContain(day.getUTCDay())
          const days = (day.getTime() - now.getTime()) / 86_400_000
          expect(days).toBeGreaterThan(1)
          expect(days).toBeLessThanOrEqual(5)
        },
      ),
    )
  })

  test.each([
    ['Ana@Northwind.Example', 'ana@northwind.example'],
    ['a@b', null],
    ['a b@c.example', null],
    ['<a@b.example>', null],
    [`${'x'.repeat(250)}@b.example`, null],
  ])('the address %s is read as %s', (text, address) => {
    expect(parseEmail(text)).toBe(address)
  })
})

describe('the checks of an application', () => {
  const check = async (answers: Readonly<Record<string, string>>, contactEmail = 'a@firm.example') =>
    new Map(
      (await checkApplication(SIMULATED_REGISTERS, { answers, contactEmail }, [])).map((one) => [
        one.name,
        one.result,
      ]),
    )

  test.each([
    ['GB', '01234567', 'ok'],
    ['GB', 'SC 123456', 'ok'],
    ['GB', '1234', 'failed'],
    ['DE', 'HRB 12345 B', 'ok'],
    ['CH', 'CHE-123.456.788', 'ok'],
    ['BE', '0123.456.788', 'ok'],
    ['FR', '123 456 788', 'ok'],
    ['KZ', '12', 'look'],
  ])('the number of a company in %s, %s, is %s (C1)', async (country, number, result) => {
    expect((await check({ country, registration_no: number })).get('company_number')).toBe(result)
  })

  test.each([
    ['a@firm.example', 'https://firm.example/', 'ok'],
    ['a@mail.firm.example', 'https://www.firm.example/', 'ok'],
    ['a@firm.example', 'https://shop.firm.example/', 'ok'],
    ['a@notfirm.example', 'https://firm.example/', 'look'],
    ['a@gmail.com', 'https://gmail.com/', 'look'],
  ])('the address %s beside the website %s is %s (C1)', async (email, website, result) => {
    expect((await check({ website }, email)).get('email_domain')).toBe(result)
  })

  test('a mail service that anybody can use is no company of its own (C1)', () => {
    expect(companyDomain('a@gmail.com')).toBeNull()
    expect(companyDomain('a@firm.example')).toBe('firm.example')
  })

  test('a kind that is asked for no company number is not held to have one (C1)', async () => {
    const results = await check({ organisation: 'Blogger' })
    expect(results.get('company_number')).toBe('not_asked')
    expect(results.get('company_register')).toBe('not_asked')
  })
})

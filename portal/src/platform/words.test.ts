import { LINK_ROLES, LINK_STATUSES, REFUSAL_CODES } from '@liaison/access'
import { expect, test } from 'vitest'

import { acting } from '../words/acting.ts'
import { registry } from '../words/registry.ts'
import { common } from '../words/common.ts'
import { consents } from '../words/consents.ts'
import { keyPair } from '../words/key-pair.ts'
import { navigation } from '../words/navigation.ts'
import { onboarding } from '../words/onboarding.ts'
import { org } from '../words/org.ts'
import { oversight } from '../words/oversight.ts'
import { services } from '../words/services.ts'
import { partner } from '../words/partner.ts'
import { platform } from '../words/platform.ts'
import { severalFrames } from '../words/several-frames.ts'
import { status } from '../words/status.ts'
import { ways } from '../words/ways.ts'
import { addWords, hasWords, joinNames, t, tValue } from './words.ts'

const late: Record<string, string>[] = [
  org,
  platform,
  consents,
  oversight,
  services,
  onboarding,
  registry,
  keyPair,
]
const catalogues: Record<string, string>[] = [
  common,
  navigation,
  status,
  partner,
  acting,
  ways,
  severalFrames,
  ...late,
]
late.forEach(addWords)

test('no sentence id is defined twice, so none hides another', () => {
  const ids = catalogues.flatMap((catalogue) => Object.keys(catalogue))
  expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([])
})

test('no two files of sentences share an id, because what is fetched later would hide what is there', async () => {
  const files = import.meta.glob<Record<string, Record<string, string>>>('../words/*.ts')
  const loaded = await Promise.all(Object.values(files).map((load) => load()))
  const ids = loaded.flatMap((file) => Object.values(file)).flatMap((words) => Object.keys(words))
  expect(ids.length).toBeGreaterThan(2000)
  expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([])
})

test('every sentence compiles as ICU MessageFormat', () => {
  const values = { count: 2, people: 2 }
  const ids = catalogues.flatMap((catalogue) => Object.keys(catalogue)).filter(hasWords)
  expect(ids.filter((id) => t(id, values).includes('plural,'))).toEqual([])
})

test('a sentence with a count agrees with it', () => {
  expect([1, 3].map((count) => t('home.partners', { count }))).toEqual([
    'People of one partner sign in here',
    'People of 3 partners sign in here',
  ])
})

test('every link state, role and refusal has words', () => {
  const ids = [
    ...LINK_STATUSES.map((name) => `status.link.${name}`),
    ...LINK_ROLES.flatMap((role) => [`role.${role}`, `role_about.${role}`]),
    ...REFUSAL_CODES.map((code) => `refusal.${code}`),
  ]
  expect(ids.filter((id) => !hasWords(id))).toEqual([])
})

test('whatever can leave one tenant out of a figure has words, and none is read as a code', () => {
  // These refuse the whole request, or are for callers that see no such figures.
  const whole = ['UNAUTHORIZED', 'PERSON_INACTIVE', 'PARTNER_INACTIVE', 'WRONG_PLANE', 'PARTNER_NOT_FOUND']
  const elsewhere = ['TENANT_NOT_FOUND', 'RESOURCE_NOT_FOUND', 'INSUFFICIENT_SCOPE', 'RATE_LIMIT_EXCEEDED']
  const codes = REFUSAL_CODES.filter((code) => ![...whole, ...elsewhere].includes(code))
  expect(codes.filter((code) => !hasWords(`reason.${code}`))).toEqual([])
})

test('words to customers avoid the words of the trade', () => {
  const trade = /\b(tenant|scope|revoke|RBAC|grant|claim)s?\b/i
  expect(Object.values(org).filter((sentence) => trade.test(sentence.replaceAll(/\{[^}]*\}/g, '')))).toEqual(
    [],
  )
})

test('no sentence flatters, apologises or shouts', () => {
  const banned = /successfully|please|oops|invalid|!/i
  expect(
    catalogues.flatMap((catalogue) => Object.values(catalogue)).filter((text) => banned.test(text)),
  ).toEqual([])
})

test('a value of the server without words is shown by its name', () => {
  expect(tValue('status.link', 'half_open')).toBe('Half open')
  // What a person typed is no code.
  expect(tValue('status_reason', 'see TT_12, says Ana')).toBe('see TT_12, says Ana')
})

test('names are joined as one reads them', () => {
  expect(joinNames(['Acme', 'Beta', 'Corvid'])).toBe('Acme, Beta and Corvid')
})

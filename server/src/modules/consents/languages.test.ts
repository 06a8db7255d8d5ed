import { encodeId } from '@liaison/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fieldOf, makeConsentActs, startConsentWorld, ticksOf } from '#testing/consent-acts.ts'
import type { ConsentCast } from '#testing/consent-acts.ts'
import type { TestWorld } from '#testing/world.ts'
import { CONSENT_WORDS } from './words/index.ts'

let world: TestWorld
beforeAll(async () => {
  world = await startConsentWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

const acts = makeConsentActs(() => world)
const { ask, cast, org, post, postChoice } = acts

const FIRST = {
  en: 'Let Northwind work on accounts of Acme Fiber?',
  es: '¿Permitir que Northwind trabaje en cuentas de Acme Fiber?',
  fr: 'Laisser Northwind intervenir sur des comptes de Acme Fiber\u202f?',
} as const

interface Visit {
  readonly rest?: string
  readonly lang?: string
  readonly accepts?: string
}

function visit(people: ConsentCast, uid: string, { rest = 'review', lang, accepts }: Visit) {
  const headers = accepts === undefined ? {} : { 'accept-language': accepts }
  const path = `/consent/${uid}/${rest}${org(people)}${lang === undefined ? '' : `&lang=${lang}`}`
  return world.call({ cookie: people.admin.cookie }, 'GET', path, { headers })
}

/** From the first page to the answer in one language, by the addresses that the pages themselves name. */
async function walk(people: ConsentCast, uid: string, { lang, accepts }: Visit) {
  const by = { as: people.admin, headers: accepts === undefined ? {} : { 'accept-language': accepts } }
  const review = await visit(people, uid, { ...(lang && { lang }), ...(accepts && { accepts }) })
  const formOf = (body: string, rest: string) =>
    (new RegExp(`action="(/consent/${uid}/${rest}[^"]*)"`).exec(body)?.[1] ?? '').replaceAll('&amp;', '&')
  const check = await postChoice(
    formOf(review.body, 'check'),
    [
      ['shown', fieldOf(review.body, 'shown')],
      ['account', people.accounts[0]?.publicId ?? ''],
      ...ticksOf(review.body, 'action').map((name): [string, string] => ['action', name]),
      ['ends_on', fieldOf(review.body, 'ends_on')],
    ],
    by,
  )
  const done = await post(
    formOf(check.body, 'done'),
    [
      ['decision', 'allow'],
      ['shown', fieldOf(check.body, 'shown')],
      ['choice', fieldOf(check.body, 'choice')],
    ],
    by,
  )
  return { review, check, done }
}

const titleOf = (body: string) => /<h1>([^<]*)<\/h1>/.exec(body)?.[1]

test.each([
  [{}, 'en'],
  [{ accepts: 'fr-CA, fr;q=0.9, en;q=0.5' }, 'fr'],
  [{ accepts: 'fr;q=0.2, es;q=0.8' }, 'es'],
  [{ accepts: 'de' }, 'en'],
  [{ lang: 'es', accepts: 'fr' }, 'es'],
  [{ lang: 'en', accepts: 'fr' }, 'en'],
] as const)('a page that is asked for with %o is read in %s, and says so (U12)', async (asked, language) => {
  const people = await cast()
  const { statusCode, body } = await visit(people, await ask(people), asked)
  expect(statusCode, body).toBe(200)
  expect(titleOf(body)).toBe(FIRST[language])
  expect(body).toContain(`<html lang="${language}">`)
  for (const other of ['en', 'es', 'fr'].filter((one) => one !== language))
    expect(body).toContain(`lang=${other}" lang="${other}" hreflang="${other}"`)
  const own = CONSENT_WORDS[language]
  for (const words of [own.what.title, own.limits.title, own.actions['order.create'], own.payer.you])
    expect(body).toContain(words.replaceAll("'", '&#39;'))
})

test.each(['fr"><b>', 'de', 'FR', 'fr&lang=es', '__proto__'])(
  'the language %s in an address is refused and never repeated (U12)',
  async (lang) => {
    const people = await cast()
    const { statusCode, body } = await visit(people, await ask(people), { lang, accepts: 'fr' })
    expect(statusCode).toBe(422)
    expect(body).toContain('Ceci n’a pas pu être lu')
    expect(body).not.toContain('"><b>')
    expect(body).not.toContain('__proto__')
  },
)

test.each([
  [{ lang: 'fr' }, 'fr'],
  [{ accepts: 'es' }, 'es'],
  [{}, 'en'],
] as const)(
  'what is allowed with %o is kept word for word in %s, with the language, and the log names it (A10, U12)',
  async (asked, language) => {
    const people = await cast()
    const uid = await ask(people)
    const { check, done } = await walk(people, uid, asked)
    expect([done.statusCode, done.headers['location']], done.body).toEqual([
      303,
      `/consent/${uid}/done${org(people)}${'lang' in asked ? `&lang=${asked.lang}` : ''}`,
    ])
    const { delegation } = await acts.outcome(people, uid)
    const [row] = await world.sql<{ shown: { language: string; can: string[]; cannot: string[] } }>(
      'select approval_snapshot as shown from delegation where id = $1',
      [delegation.id],
    )
    const { actions, never } = CONSENT_WORDS[language]
    expect(row?.shown).toMatchObject({ language, text_version: 11 })
    expect(row?.shown.can).toContain(actions['order.create'])
    expect(row?.shown.cannot).toEqual(expect.arrayContaining([...never]))
    const said = check.body.replaceAll('&#39;', "'")
    for (const sentence of [...(row?.shown.can ?? []), ...(row?.shown.cannot ?? [])])
      expect(said).toContain(sentence)
    const told = await world.call(
      people.admin,
      'GET',
      `/api/v1/tenant/consents/${encodeId('consent', delegation.id)}`,
    )
    expect(told.json().shown.language).toBe(language)
    const [event] = await world.sql<{ changes: { language: string } }>(
      `select changes from audit_event where action = 'consents.approve' and delegation_id = $1`,
      [delegation.id],
    )
    expect(event?.changes.language).toBe(language)
  },
)

test('a decision holds for the language in which it was read: sent in another one it allows nothing (A10, U12)', async () => {
  const people = await cast()
  const uid = await ask(people)
  const check = await acts.choose(people, uid)
  const swapped = await post(
    `/consent/${uid}/done${org(people)}&lang=fr`,
    [
      ['decision', 'allow'],
      ['shown', fieldOf(check.body, 'shown')],
      ['choice', fieldOf(check.body, 'choice')],
    ],
    { as: people.admin },
  )
  expect(swapped.statusCode).toBe(409)
  expect(swapped.body).toContain('La demande a changé depuis votre lecture\u202f; rien n’a été autorisé.')
  expect((await acts.outcome(people, uid)).state).toBe('open')
})

test('a fault is told in the language that was chosen, and the language can be changed without losing the form (U12)', async () => {
  const people = await cast()
  const uid = await ask(people)
  const { body } = await visit(people, uid, { lang: 'fr' })
  const sent: [string, string][] = [
    ['shown', fieldOf(body, 'shown')],
    ['action', 'order.read'],
    ['ends_on', '2001-01-01'],
  ]
  const faulty = await postChoice(`/consent/${uid}/check${org(people)}&lang=fr`, sent, { as: people.admin })
  expect(faulty.statusCode).toBe(422)
  expect(faulty.body).toContain('Choisissez au moins un compte')
  expect(faulty.body).toContain('<title>Erreur\u00a0: ')
  expect(faulty.body).toContain(`formaction="/consent/${uid}/check${org(people)}&amp;lang=es"`)
  const again = await postChoice(`/consent/${uid}/check${org(people)}&lang=es`, sent, { as: people.admin })
  expect(again.body).toContain('Elija al menos una cuenta')
  expect(again.body).toContain('Elija un último día que esté por venir')
  expect(ticksOf(again.body, 'action', 'ticked')).toEqual(['order.read'])
  expect(fieldOf(again.body, 'ends_on')).toBe('2001-01-01')
})

test('the chosen language survives the way over sign-in and step-up (U12)', async () => {
  const people = await cast({ factorAgeSeconds: 3600 })
  const uid = await ask(people)
  const path = `/consent/${uid}/review${org(people)}&lang=fr`
  const stranger = await world.call({ cookie: null }, 'GET', path)
  expect(stranger.headers['location']).toBe(`/signin?return_to=${encodeURIComponent(path)}`)
  const { body } = await visit(people, uid, { lang: 'fr' })
  expect(body).toContain('Confirmer mon identité')
  expect(body).toContain(`/step-up?return_to=${encodeURIComponent(path)}`)
})

import { afterAll, beforeAll, expect, test } from 'vitest'
import { MORE, pathOf } from '#testing/access-request-acts.ts'
import type { AskingScene } from '#testing/access-request-acts.ts'
import { BackchannelWorld } from '#testing/backchannel-acts.ts'
import { englishIn } from '#testing/catalogue.ts'
import { fieldOf } from '#testing/consent-acts.ts'
import type { Caller } from '#testing/world.ts'
import { CONSENT_WORDS, MAIL_WORDS } from './words/index.ts'

let ciba: BackchannelWorld
beforeAll(async () => {
  ciba = await BackchannelWorld.start()
})
afterAll(() => ciba[Symbol.asyncDispose]())

const LANGUAGES = ['es', 'fr'] as const
const read = (as: Caller, path: string) => ciba.world.call({ cookie: as.cookie }, 'GET', path)
const englishOf = (page: string, language: 'es' | 'fr') =>
  englishIn(page, [CONSENT_WORDS.en, CONSENT_WORDS[language]])

interface Mail extends Record<string, unknown> {
  readonly to: string
  readonly subject: string
  readonly text: string
}

const mailsOf = async (personId: string): Promise<Mail[]> => {
  const rows = await ciba.world.sql<{ payload: Mail }>(
    `select payload from outbox where topic = 'mail' and payload ->> 'to' = (select email from person where id = $1) order by id`,
    [personId],
  )
  return rows.map(({ payload }) => payload)
}

const setLanguage = (personId: string, language: string) =>
  ciba.world.seed('update person set language = $2 where id = $1', [personId, language])

/** From the page that asks to the receipt, by the addresses that the pages themselves name; the pages on the way. */
async function walk(scene: AskingScene, path: string, language: 'es' | 'fr') {
  const { admin, accounts } = scene.people
  const asked = await read(admin, `${path}?lang=${language}`)
  const begun = await ciba.asking.acts.post(`${path}/decide?lang=${language}`, [], { as: admin })
  const reviewPath = String(begun.headers['location'])
  expect(reviewPath).toContain(`lang=${language}`)
  const review = await read(admin, reviewPath)
  const action = (body: string, rest: string) =>
    (new RegExp(`action="([^"]*/${rest}[^"]*)"`).exec(body)?.[1] ?? '').replaceAll('&amp;', '&')
  const check = await ciba.asking.acts.postChoice(
    action(review.body, 'check'),
    [
      ['shown', fieldOf(review.body, 'shown')],
      ['account', accounts[0]?.publicId ?? ''],
      ['action', 'order.create'],
    ],
    { as: admin },
  )
  const decided = await ciba.asking.acts.post(
    action(check.body, 'done'),
    [
      ['decision', 'allow'],
      ['shown', fieldOf(check.body, 'shown')],
      ['choice', fieldOf(check.body, 'choice')],
    ],
    { as: admin },
  )
  const done = await read(admin, String(decided.headers['location']))
  return [asked, review, check, done, await read(admin, `${path}?lang=${language}`)]
}

test.each(LANGUAGES)(
  'whoever answers a client that asks for more reads every page of it in %s, and gets the receipt in it (U12, A10)',
  async (language) => {
    const scene = await ciba.open(2)
    const pages = await walk(scene, pathOf(await ciba.asking.post(scene, MORE)), language)
    for (const { body, statusCode } of pages) {
      expect(statusCode, body).toBe(200)
      expect(body).toContain(`<html lang="${language}">`)
      expect(englishOf(body, language)).toEqual([])
    }
    const receipt = (await mailsOf(scene.cast.admin.id)).at(-1)
    expect(receipt?.text).toContain(MAIL_WORDS[language].can)
    expect(englishIn(receipt?.text ?? '', [MAIL_WORDS.en, MAIL_WORDS[language]])).toEqual([])
  },
)

test.each(LANGUAGES)(
  'whoever approves something without a browser of the client reads every page of it in %s, with its plurals and dates (U12, A10)',
  async (language) => {
    const scene = await ciba.open()
    expect((await ciba.ask(scene)).status).toBe(200)
    const pages = await walk(scene, await ciba.page(scene), language)
    for (const { body, statusCode } of pages) {
      expect(statusCode, body).toBe(200)
      expect(body).toContain(`<html lang="${language}">`)
      expect(englishOf(body, language)).toEqual([])
    }
    expect(pages[0]?.body).toMatch(
      language === 'fr' ? /Au plus 1 heure|Au plus \d+ heures/ : /Como máximo \d+ horas?/,
    )
    expect(pages[0]?.body).toMatch(
      language === 'fr' ? /\d{1,2}(?:er)? \p{L}+ \d{4} à \d\d:\d\d UTC/u : /\d{1,2} de \p{L}+ de \d{4}/u,
    )
  },
)

test('each administrator is asked in the language that they chose, else in that of the consent, else in English (U12)', async () => {
  const scene = await ciba.open(2)
  const [french, spanish] = [
    await ciba.asking.acts.colleague(scene.people, 'Priya Nair'),
    await ciba.asking.acts.colleague(scene.people, 'Luis Ortega'),
  ]
  await setLanguage(french.id, 'fr')
  await setLanguage(spanish.id, 'es')
  expect((await ciba.asking.post(scene, MORE)).status).toBeLessThan(300)
  expect((await ciba.ask(scene)).status).toBe(200)
  const subjects = async (id: string) => (await mailsOf(id)).map(({ subject }) => subject)
  expect(await subjects(french.id)).toEqual([
    expect.stringContaining('demande à'),
    expect.stringContaining('demande une approbation immédiate à'),
  ])
  expect(await subjects(spanish.id)).toEqual([
    expect.stringContaining('solicita a'),
    expect.stringContaining('que apruebe algo ahora'),
  ])
  expect(await subjects(scene.cast.admin.id)).toEqual([
    expect.stringContaining('for more access with'),
    expect.stringContaining('to approve something now'),
  ])
})

test('what the second of two approvers read is kept beside what the first one read, each in their own language (A10, U12)', async () => {
  const { acts } = ciba.asking
  const scene = await ciba.open(2)
  await acts.setPolicy(scene.people, { dual_approval: true })
  const path = pathOf(await ciba.asking.post(scene, MORE))
  const second = await acts.colleague(scene.people)
  await setLanguage(second.id, 'es')
  await walk(scene, path, 'fr')
  const waiting = (await mailsOf(second.id)).at(-1)
  expect(waiting?.subject).toContain('Una segunda persona debe decidir')
  const at = /http\S+(\/consent\/\S+)/.exec(waiting?.text ?? '')?.[1] ?? ''
  const check = await read(second.caller, at)
  expect(check.body).toContain('<html lang="es">')
  const target = (/action="([^"]*\/done[^"]*)"/.exec(check.body)?.[1] ?? '').replaceAll('&amp;', '&')
  const done = await acts.post(
    target,
    [
      ['decision', 'allow'],
      ['shown', fieldOf(check.body, 'shown')],
      ['choice', fieldOf(check.body, 'choice')],
    ],
    { as: second.caller },
  )
  expect(done.statusCode, done.body).toBe(303)
  const told = await ciba.world.call(scene.people.admin, 'GET', `/api/v1/tenant/consents/${scene.grantId}`)
  const { shown } = told.json()
  expect([shown.language, shown.second.language]).toEqual(['fr', 'es'])
  expect(shown.can).toContain(CONSENT_WORDS.fr.actions['order.create'])
  expect(shown.second.can).toContain(CONSENT_WORDS.es.actions['order.create'])
})

import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  addApp,
  codeOf,
  linkIn,
  mailsTo,
  NEW_PASSWORD,
  PASSWORD,
  seedAccount,
} from '#testing/account-holder.ts'
import { englishIn } from '#testing/catalogue.ts'
import { FormBrowser } from '#testing/form-browser.ts'
import { TestWorld } from '#testing/world.ts'
import { isTranslatedPath } from '#platform/words/page-language.ts'
import { makeIdentityRoutes } from './index.ts'
import { ACCOUNT_WORDS, IDENTITY_WORDS } from './words/index.ts'

let world: TestWorld
let serial = 0
const newBrowser = () => new FormBrowser(world, `198.51.100.${(serial += 1)}`)

beforeAll(async () => {
  world = await TestWorld.start((services) => makeIdentityRoutes(services), { passwordHashConcurrency: 4 })
})
afterAll(() => world[Symbol.asyncDispose]())

/** What of a page is English that should not be. */
const englishOf = (page: string, language: 'es' | 'fr') =>
  englishIn(page, [IDENTITY_WORDS.en, IDENTITY_WORDS[language]], [ACCOUNT_WORDS.en, ACCOUNT_WORDS[language]])

/** A page of the consent journey that a person wants to reach. */
const JOURNEY = '/consent/abcdefghijklmnopqrstuvwxyz/review?org=x'

test.each([
  ['fr', 'Connectez-vous à Liaison pour décider', 'Se connecter'],
  ['es', 'Inicie sesión en Liaison para decidir', 'Iniciar sesión'],
] as const)(
  'sign-in, second factor, step-up and recovery are in %s all along a journey that was begun in it, and lead back into it (U12)',
  async (language, title, button) => {
    const person = await seedAccount(world)
    const seed = await addApp(world, person.id)
    const browser = newBrowser()
    const back = `${JOURNEY}&lang=${language}`
    const pages = [await browser.get(`/signin?return_to=${encodeURIComponent(back)}`)]
    expect(pages[0]?.text).toContain(`<h1>${title}</h1>`)
    expect(pages[0]?.text).toContain(button)
    pages.push(
      await browser.post(`/signin?lang=${language}`, { email: '', password: '', return_to: back }),
      await browser.post(`/signin?lang=${language}`, {
        email: person.email,
        password: 'not the one at all',
        return_to: back,
      }),
      await browser.get(`/signin/passkey?return_to=${encodeURIComponent(back)}`),
      await browser.get(`/recover?lang=${language}`),
      await browser.post(`/recover?lang=${language}`, { email: person.email }),
      await browser.get(`/reset/unknown?lang=${language}`),
    )
    const right = await browser.post(`/signin?lang=${language}`, {
      email: person.email,
      password: PASSWORD,
      return_to: back,
    })
    expect(right.location).toBe(`/signin/mfa?lang=${language}`)
    pages.push(
      await browser.get(`/signin/mfa?lang=${language}`),
      await browser.post(`/signin/mfa?lang=${language}`, { code: '000000' }),
    )
    const through = await browser.post(`/signin/mfa?lang=${language}`, { code: codeOf(seed) })
    expect([through.status, through.location], through.text).toEqual([303, back])
    pages.push(
      await browser.get(`/step-up?return_to=${encodeURIComponent(back)}`),
      await browser.post(`/step-up?lang=${language}`, { code: '000000', return_to: back }),
      await browser.get(`/step-up/done?lang=${language}`),
      await browser.get(`/signout?lang=${language}`),
      await browser.get(`/choose?lang=${language}`),
      await browser.get(`/account?lang=${language}`),
      await browser.get(`/account/password?lang=${language}`),
    )
    const [mail] = await mailsTo(world, person.email)
    pages.push(await newBrowser().get(linkIn(mail)))
    for (const { text, status } of pages) {
      expect(status, text).not.toBe(303)
      expect(text).toContain(`<html lang="${language}">`)
      expect(englishOf(text, language)).toEqual([])
    }
    expect(mail?.subject).toBe(ACCOUNT_WORDS[language].mails.reset.subject('Liaison'))
  },
)

test('the language can be changed on each page, and the journey goes on in the one that was chosen last (U12)', async () => {
  const person = await seedAccount(world)
  const browser = newBrowser()
  const back = `${JOURNEY}&lang=fr`
  const { text } = await browser.get(`/signin?return_to=${encodeURIComponent(back)}`)
  const spanish = `/signin?return_to=${encodeURIComponent(back)}&lang=es`
  expect(text).toContain(`href="${spanish.replace('&', '&amp;')}" lang="es"`)
  expect((await browser.get(spanish)).text).toContain('<html lang="es">')
  const signedIn = await browser.post('/signin?lang=es', {
    email: person.email,
    password: PASSWORD,
    return_to: back,
  })
  expect(signedIn.location).toBe(`${JOURNEY}&lang=es`)
  const unknown = await browser.get('/signin?lang=de')
  expect(unknown.status).toBe(422)
})

test('a page that knows no languages is never given one on the way back to it', async () => {
  const person = await seedAccount(world)
  const signedIn = await newBrowser().post('/signin?lang=fr', {
    email: person.email,
    password: PASSWORD,
    return_to: '/org/ten_x/home',
  })
  expect(signedIn.location).toBe('/org/ten_x/home')
})

test('a person chooses a language on the account page; it holds for pages and mails, is audited, and can be taken back (U12)', async () => {
  const person = await seedAccount(world)
  const browser = newBrowser()
  await browser.post('/signin', { email: person.email, password: PASSWORD })
  const choose = (language: string) => browser.post('/account/profile', { name: 'Dana Kim', language })
  const saved = await browser.follow(await choose('fr'))
  expect(saved.text).toContain('<html lang="fr">')
  expect(saved.text).toContain(ACCOUNT_WORDS.fr.saved.profile.replace("'", '&#39;'))
  expect((await browser.get('/account?lang=es')).text).toContain('<html lang="es">')
  const [event] = await world.sql<{ changes: { language: string } }>(
    `select changes from audit_event where action = 'identity.profile.update' and resource_id = $1`,
    [person.id],
  )
  expect(event?.changes.language).toBe('fr')
  await browser.post('/account/password', { current: PASSWORD, password: NEW_PASSWORD })
  const [mail] = await mailsTo(world, person.email)
  expect(mail?.subject).toBe('Votre mot de passe a été modifié')
  expect(mail?.text).toContain('Bonjour Dana Kim,')
  expect((await choose('de')).status).toBe(422)
  await choose('any')
  expect(await world.sql('select language from person where id = $1', [person.id])).toEqual([
    { language: null },
  ])
})

test('a form without a language leaves it as it was', async () => {
  const person = await seedAccount(world)
  const browser = newBrowser()
  await browser.post('/signin', { email: person.email, password: PASSWORD })
  await browser.post('/account/profile', { name: 'Dana Kim', language: 'es' })
  const nameless = await browser.post('/account/profile', { name: ' ', language: 'fr', shortcuts: 'on' })
  // What else was chosen stands there still.
  expect(nameless.text).toMatch(/value="fr"\s+checked[\s\S]*name="shortcuts"\s+value="on"\s+checked/)
  await browser.post('/account/profile', { name: 'Dana Kim' })
  expect(await world.sql('select language from person where id = $1', [person.id])).toEqual([
    { language: 'es' },
  ])
})

test('a page is under an address that may name a language exactly when it is there in every language', async () => {
  const wrong = makeIdentityRoutes(world.app.services)
    .filter(
      ({ answers, isTranslated, path }) => answers === 'page' && isTranslated !== isTranslatedPath(path),
    )
    .map(({ method, path }) => `${method} ${path}`)
  expect(wrong).toEqual([])
})

import { afterAll, beforeAll, expect, test } from 'vitest'
import { linkIn, mailsTo, PASSWORD } from '#testing/account-holder.ts'
import { FormBrowser } from '#testing/form-browser.ts'
import { configure, openRealm, seedEndUser, signUp } from '#testing/realm-acts.ts'
import { TestWorld } from '#testing/world.ts'
import { makeRealmRoutes } from './index.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(makeRealmRoutes)
})
afterAll(() => world[Symbol.asyncDispose]())

const lastMail = async (to: string) => (await mailsTo(world, to)).at(-1)

/** Somebody of a realm of its own, signed in, with everything within reach. */
async function owner(name: string, branding?: object) {
  const realm = await openRealm(world, name)
  if (branding) await configure(world, realm.id, { branding: { display_name: name, ...branding } })
  const base = `/p/${realm.slug}`
  const email = `robin@${realm.slug}.example`
  return { realm, base, email, browser: await signUp(world, realm.slug, email) }
}

test('a link to a new address that somebody else opens says whose it is not, and does not lead back to itself (C9)', async () => {
  const { realm, base, browser } = await owner('Lumen Mobile')
  await browser.post(`${base}/address`, { email: 'new@robin.example', current: PASSWORD })
  const link = linkIn(await lastMail('new@robin.example'))
  const other = `other@${realm.slug}.example`
  await seedEndUser(world, realm, { email: other })
  const stranger = new FormBrowser(world)
  expect((await stranger.get(link)).text).toContain('Sign in to your account first')
  await stranger.post(`${base}/sign-in`, { email: other, password: PASSWORD, return_to: link })
  const { text } = await stranger.get(link)
  expect(text).toContain(`another account than ${other}`)
  expect(text).toContain(`href="${base}/sign-out"`)
  expect(text).not.toContain(`${base}/sign-in`)
})

test('what was kept is said where it leads to: name, address, password, and a password that was reset (C9)', async () => {
  const { base, browser } = await owner('Kept Net')
  const after = async (path: string, form: Record<string, string>) =>
    (await browser.follow(await browser.post(`${base}/${path}`, form))).text
  expect(await after('profile', { name: 'Robin R' })).toContain('Your name is saved.')
  const other = 'seven quiet herons borrow lamps'
  expect(await after('password', { current: PASSWORD, password: other })).toContain(
    'Your password is changed.',
  )
  expect((await browser.get(`${base}/profile?saved=role`)).status).toBe(422)
  await browser.post(`${base}/address`, { email: 'kept@robin.example', current: other })
  const link = linkIn(await lastMail('kept@robin.example'))
  expect((await browser.follow(await browser.post(link))).text).toContain('Your new address is saved.')
  const lost = new FormBrowser(world)
  await lost.post(`${base}/recover`, { email: 'kept@robin.example' })
  const reset = linkIn(await lastMail('kept@robin.example'))
  const shown = await lost.follow(await lost.post(reset, { password: PASSWORD }))
  expect(shown.text).toContain('Your new password is set.')
})

test('mails about an account say what their reader can do: an address that was left opens nothing any more (C9)', async () => {
  const { base, email, browser } = await owner('Harbor Net', { support_email: 'help@harbor.example' })
  const other = 'seven quiet herons borrow lamps'
  await browser.post(`${base}/password`, { current: PASSWORD, password: other })
  expect((await lastMail(email))?.text).toMatch(/set a new password at once:\s+http\S+\/recover\n/)
  await browser.post(`${base}/address`, { email: 'left@robin.example', current: other })
  await browser.post(linkIn(await lastMail('left@robin.example')))
  const told = (await lastMail(email))?.text
  expect(told).toContain('tell Harbor Net at once: help@harbor.example')
  expect(told).not.toContain('new password')
})

test('whoever deletes the account is signed out on the page that says so, told by mail, and not left at an end (C9)', async () => {
  const { base, email, browser } = await owner('Gone Net')
  const { text } = await browser.post(`${base}/delete`, { current: PASSWORD })
  expect(text).toContain('Your account is deleted')
  expect(text).not.toContain(email)
  expect(text).not.toContain('Sign out')
  expect(text).toContain(`href="${base}">Back to the start`)
  expect(await lastMail(email)).toMatchObject({
    sender_name: 'Gone Net',
    subject: 'Your account at Gone Net was deleted',
  })
})

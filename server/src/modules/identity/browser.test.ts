import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { pageAssetRoutes, problemPage } from '#platform/pages/index.ts'
import { PASSWORD, seedAccount } from '#testing/account-holder.ts'
import { launchChromium } from '#testing/chromium.ts'
import { TEST_ORIGIN, TestWorld } from '#testing/world.ts'
import { makeIdentityRoutes } from './index.ts'

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

let world: TestWorld
let origin = TEST_ORIGIN
let address = ''
beforeAll(async () => {
  world = await TestWorld.start((services) => [...makeIdentityRoutes(services), ...pageAssetRoutes], {
    problemPage,
    publicOrigin: () => origin,
  })
  const listening = await world.app.http.listen({ port: 0, host: '127.0.0.1' })
  address = listening.replace('127.0.0.1', 'localhost')
})
afterAll(() => world[Symbol.asyncDispose]())

/** What is wrong with a page as it stands: violations of WCAG 2.2 A and AA, and what is wider than the screen. */
async function faultsOf(page: Page, axe: string): Promise<string[]> {
  // The policy of the pages lets no script in, so the checker is evaluated, not inserted.
  await page.evaluate(axe)
  const violations = await page.evaluate(async (rules) => {
    const { axe: checker } = globalThis as unknown as {
      axe: { run(options: object): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> }
    }
    const found = await checker.run({ runOnly: rules })
    return found.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`)
  }, RULES)
  const excess = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')
  return excess > 0 ? [...violations, `wider than the screen by ${excess} px`] : violations
}

test('sign-in and the account are used in French and Spanish at 360 px, light and dark, without a fault of accessibility, and the chosen language stays (U8, U12)', async () => {
  const person = await seedAccount(world)
  origin = address
  const browser = await launchChromium()
  try {
    const context = await browser.newContext({ locale: 'fr-FR', viewport: { width: 360, height: 800 } })
    const page = await context.newPage()
    const axe = await readFile(AXE, 'utf8')
    const look = async (heading: string) => {
      await page.getByRole('heading', { name: heading, level: 1 }).waitFor()
      for (const colorScheme of ['dark', 'light'] as const) {
        await page.emulateMedia({ colorScheme })
        expect(await faultsOf(page, axe)).toEqual([])
      }
    }
    await page.goto(`${address}/signin?return_to=/account`)
    await look('Connexion')
    await page.getByRole('link', { name: 'Español' }).click()
    await look('Inicio de sesión')
    await page.getByRole('link', { name: '¿Ha olvidado su contraseña?' }).click()
    await look('Establecer una contraseña nueva')
    await page.getByRole('link', { name: 'Volver al inicio de sesión' }).click()
    await page.getByRole('link', { name: 'Français' }).click()
    await look('Connexion')
    await page.goto(`${address}/signin?return_to=/account&lang=es`)
    await page.getByLabel('Correo electrónico').fill(person.email)
    await page.getByLabel('Contraseña').fill(PASSWORD)
    await page.getByRole('button', { name: 'Iniciar sesión' }).click()
    await look('Su cuenta')
    await page.getByRole('radio', { name: 'Français' }).check()
    await page.getByRole('button', { name: 'Guardar' }).click()
    await look('Votre compte')
    expect(await page.getByRole('radio', { name: 'Français' }).isChecked()).toBe(true)
    await page.goto(`${address}/account/password`)
    await look('Modifier votre mot de passe')
  } finally {
    origin = TEST_ORIGIN
    await browser.close()
  }
}, 60_000)

import { afterAll, beforeAll, expect, test } from 'vitest'
import { pageAssetRoutes, problemPage } from '#platform/pages/index.ts'
import { PASSWORD, seedAccount } from '#testing/account-holder.ts'
import { launchChromium } from '#testing/chromium.ts'
import { faultsInBothColours } from '#testing/look.ts'
import { TEST_ORIGIN, TestWorld } from '#testing/world.ts'
import { makeIdentityRoutes } from './index.ts'

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

test('sign-in and the account are used in French and Spanish at 360 px, light and dark, without a fault of accessibility, and the chosen language stays (U8, U12)', async () => {
  const person = await seedAccount(world)
  origin = address
  const browser = await launchChromium('shell')
  try {
    const context = await browser.newContext({ locale: 'fr-FR', viewport: { width: 360, height: 800 } })
    const page = await context.newPage()
    const arrive = (heading: string) => page.getByRole('heading', { name: heading, level: 1 }).waitFor()
    const look = async (heading: string) => {
      await arrive(heading)
      expect(await faultsInBothColours(page)).toEqual([])
    }
    await page.goto(`${address}/signin?return_to=/account`)
    await look('Connexion')
    await page.getByRole('link', { name: 'Español' }).click()
    await look('Inicio de sesión')
    await page.getByRole('link', { name: '¿Ha olvidado su contraseña?' }).click()
    await look('Establecer una contraseña nueva')
    await page.getByRole('link', { name: 'Volver al inicio de sesión' }).click()
    await page.getByRole('link', { name: 'Français' }).click()
    await arrive('Connexion')
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

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exportJWK, exportSPKI, generateKeyPair } from 'jose'
import { Secret, TOTP } from 'otpauth'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makePng } from '../../server/testing/images.ts'
import { SOON } from '../../server/testing/patience.ts'
import { findFreePort } from '../../server/testing/ports.ts'
import { startExampleApp } from '../support/example-app.ts'
import type { ExampleApp } from '../support/example-app.ts'
import { violationsOf } from '../support/look.ts'
import { takePicture } from '../support/picture.ts'
import { RunningProduct } from '../support/product.ts'

const ROOT = join(import.meta.dirname, '../..')
const PASSWORD = 'violet anchors drift home'
/** The documents tell of this port; whoever tries the example on this machine may have it. */
const WHY = 'To know which lines a site has already.'
const CALLBACK = `http://127.0.0.1:${String(await findFreePort(4710))}/callback`

let product: RunningProduct
let folder: string
let app: ExampleApp | undefined
beforeAll(async () => {
  product = await RunningProduct.start()
  folder = await mkdtemp(join(tmpdir(), 'liaison-partner-'))
}, 120_000)
afterAll(async () => {
  await app?.[Symbol.asyncDispose]()
  await product[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

/** The link in the newest mail with this subject, once it has been written. */
async function linkInMail(page: Page, subject: RegExp): Promise<string> {
  await expect
    .poll(
      async () => {
        await page.goto(`${product.url}/dev/outbox`)
        return page.getByRole('link', { name: subject }).count()
      },
      { timeout: 20_000 },
    )
    .toBeGreaterThan(0)
  await page.getByRole('link', { name: subject }).first().click()
  const text = await page.locator('main').innerText()
  return /http:\/\/\S+\/(?:apply|invite)\/[\w/-]+/.exec(text)?.[0] ?? ''
}

/** The steps that the documents tell, in order. */
async function documentedSteps(): Promise<string[]> {
  const text = await readFile(join(ROOT, 'docs/onboarding.md'), 'utf8')
  return [...text.matchAll(/^## \d+\. (.+)$/gm)].map(([, title = '']) => title)
}

/** Fills the enrolment of an authenticator app and goes on. */
async function enrol(page: Page): Promise<void> {
  const text = (await page.locator('main').innerText()).replaceAll(/\s/g, '')
  const key = /[A-Z2-7]{32,}/.exec(text)?.[0] ?? ''
  await page.locator('input[name="code"]').fill(new TOTP({ secret: Secret.fromBase32(key) }).generate())
  await page.getByRole('button', { name: 'Confirm' }).click()
  await page
    .getByRole('link', { name: /saved|continue/i })
    .or(page.locator('main a.button.main'))
    .first()
    .click()
}

/** Starts the example application; it ends with the test file at the latest. */
function startExample(args: readonly string[]): ExampleApp {
  app = startExampleApp(args, folder)
  return app
}

/** Everything that the pages of a context sent, addresses and bodies. */
function recordSent(context: BrowserContext): string[] {
  const sent: string[] = []
  context.on('request', (request) => sent.push(`${request.url()} ${request.postData() ?? ''}`))
  return sent
}

test('a stranger becomes a partner, makes a key whose private half never leaves the browser, and places and reads an order in the sandbox, in the steps that the documents tell (A11)', async () => {
  const started = performance.now()
  const steps: string[] = []
  const sam = await signInAsProvider()
  const browser = sam.context.browser()
  if (!browser) throw new Error('There is no browser.')
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, acceptDownloads: true })
  context.setDefaultTimeout(15_000)
  const sent = recordSent(context)
  const page = await context.newPage()

  steps.push('Apply')
  await page.goto(`${product.url}/apply`)
  expect(await violationsOf(page)).toEqual([])
  await takePicture(page, 'onboarding-apply', { fullPage: true })
  await page.getByLabel('Your e-mail at the company').fill('ana@fleetworks.example')
  await page.getByRole('button', { name: 'Start' }).click()
  await page.getByRole('heading', { name: 'Look into your mails' }).waitFor()
  await page.goto(await linkInMail(page, /Your application to/))
  await page.getByRole('radio', { name: /Manage customers' accounts/ }).check()
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByLabel('Company name').fill('Fleet Works')
  await page.getByLabel('Company number').fill('612345')
  await page.getByLabel('Country').selectOption('IE')
  await page.getByLabel('Website').fill('fleetworks.example')
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByLabel('Your name').fill('Ana Ruiz')
  await page.getByLabel('Your role in the company').fill('Director')
  await page.getByRole('radio', { name: 'I do' }).check()
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByLabel('Tell us what you plan').fill('Order circuits for our customers and track them.')
  await page.getByLabel('How many customers').fill('40')
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByLabel(/true to my knowledge/).check()
  await page.getByRole('button', { name: 'Send application' }).click()
  await page.getByRole('heading', { name: 'Application sent' }).waitFor()

  await sam.page.goto(`${product.url}/platform/applications`)
  await sam.page.getByRole('link', { name: 'Fleet Works' }).click()
  await sam.page.getByRole('heading', { name: 'Fleet Works', level: 1 }).waitFor()
  await sam.page.getByText('E-mail domain').waitFor()
  expect(await violationsOf(sam.page)).toEqual([])
  await sam.page.getByRole('button', { name: 'Approve…' }).click()
  await sam.page.getByRole('dialog').getByRole('button', { name: 'Approve', exact: true }).click()
  await sam.page.getByText('Fleet Works is a partner now').first().waitFor()

  steps.push('Join')
  await page.goto(await linkInMail(page, /invites you to Fleet Works/))
  await page.getByLabel('Your name').fill('Ana Ruiz')
  await page.locator('input[name="password"]').fill(PASSWORD)
  await page.getByRole('button', { name: 'Join' }).click()
  await enrol(page)
  await page.getByRole('heading', { name: 'Get ready', level: 1 }).waitFor()
  await page.getByText('Next step: Accept the API terms').waitFor()
  expect(await violationsOf(page)).toEqual([])
  await takePicture(page, 'onboarding-ready', { fullPage: true })
  const partner = new URL(page.url()).pathname.replace(/\/get-ready$/, '')

  steps.push('Accept the API terms')
  await page.getByRole('link', { name: 'Read the API terms' }).click()
  await page.getByRole('button', { name: /^Accept version 1 for Fleet Works/ }).waitFor()
  expect(await violationsOf(page)).toEqual([])
  await page.getByRole('button', { name: /^Accept version 1/ }).click()
  await page.getByText('Next step: Create an API client').waitFor()

  steps.push('Create an API client')
  await page.getByRole('link', { name: 'Create an API client' }).click()
  await page.getByLabel('Name', { exact: true }).fill('Fleet desk')
  await page.getByLabel('Return addresses').fill(CALLBACK)
  await page.getByRole('checkbox', { name: /^Place orders, which cost money/ }).check()
  await page.locator('summary', { hasText: 'What do you need it for?' }).click()
  await page.getByLabel('See the services that are in use: why?').fill(WHY)
  await page.getByRole('checkbox', { name: /^Needed.* See the services that are in use$/ }).check()
  // What customers will read is the server's own page, as it would be with what was typed (S15).
  const shown = page.frameLocator('iframe[title="What customers will see"]')
  await shown.getByText(`“${WHY}”`).waitFor()
  await shown.locator('dl').getByText('Fleet desk').waitFor()
  await shown.getByText('(Needed)').waitFor()
  const tried = page.getByRole('link', { name: `Try ${CALLBACK}` })
  expect(await tried.getAttribute('href')).toContain(`${CALLBACK}?error=access_denied`)
  const saving = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Make the key pair and save the private key' }).click()
  const keyFile = join(folder, 'private.jwk.json')
  await (await saving).saveAs(keyFile)
  await page.getByText(/It cannot be shown|it cannot be shown/).waitFor()
  expect(await violationsOf(page)).toEqual([])
  await takePicture(page, 'onboarding-new-client')
  await page.getByRole('button', { name: 'Create API client' }).click()
  await page.getByRole('heading', { name: 'Fleet desk', level: 1 }).waitFor()
  await page.getByText('Run the example application').waitFor()
  await page.getByText(`“${WHY}”`).waitFor()
  expect(await violationsOf(page)).toEqual([])
  await takePicture(page, 'onboarding-client', { fullPage: true })
  const clientPath = new URL(page.url()).pathname
  const clientId = clientPath.split('/').at(-1) ?? ''
  const key = JSON.parse(await readFile(keyFile, 'utf8')) as { d: string; x: string }
  expect(key.d.length).toBeGreaterThan(40)
  expect(sent.filter((text) => text.includes(key.x))).not.toEqual([])
  expect(sent.filter((text) => text.includes(key.d) || /"d"\s*:/.test(text))).toEqual([])

  steps.push('Run the example application')
  const { address, ended } = startExample([
    '--api',
    `${product.url}/api`,
    '--client',
    clientId,
    '--key',
    keyFile,
    '--callback',
    CALLBACK,
  ])

  steps.push('Let the sandbox decide')
  const sandra = await product.signIn('sandra@sandbox.example')
  await sandra.page.goto(await address)
  await sandra.page.getByRole('heading', { name: 'Let Fleet Works work on accounts', level: 1 }).waitFor()
  await sandra.page.locator('input[name="account"]').first().check()
  // What the application does not work without is told with its reason, and is not to be chosen.
  await sandra.page.getByText(WHY).waitFor()
  expect(await sandra.page.locator('input[name="action"][value="service.read"]').count()).toBe(0)
  for (const box of await sandra.page.locator('input[name="action"]').all()) await box.check()
  await takePicture(sandra.page, 'onboarding-consent')
  await sandra.page.getByRole('button', { name: 'Continue' }).click()
  await sandra.page.getByRole('button', { name: 'Allow Fleet Works' }).click()
  await sandra.page.getByRole('link', { name: /^Go back to/ }).click()
  await sandra.page.getByText('You can close this page.').waitFor()

  steps.push('Place the first order')
  const { status, said } = await ended
  expect(status, said).toBe(0)
  expect(said).toMatch(/Order read back:\s+\{[^]*"order_id": "ord_/)
  expect(said).toContain('"access": "delegated"')
  await page.goto(`${product.url}${partner}/get-ready`)
  await page.getByText('Next step: Ask for live use').waitFor()

  steps.push('Ask for live use')
  await page.goto(`${product.url}${clientPath}`)
  await page.locator('summary', { hasText: 'Settings' }).click()
  await page.getByLabel('Return addresses').fill('https://app.fleetworks.example/callback')
  await page.getByRole('button', { name: 'Save settings' }).click()
  await page.getByText('Settings of Fleet desk saved').first().waitFor()
  await page.getByRole('button', { name: 'Ask for live use' }).click()
  await page.getByText(/The provider looks at it/).waitFor()
  // A logo waits in the work list of the provider, and is customers' to see once somebody has looked at it (S15).
  await page.getByLabel('Hand in a logo').setInputFiles({
    name: 'mark.png',
    mimeType: 'image/png',
    buffer: makePng(96, 96),
  })
  await page.getByText('Customers see it once the provider has approved it.').waitFor()
  expect(await violationsOf(page)).toEqual([])
  await sam.page.goto(`${product.url}/platform`)
  await sam.page.getByRole('link', { name: 'Fleet desk of Fleet Works' }).click()
  await sam.page.getByRole('button', { name: 'Approve the logo…' }).click()
  await sam.page.getByRole('dialog').getByRole('button', { name: 'Approve the logo', exact: true }).click()
  await sam.page.getByText('Customers see this one.').waitFor()
  expect(await violationsOf(sam.page)).toEqual([])
  const approved = await sam.page.evaluate(async (id) => {
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }
    return (await fetch(`/api/v1/admin/clients/${id}/approve-live`, init)).status
  }, clientId)
  expect(approved).toBe(200)
  await page.goto(`${product.url}${partner}/get-ready`)
  await page.getByText('Next step: Ask a customer for access').waitFor()
  await takePicture(page, 'onboarding-live', { fullPage: true })
  await page.goto(`${product.url}${partner}/granted`)
  await page.getByText('Sandbox').first().waitFor()
  expect(await violationsOf(page)).toEqual([])

  expect(steps).toEqual(await documentedSteps())
  // Time is for the documents, not for the test: a loaded machine must not fail it.
  process.stdout.write(
    `From the application to live use: ${steps.length} steps, ${Math.round((performance.now() - started) / 1000)} s.\n`,
  )
}, 240_000)

test('a wholesaler acts for an end customer under its agreement, without asking anybody (A5, A6)', async () => {
  const demo = JSON.parse(await readFile(join(product.dataDir, 'demo.json'), 'utf8')) as {
    api_clients: { client_id: string; name: string; private_jwk: object }[]
  }
  const client = demo.api_clients.find(({ name }) => name === 'Westwire order desk')
  const keyFile = join(folder, 'wholesaler.private.jwk.json')
  await writeFile(keyFile, JSON.stringify(client?.private_jwk))
  const api = ['--api', `${product.url}/api`, '--client', client?.client_id ?? '', '--key', keyFile]
  const { status, said } = await startExample([...api, '--resale', 'H-2001']).ended
  expect(status, said).toBe(0)
  expect(said).toContain('"access": "resale"')
  expect(said).toMatch(/Order read back:\s+\{[^]*"order_id": "ord_/)
}, 60_000)

test('keys are exchanged without a break, a private key that is pasted by mistake is sent nowhere, and a client is suspended, resumed and revoked (A11)', async () => {
  const { page, context } = await product.signIn('ana@northwind.example')
  const sent = recordSent(context)
  await page.goto(`${product.url}/partner/${product.demo.partners['northwind-msp']}/clients/new`)
  await page.getByLabel('Name', { exact: true }).fill('Tower desk')
  await page.getByRole('radio', { name: 'Use a public key that I have' }).check()
  const [first, second] = await Promise.all([makeKey(), makeKey()])
  const field = page.locator('#key_text')
  await field.fill(JSON.stringify(first.privateJwk))
  await page.getByText('This is a private key').first().waitFor()
  expect(await field.inputValue()).toBe('')
  await page.getByRole('button', { name: 'Create API client' }).click()
  await page.getByRole('alert').waitFor()
  expect(sent.filter((text) => text.includes(String(first.privateJwk.d)))).toEqual([])
  await field.fill(JSON.stringify(first.publicJwk))
  await page.getByRole('button', { name: 'Create API client' }).click()
  await page.getByRole('heading', { name: 'Tower desk', level: 1 }).waitFor()

  await page.locator('summary', { hasText: 'Add a key' }).click()
  await page.getByRole('radio', { name: 'Use a public key that I have' }).check()
  await field.fill(second.publicPem)
  await page.getByRole('button', { name: 'Add this key' }).click()
  const removals = page.getByRole('button', { name: 'Remove…' })
  await expect.poll(() => removals.count(), SOON).toBe(2)
  await removals.first().click()
  await page.getByRole('dialog').getByRole('button', { name: 'Remove', exact: true }).click()
  await expect.poll(() => removals.count(), SOON).toBe(0)

  for (const [act, state] of [
    ['Suspend', 'Suspended'],
    ['Resume', 'Active'],
  ] as const) {
    await page.getByRole('button', { name: `${act}…` }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Reason').fill('A look at the logs.')
    await dialog.getByRole('button', { name: act, exact: true }).click()
    await page.locator('.chip', { hasText: state }).waitFor()
  }
  await page.getByRole('button', { name: 'Revoke…' }).click()
  await page.getByLabel('Reason').fill('Not needed any more.')
  await page.getByRole('button', { name: 'Revoke Tower desk' }).click()
  await page.getByRole('alert').waitFor()
  await page.getByLabel('Type the name of the API client to confirm').fill('Tower desk')
  expect(await violationsOf(page)).toEqual([])
  await page.getByRole('button', { name: 'Revoke Tower desk' }).click()
  await page.locator('.chip', { hasText: 'Revoked' }).waitFor()
  expect(await page.getByRole('button', { name: /Suspend|Resume/ }).count()).toBe(0)
}, 90_000)

async function makeKey() {
  const pair = await generateKeyPair('ES256', { extractable: true })
  return {
    publicJwk: await exportJWK(pair.publicKey),
    privateJwk: await exportJWK(pair.privateKey),
    publicPem: await exportSPKI(pair.publicKey),
  }
}

async function signInAsProvider() {
  const { email = '' } = product.demo.sign_ins.find((signIn) => /^(sam|priya)@/.test(signIn.email)) ?? {}
  return product.signIn(email)
}

/**
 * A partner's application in small: it asks a customer for access, places an order for the customer and reads it back.
 * Run it with `node examples/partner-app/main.ts`; docs/onboarding.md shows the way from the beginning.
 */

import { decodeJwt } from 'jose'
import { listenForCallback } from './callback.ts'
import { Session } from './session.ts'
import { readSettings } from './settings.ts'
import type { Settings } from './settings.ts'

function say(title: string, what: unknown): void {
  const text = typeof what === 'string' ? what : JSON.stringify(what, null, 2)
  process.stdout.write(`${title}\n${text}\n\n`)
}

async function askForConsent(session: Session, settings: Settings): Promise<string> {
  const { arrival } = await listenForCallback(settings.callback)
  const address = await session.requestConsent()
  say('Open this page as the customer, and decide:', address.href)
  return session.redeem(await arrival)
}

async function run(args: readonly string[]): Promise<void> {
  const settings = await readSettings(args)
  const session = await Session.open(settings)
  const token =
    settings.resale === null
      ? await askForConsent(session, settings)
      : await session.exchange(settings.resale)
  const claims = decodeJwt(token)
  say('The access token says:', claims)
  const account = `/v1/customers/${encodeURIComponent(String(claims['customer_ban']))}`
  const body = { items: [{ product_code: settings.product, quantity: 1 }], reference: 'A first order' }
  const placed = await session.call(token, { method: 'POST', path: `${account}/orders`, body })
  say('Order placed:', placed['order_id'])
  const read = await session.call(token, {
    method: 'GET',
    path: `${account}/orders/${String(placed['order_id'])}`,
  })
  say('Order read back:', read)
}

try {
  await run(process.argv.slice(2))
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}

/**
 * A partner's application in small: it asks a customer for access, then places an order and reads it back, or reads alone where that is all it may.
 * Run it with `npx node examples/partner-app/main.ts`; docs/onboarding.md shows the way from the beginning.
 */

import { randomUUID } from 'node:crypto'
import { createLiaisonClient, readBody } from '@liaison/client'
import { decodeJwt } from 'jose'
import { listenForCallback } from './callback.ts'
import { Session } from './session.ts'
import { readSettings, USAGE } from './settings.ts'
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

type Api = ReturnType<typeof createLiaisonClient>
interface Account {
  readonly customer_ban: string
}

function mayOrder(scope: unknown): boolean {
  return typeof scope === 'string' && scope.split(' ').includes('orders.write')
}

async function readOrders(api: Api, account: Account): Promise<void> {
  const orders = await readBody(api.GET('/customers/{customer_ban}/orders', { params: { path: account } }))
  say('Orders of the account:', orders)
  say(
    'Nothing was ordered.',
    'The token lets this client read alone. To place an order, allow the client orders.write and let the customer tick it.',
  )
}

async function placeOrder(api: Api, account: Account, product: string): Promise<void> {
  const placed = await readBody(
    api.POST('/customers/{customer_ban}/orders', {
      params: { path: account },
      // The same key again after a lost answer returns the order that was placed, and places none.
      headers: { 'Idempotency-Key': randomUUID() },
      body: { items: [{ product_code: product, quantity: 1 }], reference: 'A first order' },
    }),
  )
  say('Order placed:', placed.order_id)
  const read = await readBody(
    api.GET('/customers/{customer_ban}/orders/{order_id}', {
      params: { path: { ...account, order_id: placed.order_id } },
    }),
  )
  say('Order read back:', read)
}

async function run(args: readonly string[]): Promise<void> {
  if (args.includes('--help')) return say('A partner’s application in small', USAGE)
  const settings = await readSettings(args)
  const session = await Session.open(settings)
  const token =
    settings.resale === null
      ? await askForConsent(session, settings)
      : await session.exchange(settings.resale)
  const claims = decodeJwt(token)
  say('The access token says:', claims)
  const api = createLiaisonClient({ baseUrl: `${settings.api.href}/v1`, fetch: session.fetchWith(token) })
  // A partner that is given references names the account by its own, in the same place.
  const account = { customer_ban: String(claims['customer_ref'] ?? claims['customer_ban']) }
  if (!mayOrder(claims['scope'])) return readOrders(api, account)
  await placeOrder(api, account, settings.product)
}

try {
  await run(process.argv.slice(2))
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}

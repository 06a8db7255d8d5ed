import { pathToFileURL } from 'node:url'
import express from 'express'
import type { Express, Request } from 'express'
import { accountNameOf } from '@liaison/guard'
import type { Guard } from '@liaison/guard'
import { makeGuard } from './settings.ts'

type OfAccount = Request<{ ban: string }>

/** A protected API on Express: orders of one billing account. */
export function makeExpressApp(guard: Guard): Express {
  const app = express()
  const ban = ({ params }: OfAccount) => params.ban
  app.get(
    '/customers/:ban/orders',
    guard.express<OfAccount>({ scope: 'orders.read', action: 'order.read', ban }),
    (request, response) => {
      const context = guard.contextOf(request)
      const { access, partnerId, actor } = context
      response.json({
        account: accountNameOf(context),
        access,
        partner: partnerId,
        actor: actor?.subject,
        orders: [],
      })
    },
  )
  return app
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  makeExpressApp(makeGuard()).listen(8080, '127.0.0.1', () => console.log('http://127.0.0.1:8080'))
}

import { pathToFileURL } from 'node:url'
import Fastify from 'fastify'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { accountNameOf } from '@liaison/guard'
import type { Guard } from '@liaison/guard'
import { makeGuard } from './settings.ts'

type OfAccount = FastifyRequest<{ Params: { ban: string } }>

/** A protected API on Fastify: orders of one billing account. */
export function makeFastifyApp(guard: Guard): FastifyInstance {
  const app = Fastify()
  const ban = ({ params }: OfAccount) => params.ban
  app.get<{ Params: { ban: string } }>(
    '/customers/:ban/orders',
    { onRequest: guard.fastify<OfAccount>({ scope: 'orders.read', action: 'order.read', ban }) },
    (request) => {
      const context = guard.contextOf(request)
      const { access, partnerId, actor } = context
      return {
        account: accountNameOf(context),
        access,
        partner: partnerId,
        actor: actor?.subject,
        orders: [],
      }
    },
  )
  return app
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  console.log(await makeFastifyApp(makeGuard()).listen({ port: 8080, host: '127.0.0.1' }))
}

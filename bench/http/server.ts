import type { FastifyInstance } from 'fastify'
import type { ConnectionSettings } from '../../server/src/platform/embedded/index.ts'
import { CONNECTION_BACKLOG } from '../../server/src/platform/limits/load-shedding.ts'
import { answerParent } from './child.ts'
import { openBare } from './bare.ts'
import { openBoard } from './board.ts'
import { openBareEmbed, openEmbed } from './embed.ts'
import { openDurable, openLeaking, openLiaison, openUnbounded, openUnlimited } from './liaison.ts'
import { openSignIn, openUnboundedSignIn } from './sign-in.ts'
import { openTickets } from './tickets.ts'
import { openTypical } from './typical.ts'

/** A server that a benchmark can put load on. */
export interface Server {
  readonly http: FastifyInstance
  close(): Promise<void>
}

export type ServerKind =
  | 'liaison'
  | 'durable'
  | 'unlimited'
  | 'unbounded'
  | 'leaking'
  | 'bare'
  | 'typical'
  | 'board'
  | 'embed'
  | 'bareEmbed'
  | 'tickets'
  | 'signIn'
  | 'unboundedSignIn'

export type ServerOrder =
  | { readonly open: ServerKind; readonly connection: ConnectionSettings }
  | { readonly cpu: true }
  | { readonly memory: true }

const OPENERS: Readonly<Record<ServerKind, (connection: ConnectionSettings) => Promise<Server>>> = {
  liaison: openLiaison,
  durable: openDurable,
  unlimited: openUnlimited,
  unbounded: openUnbounded,
  leaking: openLeaking,
  bare: openBare,
  typical: openTypical,
  board: openBoard,
  embed: openEmbed,
  bareEmbed: openBareEmbed,
  tickets: openTickets,
  signIn: openSignIn,
  unboundedSignIn: openUnboundedSignIn,
}

let server: Server | undefined

async function obey(order: ServerOrder): Promise<string | number> {
  if ('cpu' in order) {
    const { user, system } = process.cpuUsage()
    return user + system
  }
  if ('memory' in order) return process.memoryUsage.rss()
  server = await OPENERS[order.open](order.connection)
  return server.http.listen({ port: 0, host: '127.0.0.1', backlog: CONNECTION_BACKLOG })
}

answerParent(obey, async () => server?.close())

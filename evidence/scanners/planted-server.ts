import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import pg from 'pg'
import type { ConnectionSettings } from '../../server/src/platform/embedded/index.ts'

/** A small server that has every fault that the scanners of a running product must find. */
interface PlantedServer extends AsyncDisposable {
  readonly url: string
}

/** The path that nothing links to, and that answers nevertheless. */
const UNLISTED_PATH = '/api/v1/internal/debug'
/** The operation that fails for a number that its document allows. */
const BREAKING_PATH = '/api/v1/planted/items'

const DOCUMENT = {
  openapi: '3.1.0',
  info: { title: 'Planted', version: '1' },
  paths: {
    [BREAKING_PATH]: {
      get: {
        parameters: [{ name: 'count', in: 'query', required: true, schema: { type: 'integer' } }],
        responses: { 200: { description: 'Done.' }, 422: { description: 'Refused.' } },
      },
    },
  },
}

/** Puts what was asked for into the text of a statement, as nobody should. */
async function search(client: pg.Client, text: string): Promise<string> {
  const { rows } = await client.query(
    `select code from (values ('a'), ('b')) list(code) where code = '${text}'`,
  )
  return JSON.stringify(rows)
}

async function answer(client: pg.Client, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://planted')
  const send = (status: number, body: string, type = 'application/json') =>
    void response.writeHead(status, { 'Content-Type': type }).end(body)
  if (pathname === '/openapi.json') return send(200, JSON.stringify(DOCUMENT))
  if (pathname === UNLISTED_PATH) return send(200, '{}')
  if (pathname === BREAKING_PATH) return send(500, '{}')
  if (pathname === '/search') {
    const found = await search(client, searchParams.get('text') ?? '').catch((error: unknown) =>
      String(error),
    )
    return send(200, found)
  }
  const page = `<html><body><a href="/?name=a">a</a> Hello ${searchParams.get('name') ?? ''}</body></html>`
  return pathname === '/' ? send(200, page, 'text/html') : send(404, '{}')
}

/** Starts it on a port of this machine, over the database of the scanned product, which it only reads constants from. */
export async function startPlantedServer(connection: ConnectionSettings): Promise<PlantedServer> {
  const client = new pg.Client({ ...connection })
  client.on('error', () => undefined)
  await client.connect()
  const server = createServer((request, response) => {
    answer(client, request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The planted server has no port.')
  return {
    url: `http://127.0.0.1:${address.port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await client.end()
    },
  }
}

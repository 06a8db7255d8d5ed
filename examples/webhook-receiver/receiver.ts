import { createServer } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { Webhook } from 'standardwebhooks'

/** Nothing that Liaison sends is larger. */
const BODY_LIMIT_BYTES = 64 * 1024

// An example is configured by itself, not by the server.
// oxlint-disable-next-line liaison/one-environment
const { WEBHOOK_SECRET = '', PORT = '4000' } = process.env

if (WEBHOOK_SECRET === '') {
  process.stderr.write('Set WEBHOOK_SECRET to the secret that the page of the endpoint showed, whsec_…\n')
  process.exit(1)
}
const webhook = new Webhook(WEBHOOK_SECRET)
/** The messages that were taken already. A real receiver keeps these ids in its database, for 30 days. */
const taken = new Set<string>()

const say = (line: string) => process.stdout.write(`${line}\n`)

/** The body as it was sent: the signature is over these bytes, so nothing may parse them first. */
async function read(request: IncomingMessage): Promise<string | null> {
  const parts: Buffer[] = []
  let length = 0
  for await (const part of request) {
    const bytes = Buffer.from(part)
    length += bytes.length
    if (length > BODY_LIMIT_BYTES) return null
    parts.push(bytes)
  }
  return Buffer.concat(parts).toString('utf8')
}

/** Takes a message that is signed, each once. Throws when the signature is wrong, or older than five minutes. */
function take(body: string, headers: Record<string, string>): void {
  webhook.verify(body, headers)
  const id = headers['webhook-id'] ?? ''
  if (taken.has(id)) return
  taken.add(id)
  say(body)
}

async function answer(request: IncomingMessage): Promise<number> {
  if (request.method !== 'POST') return 405
  const body = await read(request)
  if (body === null) return 413
  const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)])
  try {
    take(body, Object.fromEntries(headers))
    return 204
  } catch {
    return 401
  }
}

const server = createServer((request, response) => {
  answer(request).then(
    (status) => response.writeHead(status).end(),
    () => response.destroy(),
  )
})
server.listen(Number(PORT), '127.0.0.1', () => {
  const address = server.address()
  say(`Listening on http://127.0.0.1:${typeof address === 'object' ? address?.port : PORT}/`)
})

import { createServer } from 'node:http'
import { Webhook } from 'standardwebhooks'

/** Nothing that Liaison sends is larger. */
const BODY_LIMIT_BYTES = 64 * 1024

// An example is configured by itself, not by the server.
// oxlint-disable-next-line liaison/one-environment
const { WEBHOOK_SECRET = '', PORT = '4000' } = process.env

const webhook = new Webhook(WEBHOOK_SECRET)
/** The messages that were taken already. A real receiver keeps these ids in its database, for 30 days. */
const taken = new Set()

const say = (line) => process.stdout.write(`${line}\n`)

/** The body as it was sent: the signature is over these bytes, so nothing may parse them first. */
async function read(request) {
  const parts = []
  let length = 0
  for await (const part of request) {
    length += part.length
    if (length > BODY_LIMIT_BYTES) return null
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}

/** The status to answer with. Throws when the signature is wrong, or older than five minutes. */
function take(body, headers) {
  const { type, data } = webhook.verify(body, headers)
  const id = headers['webhook-id']
  if (taken.has(id)) return 204
  taken.add(id)
  say(`${type} ${JSON.stringify(data)}`)
  return 204
}

async function answer(request) {
  if (request.method !== 'POST') return 405
  const body = await read(request)
  if (body === null) return 413
  try {
    return take(body, request.headers)
  } catch {
    return 401
  }
}

const server = createServer(async (request, response) => {
  response.writeHead(await answer(request)).end()
})
server.listen(Number(PORT), '127.0.0.1', () => {
  say(`Listening on http://127.0.0.1:${server.address().port}/`)
})

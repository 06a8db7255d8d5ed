import { attack, reaches } from './attack.ts'
import type { Attack } from './attack.ts'
import { sendBytes, sendPieces } from './raw-http.ts'
import type { GatewayScene } from './scene.ts'

/** Long enough for a server to take a second request from the same connection. */
const QUIET_MS = 300

const SMUGGLED = (head: string) => async (scene: GatewayScene) => {
  const before = scene.upstream.seen.length
  const { authorization, dpop } = await scene.world.evidence({ method: 'POST' })
  await sendBytes(
    scene.port,
    `POST ${scene.path} HTTP/1.1\r\nHost: api.carrier.example\r\nAuthorization: ${authorization}\r\nDPoP: ${dpop}\r\n${head}`,
    QUIET_MS,
  )
  return scene.upstream.seen.slice(before).some(({ target }) => target.includes('smuggled'))
}

/** Evidence and the first lines of a request that may be made. */
async function beginAllowed(scene: GatewayScene, method: string): Promise<string> {
  const { authorization, dpop } = await scene.world.evidence({ method })
  return `${method} ${scene.path} HTTP/1.1\r\nHost: api.carrier.example\r\nAuthorization: ${authorization}\r\nDPoP: ${dpop}\r\n`
}

/** Ways in which HTTP/1.1 turns one request into a connection for whatever follows. */
const UPGRADES = [
  'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
  'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA',
  'Connection: Upgrade\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA',
]

/** One call that may be made opens the way for others, about which nobody is asked. */
async function tunnels(scene: GatewayScene): Promise<boolean> {
  for (const fields of UPGRADES) {
    const first = `${await beginAllowed(scene, 'GET')}${fields}\r\n\r\n`
    await sendPieces(scene.port, [first, 'GET /tunnelled HTTP/1.1\r\nHost: x\r\n\r\n'], { quietMs: 1000 })
    if (scene.upstream.tunnelled.includes('/tunnelled')) return true
  }
  return false
}

/** What the decision point said of a call, which the API must read. */
const SAID = ['X-Partner-Id', 'X-Customer-Ban', 'X-Access-Context']

/** The caller declares what the decision point says to be of its own connection, so that a proxy strikes it out. */
async function strikes(scene: GatewayScene): Promise<boolean> {
  const isSaid = async (connection: string) => {
    const head = `${await beginAllowed(scene, 'GET')}Connection: ${connection}\r\n\r\n`
    const before = scene.upstream.seen.length
    await sendBytes(scene.port, head)
    const { fields } = scene.upstream.seen.slice(before).at(0) ?? {}
    return {
      names: SAID.filter((name) => fields?.has(name.toLowerCase())),
      reached: fields !== undefined,
      handedOn: /x-/i.test(fields?.get('connection')?.join() ?? ''),
    }
  }
  const plain = await isSaid('close')
  const struck = await isSaid(`close, ${SAID.join(', ')}`)
  return struck.reached && (struck.handedOn || struck.names.length < plain.names.length)
}

/** A body of chunks says nothing of its length beforehand. */
async function sendsManyChunks(scene: GatewayScene): Promise<boolean> {
  const chunk = `2710\r\n${'x'.repeat(10_000)}\r\n`
  const head = `${await beginAllowed(scene, 'POST')}Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n`
  const before = scene.upstream.seen.length
  await sendPieces(scene.port, [head, ...Array.from({ length: 30 }, () => chunk), '0\r\n\r\n'], {
    quietMs: 2000,
    everyMs: 20,
  })
  return scene.upstream.seen.slice(before).some(({ bodyBytes }) => bodyBytes > 65_536)
}

/** What went wrong after a yes is told as if nobody had decided: it may have been done, and would be done again. */
async function invitesRepeating(scene: GatewayScene): Promise<boolean> {
  const large = await scene.call({ method: 'POST', body: 'x'.repeat(100_000) })
  scene.upstream.isBroken = true
  const broken = await scene.call().finally(() => (scene.upstream.isBroken = false))
  const told = [large, ...(broken.reached ? [broken] : [])]
  return told.some(({ answer }) => answer.status === 503 || answer.headers.has('retry-after'))
}

/** What is tried by the form of requests on the wire and by what becomes of their connections. */
export const CONNECTIONS: readonly Attack[] = [
  attack(
    68,
    'length and chunks',
    SMUGGLED(
      'Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n',
    ),
  ),
  attack(
    68,
    'two lengths',
    SMUGGLED('Content-Length: 0\r\nContent-Length: 43\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n'),
  ),
  attack(
    68,
    'folded field',
    SMUGGLED(
      'Transfer-Encoding:\r\n chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n',
    ),
  ),
  attack(
    68,
    'bare CR',
    SMUGGLED(
      'X-A: b\rTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n',
    ),
  ),
  reaches(70, 'upgrade without a token', () => ({
    leave: ['authorization', 'dpop'],
    fields: [
      ['Upgrade', 'websocket'],
      ['Sec-WebSocket-Version', '13'],
      ['Sec-WebSocket-Key', 'AAAAAAAAAAAAAAAAAAAAAA=='],
    ],
  })),
  attack(70, 'undecided calls in an upgraded connection', tunnels),
  attack(66, 'decision struck out by Connection', strikes),
  attack(71, 'large body in chunks', sendsManyChunks),
  attack(71, 'large body told as another failure', async (scene) => {
    const { answer } = await scene.call({ method: 'POST', body: 'x'.repeat(100_000) })
    return answer.status !== 413
  }),
  attack(71, 'failure of the API told as undecided', invitesRepeating),
]

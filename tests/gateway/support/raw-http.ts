import { connect } from 'node:net'

/** One answer, as it came over the wire. */
export interface RawAnswer {
  /** 0 when the connection ended without an answer. */
  readonly status: number
  readonly headers: ReadonlyMap<string, string>
  readonly body: string
}

/** A request whose every byte of head the test decides; nothing is corrected on its way. */
export interface RawRequest {
  readonly method?: string
  readonly target: string
  readonly fields: readonly (readonly [name: string, value: string])[]
  readonly body?: string
}

const NO_ANSWER: RawAnswer = { status: 0, headers: new Map(), body: '' }

function parse(text: string): RawAnswer {
  const end = text.indexOf('\r\n\r\n')
  const [line = '', ...rest] = text.slice(0, Math.max(0, end)).split('\r\n')
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(line)?.[1] ?? 0)
  if (status === 0) return NO_ANSWER
  const headers = new Map(
    rest.map((field): [string, string] => {
      const colon = field.indexOf(':')
      return [field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim()]
    }),
  )
  return { status, headers, body: text.slice(end + 4) }
}

const LONGEST_MS = 9000

/**
 * Sends bytes and reads until the other side closes, or until it has said nothing for `quietMs`. The sending side stays
 * open: some servers take its end for a caller who went away.
 */
export function sendBytes(port: number, bytes: string, quietMs = LONGEST_MS): Promise<RawAnswer> {
  return sendPieces(port, [bytes], { quietMs })
}

/** When the next of several pieces is sent: once something was answered to the one before, or after so many milliseconds. */
interface Pace {
  readonly quietMs?: number
  readonly everyMs?: number
}

/** The same with several pieces. */
export function sendPieces(
  port: number,
  [bytes = '', ...later]: readonly string[],
  { quietMs = LONGEST_MS, everyMs }: Pace = {},
): Promise<RawAnswer> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port })
    let text = ''
    const sendNext = () => {
      const next = later.shift()
      if (next !== undefined && socket.writable) socket.write(next, 'latin1')
    }
    socket.setTimeout(quietMs, () => socket.destroy())
    socket.setEncoding('latin1')
    socket.on('data', (chunk: string) => {
      text += chunk
      if (everyMs === undefined) sendNext()
    })
    const timer = everyMs === undefined ? undefined : setInterval(sendNext, everyMs)
    socket.on('error', () => undefined)
    socket.on('close', () => {
      clearInterval(timer)
      resolve(parse(text))
    })
    socket.write(bytes, 'latin1')
  })
}

/** Sends one request, and closes after its answer. */
export function sendRequest(
  port: number,
  { method = 'GET', target, fields, body }: RawRequest,
): Promise<RawAnswer> {
  const lines = fields.map(([name, value]) => `${name}: ${value}`)
  const length = body === undefined ? [] : [`Content-Length: ${Buffer.byteLength(body, 'latin1')}`]
  const head = [`${method} ${target} HTTP/1.1`, ...lines, ...length, 'Connection: close', '', ''].join('\r\n')
  return sendBytes(port, head + (body ?? ''))
}

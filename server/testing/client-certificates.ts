import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { createServer, request as send } from 'node:https'
import { request as forward } from 'node:http'
import type { IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { TLSSocket } from 'node:tls'
import { systemClock } from '#platform/clock.ts'

/** A self-signed certificate with its key, as a partner makes one. */
export interface TestCertificate {
  readonly pem: string
  readonly key: string
  readonly der: Buffer
  readonly thumbprint: string
}

/** An element of DER (ITU-T X.690 section 8.1). */
function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts)
  const { length } = content
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}

const ECDSA_WITH_SHA256 = der(0x30, Buffer.from('06082a8648ce3d040302', 'hex'))
const COMMON_NAME = Buffer.from('0603550403', 'hex')

const timeOf = (date: Date) => der(0x18, Buffer.from(date.toISOString().replaceAll(/[-:T]|\.\d+/g, '')))

/** Makes a self-signed certificate on P-256 that ends after some days, or has ended before today. */
export function makeTestCertificate(name: string, days = 30, now = systemClock()): TestCertificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  const subject = der(0x30, der(0x31, der(0x30, COMMON_NAME, der(0x0c, Buffer.from(name)))))
  const end = now.getTime() + days * 86_400_000
  const body = der(
    0x30,
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ECDSA_WITH_SHA256,
    subject,
    der(0x30, timeOf(new Date(Math.min(end, now.getTime()) - 86_400_000)), timeOf(new Date(end))),
    subject,
    publicKey.export({ type: 'spki', format: 'der' }),
  )
  const whole = der(
    0x30,
    body,
    ECDSA_WITH_SHA256,
    der(0x03, Buffer.from([0]), sign('sha256', body, privateKey)),
  )
  const lines = whole.toString('base64').replaceAll(/(.{64})/g, '$1\n')
  return {
    pem: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    der: whole,
    thumbprint: createHash('sha256').update(whole).digest('base64url'),
  }
}

/** A proxy that ends mutual TLS before a server, and says in a header field which certificate was shown (RFC 9440). */
export class TlsFront implements AsyncDisposable {
  readonly origin: string
  readonly #close: () => Promise<void>

  private constructor(port: number, close: () => Promise<void>) {
    this.origin = `https://localhost:${port}`
    this.#close = close
  }

  static async start(port: number, header: string): Promise<TlsFront> {
    const { pem: cert, key } = makeTestCertificate('localhost')
    const server = createServer(
      { cert, key, requestCert: true, rejectUnauthorized: false },
      (request, response) => {
        const shown =
          request.socket instanceof TLSSocket ? request.socket.getPeerX509Certificate() : undefined
        const field = shown ? `:${shown.raw.toString('base64')}:` : ''
        const headers = { ...request.headers, [header.toLowerCase()]: field }
        const onward = forward(
          { port, host: '127.0.0.1', method: request.method, path: request.url, headers },
          (answer) => {
            response.writeHead(answer.statusCode ?? 502, answer.headers)
            answer.pipe(response)
          },
        )
        request.pipe(onward)
      },
    )
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
    const { port: own } = server.address() as AddressInfo
    return new TlsFront(own, async () => {
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close()
  }
}

function toHeaders(fields: IncomingHttpHeaders): Headers {
  const headers = new Headers()
  for (const [name, value] of Object.entries(fields))
    for (const each of [value ?? []].flat()) headers.append(name, each)
  return headers
}

/** A fetch that shows a certificate on its connections; null for none. */
export function fetchWith(certificate: TestCertificate | null): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init)
    const body = Buffer.from(await request.arrayBuffer())
    const headers = Object.fromEntries(request.headers)
    const shown = certificate ? { cert: certificate.pem, key: certificate.key } : {}
    return new Promise((resolve, reject) => {
      const options = { method: request.method, headers, agent: false as const, rejectUnauthorized: false }
      const sent = send(request.url, { ...options, ...shown }, (answer) => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk: Buffer) => chunks.push(chunk))
        answer.on('end', () =>
          resolve(
            new Response(answer.statusCode === 204 ? null : Buffer.concat(chunks), {
              status: answer.statusCode ?? 0,
              headers: toHeaders(answer.headers),
            }),
          ),
        )
      })
      sent.on('error', reject)
      sent.end(body)
    })
  }
}

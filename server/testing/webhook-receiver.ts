import { createServer } from 'node:http'
import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'

/** A certificate for localhost and hooks.example.com that vouches for itself, for tests; it protects nothing. */
export const TEST_CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBsDCCAVagAwIBAgIUP8aUmqjmSXUVk7Ev8Ss1K1IAlkYwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMjA5MDI0M1oYDzIxMjYxMDI5
MDkwMjQzWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAARcR2ZJDCNpjqry4DLKAu8qIoAJgFcIlXJvaSyEugP+Lax42swXHZoA
uvs/zfUdlZWg4VaKCTaF7UvWVvp5RJHgo4GDMIGAMB0GA1UdDgQWBBR2IzS67rqG
DFVQLxcdVlDnfSchsjAfBgNVHSMEGDAWgBR2IzS67rqGDFVQLxcdVlDnfSchsjAP
BgNVHRMBAf8EBTADAQH/MC0GA1UdEQQmMCSCCWxvY2FsaG9zdIIRaG9va3MuZXhh
bXBsZS5jb22HBH8AAAEwCgYIKoZIzj0EAwIDSAAwRQIhAKjyEhOVAGuAIOqeqR5a
IItjlnWvJLPE/57izs+fQXw0AiA5cVxPppzcRGlC5QmiG+WqaaFH5TQXQiI5D3E8
a9MhLQ==
-----END CERTIFICATE-----
`
/** Its key. */
export const TEST_KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgBkZzhDw9xrm7lw5q
R6Hu94A4Hid0qybJ5eToLRWBdh6hRANCAARcR2ZJDCNpjqry4DLKAu8qIoAJgFcI
lXJvaSyEugP+Lax42swXHZoAuvs/zfUdlZWg4VaKCTaF7UvWVvp5RJHg
-----END PRIVATE KEY-----
`

/** A message as a receiver got it. */
export interface Received {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** What a receiver answers. */
export interface ReceiverAnswer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** A body that never ends. */
  readonly isEndless?: boolean
}

/** A partner's server that takes webhooks, on a port of this machine. */
export class WebhookReceiver implements AsyncDisposable {
  readonly received: Received[] = []
  /** What it answers from now on; `null` leaves the sender without an answer. */
  answer: (message: Received) => ReceiverAnswer | null | Promise<ReceiverAnswer | null> = () => ({
    status: 204,
  })
  readonly #server: Server

  private constructor(isSecure: boolean) {
    const say = (answer: ReceiverAnswer | null, response: ServerResponse) => {
      if (!answer) return
      response.writeHead(answer.status, answer.headers)
      if (!answer.isEndless) response.end(answer.body)
      else {
        const chunk = Buffer.alloc(16_384, 'x')
        const pour = () => {
          while (!response.destroyed && response.write(chunk));
        }
        response.on('drain', pour)
        pour()
      }
    }
    const take = (request: IncomingMessage, response: ServerResponse) => {
      const parts: Buffer[] = []
      request.on('data', (part: Buffer) => parts.push(part))
      request.on('end', () => {
        const message = {
          path: request.url ?? '',
          headers: request.headers,
          body: Buffer.concat(parts).toString(),
        }
        this.received.push(message)
        void Promise.resolve(this.answer(message)).then((answer) => say(answer, response))
      })
    }
    this.#server = isSecure
      ? createSecureServer({ cert: TEST_CERTIFICATE, key: TEST_KEY }, take)
      : createServer(take)
  }

  static async start({ isSecure = false } = {}): Promise<WebhookReceiver> {
    const receiver = new WebhookReceiver(isSecure)
    await new Promise<void>((resolve) => receiver.#server.listen(0, '127.0.0.1', resolve))
    return receiver
  }

  get port(): number {
    const address = this.#server.address()
    if (address === null || typeof address === 'string') throw new Error('The receiver does not listen.')
    return address.port
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/hook`
  }

  /** The header fields that verification asks for. */
  static fieldsOf({ headers }: Received): Record<string, string> {
    return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}

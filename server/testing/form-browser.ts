import type { LightMyRequestResponse } from 'fastify'
import { TEST_ORIGIN } from './world.ts'
import type { TestWorld } from './world.ts'

/** What a page answered, with what a test looks at. */
export interface Shown {
  readonly status: number
  readonly headers: LightMyRequestResponse['headers']
  readonly text: string
  /** Where a redirect leads. */
  readonly location: string | undefined
  /** The `Set-Cookie` fields. */
  readonly cookies: readonly string[]
}

/** A browser without script: it keeps the session cookie, sends forms, and follows nothing by itself. */
export class FormBrowser {
  readonly #world: TestWorld
  readonly #ip: string
  cookie: string | null = null

  constructor(world: TestWorld, ip = '127.0.0.1') {
    this.#world = world
    this.#ip = ip
  }

  async get(path: string): Promise<Shown> {
    return this.#send('GET', path)
  }

  async post(
    path: string,
    fields: Readonly<Record<string, string>> = {},
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Shown> {
    return this.#send('POST', path, { payload: new URLSearchParams(fields).toString(), headers })
  }

  /** Loads a page and, while it redirects, the page that it leads to. */
  async follow(shown: Shown): Promise<Shown> {
    let current = shown
    for (let hops = 0; current.location !== undefined && hops < 5; hops += 1)
      current = await this.get(current.location)
    return current
  }

  async #send(
    method: 'GET' | 'POST',
    path: string,
    form?: { payload: string; headers: Readonly<Record<string, string>> },
  ): Promise<Shown> {
    const response = await this.#world.app.http.inject({
      method,
      url: path,
      remoteAddress: this.#ip,
      headers: {
        accept: 'text/html',
        'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0',
        ...(this.cookie !== null && { cookie: this.cookie }),
        ...(form && {
          origin: TEST_ORIGIN,
          'content-type': 'application/x-www-form-urlencoded',
          ...form.headers,
        }),
      },
      ...(form && { payload: form.payload }),
    })
    const cookies = [response.headers['set-cookie'] ?? []].flat()
    for (const cookie of cookies) {
      const [pair = ''] = cookie.split(';', 1)
      this.cookie = pair.endsWith('=') ? null : pair
    }
    const { location } = response.headers
    return {
      status: response.statusCode,
      headers: response.headers,
      text: response.body,
      location: typeof location === 'string' ? location : undefined,
      cookies,
    }
  }
}

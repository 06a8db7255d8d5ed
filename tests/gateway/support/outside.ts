import { request as send } from 'node:https'

/**
 * Targets, by what the proxy in front keeps from outside, each spelled in every way in which the server still reads it as an
 * address of that: it decodes a path once, and follows no "..".
 */
export const INSIDE: Readonly<Record<string, readonly string[]>> = {
  'decision point from outside': [
    '/gateway/v1/authorize',
    '/gateway/v1/authorize?x=1',
    '/%67ateway/v1/authorize',
    '/g%61teway/%761/authorize/orders',
    'http://localhost/gateway/v1/authorize',
    '/gateway/v1/changes',
    '/gateway/v1/jwks',
    '/access/v1/evaluation',
    '/%61ccess/v1/search/subject',
  ],
  'records from outside': ['/api/v1/ingest/usage', '/api/v1/%69ngest/tickets', '/%61pi/v1/ingest/signups'],
  'decision point by a path that climbs': [
    '/gateway/v1/authorize/../../../x',
    '/%67ateway/v1/authorize/%2e%2E/..%2f../x',
  ],
}

/** What a program outside is told; the target is sent as it is written. */
export interface OutsideAnswer {
  readonly status: number
  readonly type: string
  readonly body: string
}

/** How it is asked, and which gateway says that it asks. */
interface Asking {
  readonly method?: string
  readonly credential?: string
}

/** Sends a request to a proxy of this machine that speaks TLS, with the target as it is written. */
export function askFromOutside(
  port: number,
  target: string,
  { method = 'GET', credential }: Asking = {},
): Promise<OutsideAnswer> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, method, path: target, agent: false, rejectUnauthorized: false }
    const shown = credential === undefined ? {} : { 'x-gateway-authorization': `Bearer ${credential}` }
    const sent = send({ ...options, headers: { host: 'localhost', ...shown } }, (answer) => {
      let body = ''
      answer.setEncoding('utf8').on('data', (chunk: string) => (body += chunk))
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, type: answer.headers['content-type'] ?? '', body }),
      )
    })
    sent.on('error', reject)
    sent.end()
  })
}
